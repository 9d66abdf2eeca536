"""The house rules that a folder's tree can be checked against."""

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("drift", "jobs", "reference_stats", "reports", "prediction_log")
FILES = sorted(
    path.relative_to(ROOT)
    for package in (*PACKAGES, "benchmarks", "examples")
    for path in (ROOT / package).rglob("*.py")
    # What installing a distribution from its folder leaves there.
    if path.relative_to(ROOT).parts[1] != "build"
)
MOST_MODULES = 13
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 40
# Each holds the files of one registry, which is in the folder as well.
REGISTERED = {"drift/cli/commands", "drift/remarks", "drift/setup/check", "drift/setup/doubts"}
SAME_FOR_EVERY_VENDOR = {"Downloads"}


def test_no_folder_holds_more_modules_than_a_reader_takes_in():
    counts = Counter(
        path.parent.as_posix()
        for path in FILES
        if path.name != "__init__.py" and path.parts[0] in PACKAGES
    )
    large = {folder for folder, count in counts.items() if count > MOST_MODULES}

    assert large <= REGISTERED
    assert all((ROOT / folder / "registry.py").exists() for folder in REGISTERED)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_files_and_functions_are_short(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    long = {
        node.name: length
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := _lines_without_docstring(node)) > MOST_LINES_OF_A_FUNCTION
    }

    assert text.count("\n") <= MOST_LINES
    assert long == {}


def test_the_name_of_a_class_means_one_thing():
    counts = Counter(
        node.name
        for path in FILES
        if path.parts[0] in PACKAGES
        for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )

    assert {name for name, count in counts.items() if count > 1} <= SAME_FOR_EVERY_VENDOR


def test_tests_lie_where_their_package_lies():
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    unknown = {
        folder.relative_to(ROOT / "tests").as_posix()
        for folder in folders
        if folder != ROOT / "tests" and not (ROOT / folder.relative_to(ROOT / "tests")).is_dir()
    }

    assert unknown == set()


def test_files_of_tests_have_a_name_of_their_own():
    """Pytest imports them by that name alone: of two it refuses the second."""
    counts = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))

    assert {name for name, count in counts.items() if count > 1} == set()


def _lines_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is None:
        return length
    return length - ((first.end_lineno or first.lineno) - first.lineno + 1)
