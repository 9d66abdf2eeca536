"""The benchmark of fetching, over few images and without latency."""

import argparse
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.fetching import run
from benchmarks.fetching_parts.images import DIFFERENT_IMAGES, KINDS


def options(**chosen: object) -> argparse.Namespace:
    usual = {"images": None, "objects": 60, "latency_ms": 0.0, "bytes": 20_000}
    return argparse.Namespace(**{**usual, "fetch_workers": 8, "rounds": 1, **chosen})


def test_the_images_are_of_the_kind_that_they_are_called(tmp_path: Path) -> None:
    for kind, write in KINDS.items():
        (tmp_path / kind).mkdir()
        write(tmp_path / kind, 20_000)
        assert len(list((tmp_path / kind).iterdir())) == DIFFERENT_IMAGES
    with Image.open(tmp_path / "tiny" / "000000.png") as tiny:
        assert (tiny.size, tiny.mode) == ((28, 28), "L")
    assert 15_000 < (tmp_path / "photographs" / "000001.jpg").stat().st_size <= 20_000


@pytest.mark.parametrize("own_folder", [False, True])
def test_both_parts_are_measured_alone_and_together(
    tmp_path: Path, own_folder: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "")
    for number in range(3):
        Image.new("L", (28, 28), 80 * number).save(tmp_path / f"{number}.png")
    found = run(options(kind="tiny", images=tmp_path if own_folder else None))
    medians = found["medians"]
    assert found["kind"] == (tmp_path.name if own_folder else "tiny")
    assert all(value > 0 for name, value in medians.items() if name != "server_cpu_ms")
    assert medians["to_slower"] <= medians["to_fetching"]
    assert medians["to_slower"] <= medians["to_computing"]
