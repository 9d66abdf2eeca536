"""A wheel that lacks a file or holds one too many is told of before it is uploaded."""

import io
import tarfile
import zipfile

import pytest

from release.contents import (
    DISTRIBUTIONS,
    Distribution,
    faults_in,
    faults_of_source,
    faults_of_wheel,
)

SHAPES = Distribution(name="shapes", packages=("shapes",))
INFO = "shapes-1.0.dist-info/"
LICENCE = INFO + "licenses/LICENSE"


@pytest.fixture
def checkout(tmp_path):
    """Return a folder with a package of two files, and what tools leave there."""
    for name in ("__init__.py", "page.css", "__pycache__/a.pyc", "build/lib/b.py", "x.egg-info/c"):
        path = tmp_path / "shapes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def wheel_of(folder, *names):
    path = folder / "shapes-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return path


def source_of(folder, *names):
    path = folder / "shapes-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(f"shapes-1.0/{name}"), io.BytesIO())
    return path


def test_a_wheel_with_the_files_of_its_packages_has_no_fault(checkout):
    wheel = wheel_of(checkout, "shapes/__init__.py", "shapes/page.css", LICENCE, INFO + "METADATA")

    assert faults_of_wheel(wheel, SHAPES, checkout) == []


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["shapes/__init__.py", LICENCE], "lacks shapes/page.css"),
        (["shapes/__init__.py", "shapes/page.css"], "lacks its licence"),
        (
            ["shapes/__init__.py", "shapes/page.css", "tests/test_a.py", LICENCE],
            "should not hold tests/test_a.py",
        ),
    ],
)
def test_a_faulty_wheel_is_told_of_by_the_file(checkout, names, said):
    wheel = wheel_of(checkout, *names)

    assert faults_of_wheel(wheel, SHAPES, checkout) == [f"{wheel.name} {said}"]


def test_a_source_distribution_holds_the_packages_and_no_tests(checkout):
    source = source_of(checkout, "shapes/page.css", "tests/test_layout.py", "pyproject.toml")

    assert faults_of_source(source, SHAPES, checkout) == [
        "shapes-1.0.tar.gz lacks shapes/__init__.py",
        "shapes-1.0.tar.gz should not hold tests/test_layout.py",
    ]


def test_a_folder_without_distributions_says_how_they_are_made(tmp_path):
    faults = faults_in(tmp_path)

    assert len(faults) == len(DISTRIBUTIONS)
    assert all("run `make dist`" in fault for fault in faults)
