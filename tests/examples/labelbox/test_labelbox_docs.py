"""What docs/labelbox.md shows is what the commands print, and shapes.toml what init writes."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.command import ROOT, warm_drift

PAGE = (ROOT / "docs/labelbox.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples/labelbox/shapes.toml"
BLOCKS = dict(re.findall(r"```\n\$ (drift [^\n]*)\n(.*?)```", PAGE, flags=re.DOTALL))


def masked(text: str) -> list[str]:
    """Leave out numbers, what depends on them, and where lines are broken."""
    text = " ".join(re.sub(r"/\S*/shapes_bucket", "shapes_bucket", text).split())
    text = re.sub(r"about (half a|a|\d+) minutes?, once", "about 0 minutes, once", text)
    return re.sub(r"[\d,.]*\d", "0", text).split()


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """Make the page's bucket, with fewer images a day."""
    folder = tmp_path_factory.mktemp("labelbox")
    command = [sys.executable, "-m", "examples.labelbox.make_bucket", folder / "shapes_bucket"]
    done = subprocess.run(
        [*map(str, command), "--images-per-day", "130"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "images are blurred from" in done.stdout
    return folder


def test_init_and_check_print_what_the_page_shows(place):
    assert list(BLOCKS) == ["drift init shapes_bucket --name shapes", "drift check shapes.toml"]
    for command, shown in BLOCKS.items():
        done = warm_drift(*command.split()[1:], cwd=place, without="DRIFT_NOTIFY_URLS")
        assert masked(done.stdout) == masked(shown), command


def test_the_example_is_what_init_writes_but_for_the_window_and_the_reference(place):
    (place / "again").mkdir()
    warm_drift("init", "../shapes_bucket", "--name", "shapes", cwd=place / "again")
    written = tomllib.loads((place / "again/shapes.toml").read_text(encoding="utf-8"))
    example = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))

    assert example["window"] == {"last": "1d", "timezone": "UTC"}
    assert example["reference"].keys() == written["reference"].keys() == {"window"}
    own = {"window", "reference", "bucket"}
    kept = [
        {name: table for name, table in one.items() if name not in own}
        for one in (example, written)
    ]
    assert kept[0] == kept[1]
