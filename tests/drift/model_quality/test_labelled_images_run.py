"""Whether labelled images are like the others, in whole runs with pictures."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance

from drift.model_quality.records.names import is_of_quality
from tests.support.late_labels import LabelForm, LateWorld, late_job, show
from tests.support.quality_runs import quality_folder, run_until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_evidently")]

WORLD = LateWorld(
    days=5, per_day=60, references=60, labelled=0.5, days_late=1.1, unknown=0, contradicting=0.0
)
UNTIL = WORLD.day(5)


def _brighten(folder: Path, names: set[str]) -> None:
    for name in names:
        path = folder / "images" / name
        ImageEnhance.Brightness(Image.open(path)).enhance(1.6).save(path)


@pytest.mark.parametrize("window", ["1d", "5d"])
def test_labels_of_bright_images_alone_are_noticed(tmp_path: Path, window: str) -> None:
    form = LabelForm.JSON_LINES
    show(WORLD, tmp_path, UNTIL, form, images=True)
    came = WORLD.labels[WORLD.labels["given"] < UNTIL]
    _brighten(tmp_path, set(came["filename"]))
    job = late_job(tmp_path, form, images=True, window={"last": window})
    found = run_until(job, UNTIL).model_quality
    assert found is not None
    assert found.newest is not None
    assert len(found.remarks) == 1
    assert "not a fair part of all" in found.remarks[0]
    remembered = quality_folder(tmp_path) / "rollup.jsonl.gz"
    assert json.dumps(found.remarks[0]).encode() in gzip.decompress(remembered.read_bytes())
    assert all(is_of_quality(path.name) for path in quality_folder(tmp_path).iterdir())
    assert run_until(job, UNTIL).model_quality == found
    remembered.unlink()
    assert run_until(job, UNTIL).model_quality == found


def test_labels_of_images_like_the_others_are_no_remark(tmp_path: Path) -> None:
    form = LabelForm.JSON_LINES
    show(WORLD, tmp_path, UNTIL, form, images=True)
    found = run_until(late_job(tmp_path, form, images=True), UNTIL).model_quality
    assert found is not None
    assert found.newest is not None
    assert found.remarks == ()
