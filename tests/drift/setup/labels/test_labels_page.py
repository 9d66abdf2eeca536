"""What docs/model-quality.md shows of init and check is what the commands print."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli.commands.group import program
from tests.support.late_labels import LabelForm, LateWorld, show

PAGE = (Path(__file__).parents[4] / "docs/model-quality.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## What init and check say")[2].partition("\n## ")[0]
BLOCKS = dict(re.findall(r"```\n\$ (drift [^\n]*)\n(.*?)```", SECTION, flags=re.DOTALL))
JOB_FILE = re.findall(r"```toml\n(.*?)```", SECTION, flags=re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("labels_page")
    world = LateWorld(days=28)
    show(world, folder / "dog_bucket", world.day(28), LabelForm.JSON_LINES)
    return folder


def test_the_commands_print_of_labels_what_the_page_shows(place, monkeypatch):
    monkeypatch.chdir(place)
    assert [command.split()[1] for command in BLOCKS] == ["init", "check"]
    for command, shown in BLOCKS.items():
        printed = CliRunner().invoke(program, command.split()[1:], standalone_mode=False).output
        for part in re.split(r"\n(?=\S)", shown.rstrip()):
            assert part in printed, command
    (written,) = JOB_FILE
    assert written in Path("dog_bucket.toml").read_text(encoding="utf-8")
