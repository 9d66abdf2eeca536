"""Whether distributions hold what they should: ``python -m release.contents dist``.

A wheel has to hold every file of its packages as they lie in the checkout, and nothing else: a new
kind of file that no line of pyproject.toml takes along, or a folder that is no package, is named.
"""

from __future__ import annotations

import argparse
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
_LEFT_BY_TOOLS = ("__pycache__", "build", "*.egg-info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What is built and uploaded under one name.

    Attributes
    ----------
    name
        How its files begin, such as ``image_drift``.
    packages
        The folders of the checkout that are its packages.
    folder
        The folder of the checkout in which it is built.
    not_installed
        Files of its packages that building needs and no user does.
    """

    name: str
    packages: tuple[str, ...]
    folder: str = "."
    not_installed: frozenset[str] = frozenset()


DISTRIBUTIONS = (
    Distribution(name="image_drift", packages=("drift", "jobs", "reference_stats", "reports")),
    Distribution(
        name="image_drift_log",
        packages=("prediction_log",),
        folder="prediction_log",
        not_installed=frozenset(
            f"prediction_log/{name}"
            for name in ("LICENSE", "MANIFEST.in", "README.md", "VERSION", "pyproject.toml")
        ),
    ),
)


def expected_files(distribution: Distribution, root: Path = ROOT) -> set[str]:
    """Return the files that a wheel installs into packages, as they lie in the checkout."""
    found = (
        path.relative_to(root)
        for package in distribution.packages
        for path in (root / package).rglob("*")
        if path.is_file()
    )
    kept = {path.as_posix() for path in found if not _is_left_by_tools(path)}
    return kept - distribution.not_installed


def faults_of_wheel(wheel: Path, distribution: Distribution, root: Path = ROOT) -> list[str]:
    """Return a line for each file that a wheel lacks or should not hold."""
    with zipfile.ZipFile(wheel) as archive:
        names = [PurePosixPath(name) for name in archive.namelist()]
    installed = {name.as_posix() for name in names if not name.parts[0].endswith(".dist-info")}
    expected = expected_files(distribution, root)
    faults = [f"{wheel.name} lacks {name}" for name in sorted(expected - installed)]
    faults += [f"{wheel.name} should not hold {name}" for name in sorted(installed - expected)]
    if not any(name.parts[-2:] == ("licenses", "LICENSE") for name in names):
        faults.append(f"{wheel.name} lacks its licence")
    return faults


def faults_of_source(source: Path, distribution: Distribution, root: Path = ROOT) -> list[str]:
    """Return a line for each file that a source distribution lacks, and for each test in it."""
    with tarfile.open(source) as archive:
        inside = [PurePosixPath(*PurePosixPath(name).parts[1:]) for name in archive.getnames()]
    names = {(distribution.folder / name).as_posix() for name in inside}
    wanted = expected_files(distribution, root) | distribution.not_installed
    faults = [f"{source.name} lacks {name}" for name in sorted(wanted - names)]
    tests = sorted(name for name in names if PurePosixPath(name).parts[:1] == ("tests",))
    return faults + [f"{source.name} should not hold {name}" for name in tests]


def faults_in(folder: Path, root: Path = ROOT) -> list[str]:
    """Return a line for each fault of the distributions in a folder.

    Both have to be there, each as one wheel and one source distribution of the same version.
    """
    faults: list[str] = []
    versions: set[str] = set()
    for distribution in DISTRIBUTIONS:
        wheels = list(folder.glob(f"{distribution.name}-*.whl"))
        sources = list(folder.glob(f"{distribution.name}-*.tar.gz"))
        if len(wheels) != 1 or len(sources) != 1:
            faults.append(
                f"{folder} holds {len(wheels)} wheels and {len(sources)} source distributions of "
                f"{distribution.name}. Expected one of each: empty the folder and run `make dist`."
            )
            continue
        versions |= {wheels[0].name.split("-")[1], sources[0].name[:-7].rsplit("-", 1)[1]}
        faults += faults_of_wheel(wheels[0], distribution, root)
        faults += faults_of_source(sources[0], distribution, root)
    if len(versions) > 1:
        faults.append(f"{folder} holds several versions: {', '.join(sorted(versions))}")
    return faults


def _is_left_by_tools(path: Path) -> bool:
    return any(Path(part).match(pattern) for part in path.parts for pattern in _LEFT_BY_TOOLS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what is wrong; return 1 where something is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    faults = faults_in(parser.parse_args(arguments).folder)
    print("\n".join(faults) or "The distributions hold what they should, and nothing else.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
