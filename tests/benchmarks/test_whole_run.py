"""Whole runs: what is new is new in every round, and what is repeated is not computed again."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks import whole_run
from benchmarks.process_tree import CommandFailedError, Spent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's clocks of processes")


@pytest.mark.slow
def test_new_and_repeated_runs_are_measured(tmp_path, capsys):
    target = tmp_path / "found.json"
    options = ["--images", "40", "--reference", "60", "--rounds", "1", "--json", str(target)]

    assert whole_run.main(options) == 0

    runs = json.loads(target.read_bytes())["runs"]
    assert {name: len(all_) for name, all_ in runs.items()} == {
        "import evidently": 1,
        "new": 1,
        "repeated": 1,
    }
    assert all(one["cpu_s"] > 0 for (one,) in runs.values())
    printed = capsys.readouterr().out
    assert "bar" not in printed, "the bars are those of a thousand images"


def test_each_round_starts_from_what_was_there_before(tmp_path):
    world = tmp_path / "world"
    for name in ("images", "reference", "data_drift_reports/start"):
        (world / "bucket" / name).mkdir(parents=True)
    (world / "job.toml").write_text("name = 'start'\n")
    (world / "bucket" / "images" / "1.jpg").write_bytes(b"picture")
    (world / "bucket" / "data_drift_reports" / "start" / "latest.json").write_bytes(b"{}")

    whole_run.copy_world(world, tmp_path / "copy")
    report = Path("bucket/data_drift_reports/start/latest.json")
    (tmp_path / "copy" / report).write_bytes(b"changed")

    assert (tmp_path / "copy/bucket/images/1.jpg").read_bytes() == b"picture"
    assert (world / report).read_bytes() == b"{}"


def test_medians_stand_beside_their_bars(capsys):
    def spent(*seconds):
        return [Spent(wall_s=2 * one, cpu_s=one, output="") for one in seconds]

    whole_run.show({"new": spent(9.0, 9.4, 30.0), "repeated": spent(5.4, 5.6, 5.7)}, whole_run.BARS)

    new, repeated = capsys.readouterr().out.splitlines()
    assert "9.40 CPU s" in new
    assert new.endswith("bar 9.5: met")
    assert "11.20 s by the clock" in repeated
    assert repeated.endswith("bar 5.5: missed")


def test_a_run_that_loses_images_is_no_figure(tmp_path):
    latest = tmp_path / "bucket" / "data_drift_reports" / "start" / "latest.json"
    latest.parent.mkdir(parents=True)
    latest.write_text('{"images": {"logged": 40, "analysed": 39}}')

    with pytest.raises(CommandFailedError, match="39"):
        whole_run._require_images(tmp_path, 40)
