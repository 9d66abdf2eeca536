"""What README and docs promise, checked against the program."""

import re
from pathlib import Path

import pytest

from drift.cli.commands.registry import COMMANDS
from jobs.errors import ExitCode
from jobs.job_file.reading import load_job

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_the_readme_names_every_exit_code_once():
    rows = re.findall(r"^\| (\d+) \|", README, flags=re.MULTILINE)
    assert sorted(map(int, rows)) == sorted(code.value for code in ExitCode)


def test_the_readme_names_every_command():
    named = set(re.findall(r"^\| `drift (\w+)", README, flags=re.MULTILINE))
    assert named == set(COMMANDS)


def test_the_job_file_in_the_readme_is_valid(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    path = tmp_path / "job.toml"
    path.write_text(text, encoding="utf-8")
    assert load_job(path, {}).name == "dogs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page):
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_in_code_marks_exists(page):
    """A path with a known folder in front, such as `drift/pipeline.py`, has to be there."""
    named = re.findall(
        r"`((?:drift|jobs|reference_stats|reports|tests|docs|examples|deploy)/[\w/.-]+\.\w+)`",
        page.read_text(encoding="utf-8"),
    )
    assert [path for path in named if not (ROOT / path).exists()] == []
