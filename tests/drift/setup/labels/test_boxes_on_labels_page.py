"""What docs/model-quality.md shows of init and check beside a detector's log is what they print."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli.commands.group import program
from tests.support.labelbox_bucket import World, fill_folder, labelbox_bucket

PAGE = (Path(__file__).parents[4] / "docs/model-quality.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## What init and check say of boxes")[2].partition("\n## ")[0]
BLOCKS = dict(re.findall(r"```\n\$ (drift [^\n]*)\n(.*?)```", SECTION, flags=re.DOTALL))
JOB_FILE = re.findall(r"```toml\n(.*?)```", SECTION, flags=re.DOTALL)
WRONG_FORMAT = re.findall(r"```\n(look at this boxes.*?)```", SECTION, flags=re.DOTALL)


@pytest.fixture(scope="module")
def boxes_place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("boxes_page")
    fill_folder(folder / "shapes_bucket", labelbox_bucket(World(days=16, images_per_day=24)))
    return folder


def test_the_commands_print_of_boxes_what_the_page_shows(boxes_place, monkeypatch):
    monkeypatch.chdir(boxes_place)
    assert [command.split()[1] for command in BLOCKS] == ["init", "check"]
    for command, shown in BLOCKS.items():
        printed = _printed(command)
        for part in re.split(r"\n(?=\S)", shown.rstrip()):
            assert part in printed, command
    (written,) = JOB_FILE
    text = Path("shapes_bucket.toml").read_text(encoding="utf-8")
    assert written in text
    (told,) = WRONG_FORMAT
    wrong = text.replace('format = "yxyx"', 'format = "xyxy"')
    Path("shapes_bucket.toml").write_text(wrong, encoding="utf-8")
    assert told.rstrip() in _printed(list(BLOCKS)[1])


def _printed(command: str) -> str:
    return CliRunner().invoke(program, command.split()[1:], standalone_mode=False).output
