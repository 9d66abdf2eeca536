"""What docs/getting-started.md shows is what the commands print."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli.commands.group import program
from jobs.images.template import fill, placeholders_of
from jobs.job_file.image_settings import ImageSettings
from tests.support.worlds import make_world

PAGE = (Path(__file__).parents[3] / "docs/getting-started.md").read_text(encoding="utf-8")
JOB_FILE = re.findall(r"```toml\n(# Made by drift init.*?)```", PAGE, flags=re.DOTALL)
BLOCKS = dict(re.findall(r"```\n\$ (drift [^\n]*)\n(.*?)```", PAGE, flags=re.DOTALL))
EXAMPLES = re.findall(r"^  \| (`.+`) \| (`.+`) \| (`.+`) \|$", PAGE, flags=re.MULTILINE)


def masked(text: str, folder: str) -> list[str]:
    """Leave out what changes with the day and the machine, line breaks included."""
    text = text.replace(folder, "/home/you")
    text = re.sub(r"\n# |\n {2,}", " ", text)
    text = re.sub(r"about (half a|a|\d+) minutes?, once", "about 0 minutes, once", text)
    text = re.sub(r"[\d.]+ ms of a core", "0 ms of a core", text)
    return re.sub(r"\d+", "0", text).split()


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("start")
    make_world(folder / "dog_bucket", lights=(1.0, 0.9), requests=150, references=250)
    return folder


def test_the_commands_print_what_the_page_shows(place, monkeypatch):
    monkeypatch.chdir(place)
    monkeypatch.delenv("DRIFT_NOTIFY_URLS", raising=False)
    for number, (command, shown) in enumerate(BLOCKS.items()):
        if number == 2:
            text = Path("dog_bucket.toml").read_text(encoding="utf-8")
            Path("wrong.toml").write_text(
                text.replace("images/{id}", "image/{id}"), encoding="utf-8"
            )
        printed = CliRunner().invoke(program, command.split()[1:], standalone_mode=False).output
        assert masked(printed, str(place)) == masked(shown, "/home/you"), command
    written = Path("dog_bucket.toml").read_text(encoding="utf-8")
    assert masked(written, str(place)) == masked(JOB_FILE[0], "/home/you")


def test_the_page_shows_all_three_commands():
    assert list(BLOCKS) == [
        "drift init dog_bucket",
        "drift check dog_bucket.toml",
        "drift check wrong.toml",
    ]
    assert len(JOB_FILE) == 1


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one[0])
def test_every_template_makes_what_the_page_says(example):
    templates, values, results = (re.findall(r"`([^`]+)`", cell) for cell in example)
    for template, expected in zip(templates, results, strict=True):
        used = placeholders_of(template)
        columns = list(dict.fromkeys(one.column for one in used))
        given = values if len(columns) == len(values) else values[:1] * len(columns)
        row = dict(zip(columns, given, strict=True))
        texts = [one.texts([row[one.column]])[0] or "" for one in used]
        assert fill(template, texts) == expected
        assert ImageSettings(path=template).path == template
