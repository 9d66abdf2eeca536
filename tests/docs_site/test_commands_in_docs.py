"""What the documents tell people to type is what the programs take."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from drift.cli.commands.group import program
from jobs.job_file.reading import load_job

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("README.md")]
)
START = sorted((ROOT / "docs" / "start").glob("*.md"))
MOST_WORDS = 600
A_JOB = """
name = "one"
[bucket]
url = "x"
[window]
last = "1d"
[reference]
images = "reference/"
[images]
path = "image"
[predictions]
path = "log.csv"
columns = { id = "id" }
"""


def code_of(page: Path, language: str = r"\w*") -> str:
    """Return all blocks of code of a page, with continued lines joined."""
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    return "\n".join(fenced).replace("\\\n", " ")


def commands_of(page: Path) -> list[list[str]]:
    """Return the calls of `drift` in the code of a page, each as its words."""
    lines = re.findall(
        r"(?:^|[/ ;])drift ((?:[a-z]+) [^\n;|>]*)", code_of(page), flags=re.MULTILINE
    )
    calls = [shlex.split(line, comments=True) for line in lines]
    return [call for call in calls if call[0] in program.list_commands(click.Context(program))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_is_shown_can_be_called_so(page):
    for words in commands_of(page):
        command: click.Command = program
        context = click.Context(program)
        left = list(words)
        while isinstance(command, click.Group):
            found = command.get_command(context, left.pop(0))
            assert found is not None, words
            command = found
        command.make_parser(context).parse_args(left)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_module_and_target_that_is_shown_is_there(page):
    text = page.read_text(encoding="utf-8")
    for module in re.findall(r"python -m ((?:\w+\.)+\w+)", text):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    shown = re.findall(r"`make ([a-z]+)`", text) + re.findall(r"^make (\w+)", code_of(page), re.M)
    assert set(shown) <= set(targets)


def test_the_commands_of_the_start_are_found():
    """The search above is not empty."""
    assert all(commands_of(page) for page in START)


@pytest.mark.parametrize("page", START, ids=lambda page: page.stem)
def test_a_start_takes_a_few_minutes(page):
    assert len(page.read_text(encoding="utf-8").split()) < MOST_WORDS


@pytest.mark.parametrize("page", START, ids=lambda page: page.stem)
def test_its_python_names_what_there_is(page):
    for node in ast.walk(ast.parse(code_of(page, "python"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("prediction_log"):
            module = importlib.import_module(node.module)
            assert all(hasattr(module, name.name) for name in node.names)


@pytest.mark.parametrize("page", START, ids=lambda page: page.stem)
def test_its_job_files_are_valid(page, tmp_path):
    blocks = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for block in blocks:
        whole = "name" in tomllib.loads(block)
        path = tmp_path / "job.toml"
        path.write_text(
            block if whole else A_JOB + block,
            encoding="utf-8",
        )
        load_job(path, {})


def test_google_clouds_commands_are_those_that_its_program_parsed():
    """docs/operations.md says which commands were parsed by the Google Cloud CLI."""

    def commands(page: str) -> set[str]:
        text = (ROOT / "docs" / page).read_text(encoding="utf-8").replace("\\\n", " ")
        lines = re.findall(r"^    (gcloud .*)$", text, flags=re.MULTILINE)
        return {" ".join(line.split()) for line in lines}

    start = commands("start/google-cloud.md")
    assert len(start) > 10
    assert start <= commands("operations.md")
