"""What README and docs promise, checked against the program."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from docs_site.commands_page import commands_reference
from drift.cli.commands.group import program
from jobs.errors import ExitCode
from jobs.job_file.reading import load_job
from tests.support.live_bucket import make_camera_folders, make_live_bucket

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CAMERAS = (ROOT / "docs" / "start" / "camera-folders.md").read_text(encoding="utf-8")
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"


def test_the_page_of_commands_is_that_of_the_program():
    command = "python -m docs_site.commands_page > docs/commands.md"
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == commands_reference(), f"run: {command}"


def test_every_exit_code_is_told_in_one_place_with_what_to_do():
    pages = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
    rows = {name: re.findall(r"^\| (\d+) \| .+ \| .+ \|$", pages[name], re.M) for name in pages}
    assert sorted(map(int, rows["commands.md"])) == sorted(code.value for code in ExitCode)
    assert "Exit codes\n\n|" not in pages["operations.md"]


def test_the_readme_takes_a_few_minutes():
    assert len(README.split()) < 900


def test_the_job_file_in_the_readme_is_valid(tmp_path):
    (text,) = re.findall(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    path = tmp_path / "job.toml"
    path.write_text(text, encoding="utf-8")
    assert load_job(path, {}).name == "dogs"


def masked(text: str, folder: str) -> str:
    """Leave out what changes with the day and the machine."""
    text = text.replace(folder, "/home/you")
    text = re.sub(rf"\w+day \d+ ({MONTHS})", "DAY", text)
    text = re.sub(r"Z-[0-9a-f]{8}", "Z-ID", text)
    return re.sub(r"\d+", "0", text)


def check_session(page: str, folder: Path) -> None:
    """Call what a page shows as a session in a terminal, and compare what is printed."""
    (session,) = re.findall(r"```\n(\$ drift init .*?)```", page, flags=re.DOTALL)
    for command, shown in re.findall(r"\$ (drift [^\n]*)\n(.*?)(?=\n\$ |\n$)", session, re.DOTALL):
        called = CliRunner().invoke(program, command.split()[1:], standalone_mode=False)
        printed = masked(called.stdout, str(folder))
        # Three points stand for what the page leaves out.
        for part in masked(shown, "/home/you").split("..."):
            assert part.strip() in printed, command


@pytest.mark.slow
@pytest.mark.usefixtures("without_evidently")
def test_the_three_commands_print_what_the_readme_shows(tmp_path, monkeypatch):
    make_live_bucket(tmp_path / "dogs")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROWSER", "true")
    check_session(README, tmp_path)


@pytest.mark.slow
def test_init_of_camera_folders_prints_what_their_page_shows(tmp_path, monkeypatch):
    make_camera_folders(tmp_path / "cameras")
    monkeypatch.chdir(tmp_path)
    check_session(CAMERAS, tmp_path)


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
