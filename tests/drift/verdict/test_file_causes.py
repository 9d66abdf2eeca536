"""Whole runs over files of another kind than the reference's: the cause leads, and nothing lies."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from reference_stats.extraction.isolated.processes import DECODERS
from reference_stats.feature_cache.parts import part_name
from reports.findings.answers import State, Verdict
from reports.findings.remarks import RemarkWeight
from reports.findings.run import RunFindings
from reports.json_report.report import report_json
from tests.support.images import encode, photograph
from tests.support.worlds import job_of

pytestmark = pytest.mark.usefixtures("without_evidently")

UNTIL = datetime(2025, 3, 4, tzinfo=UTC)
NUMBER = 80
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500)
OF_THE_FILE = {"size_bytes", "bits_per_pixel"}
Make = Callable[[Image.Image], bytes]


def _views(seed: int) -> list[Image.Image]:
    """Return grey crops of one picture, of changing light."""
    whole = photograph(size=(300, 300)).convert("L")
    generator = np.random.default_rng(seed)
    places = generator.integers(0, 230, (NUMBER, 2)).tolist()
    crops = [whole.crop((left, top, left + 64, top + 48)) for left, top in places]
    lights = generator.normal(0.8, 0.1, NUMBER)
    return [
        Image.fromarray((np.asarray(crop) * light).clip(0, 255).astype(np.uint8))
        for crop, light in zip(crops, lights, strict=True)
    ]


def _grey(view: Image.Image) -> bytes:
    return encode(view)


def _deep(view: Image.Image) -> bytes:
    return encode(Image.fromarray(np.asarray(view).astype(np.uint16) * 257))


def _floats(view: Image.Image) -> bytes:
    return encode(Image.fromarray(np.asarray(view).astype(np.float32) / 255), "TIFF")


def _cut_out(view: Image.Image) -> bytes:
    picture = view.convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 64, 12))
    return encode(picture)


def _pages(view: Image.Image) -> bytes:
    return encode(view, "TIFF", save_all=True, append_images=[Image.new("L", view.size)] * 3)


def _world(folder: Path, makes: Sequence[Make], reference: Make = _grey) -> Job:
    """Write a bucket whose images are of these kinds in turn."""
    for name in ("reference", "images"):
        (folder / name).mkdir(parents=True)
    for number, view in enumerate(_views(1)):
        (folder / "reference" / f"{number}.png").write_bytes(reference(view))
    start = UNTIL - timedelta(hours=20)
    rows = ["timestamp,image"]
    for number, view in enumerate(_views(2)):
        (folder / "images" / str(number)).write_bytes(makes[number % len(makes)](view))
        rows.append(f"{(start + timedelta(minutes=9 * number)).isoformat()},images/{number}")
    (folder / "log.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return job_of(
        folder,
        predictions={"path": "log.csv"},
        images={"path": "{image}"},
        reference={"images": "reference/"},
    )


def _run(job: Job, *, writes: bool = False) -> RunFindings:
    return run_job(open_workplace(job, writes=writes), RunOptions(until=UNTIL))


def _drifted(found: RunFindings) -> set[str]:
    return {one.name for one in found.features if one.state is State.DRIFT}


def _codes(found: RunFindings) -> set[str]:
    return {remark.code for remark in found.remarks}


def _content(found: RunFindings) -> dict[str, object]:
    report = json.loads(report_json(found))
    del report["generated_at"], report["timings"], report["profile"]["created_at"]
    return report


def test_the_same_pictures_with_16_bits_drift_in_nothing_but_their_files(tmp_path: Path) -> None:
    found = _run(_world(tmp_path, [_deep]))
    assert _drifted(found) <= OF_THE_FILE
    assert found.headline.startswith("The images have 16 bits per sample, unlike the reference's")
    mean = next(one for one in found.features if one.name == "mean")
    assert mean.state is State.MISSING
    assert mean.note.startswith("Not compared: 80 of 80 images and 0 of the reference's 80")
    assert found.quality.pictures.blown_out.images == 0


def test_eight_bits_beside_a_reference_of_16_are_not_called_darker(tmp_path: Path) -> None:
    found = _run(_world(tmp_path, [_grey], reference=_deep))
    assert _drifted(found) <= OF_THE_FILE
    assert "darker" not in found.summary


@pytest.mark.parametrize("makes", [[_grey, _grey, _deep], [_grey, _deep, _deep]])
def test_a_mix_of_8_and_16_bits_drifts_in_nothing_but_its_files(
    tmp_path: Path, makes: list[Make]
) -> None:
    found = _run(_world(tmp_path, makes))
    assert _drifted(found) <= OF_THE_FILE
    mean = next(one for one in found.features if one.name == "mean")
    assert (mean.state is State.MISSING) == (makes.count(_deep) == 2)
    assert "more than 8 bits per sample" in mean.note


def _darker(view: Image.Image) -> bytes:
    return _grey(view.point(lambda level: level * 0.5))


def test_other_files_are_no_cause_where_images_of_one_kind_moved_as_far(tmp_path: Path) -> None:
    """Of the reference's images a third has 16 bits, of the window's none, but all are darker."""
    job = _world(tmp_path, [_darker])
    for number, view in enumerate(_views(1)):
        if number % 3 == 0:
            (tmp_path / "reference" / f"{number}.png").write_bytes(_deep(view))
    found = _run(job)
    assert found.verdict is Verdict.DRIFT
    assert "darker" in found.headline
    assert "8 bits" not in found.headline
    (remark,) = [one for one in found.remarks if one.code == "files_differ"]
    assert remark.weight is RemarkWeight.NOTE
    assert remark.text.endswith("moved as far: this is not what moved them.")


def test_other_files_stay_the_cause_where_images_of_one_kind_did_not_move(tmp_path: Path) -> None:
    found = _run(_world(tmp_path, [_grey, _cut_out]))
    assert found.verdict is Verdict.DRIFT
    assert found.headline.startswith("Some images are transparent (RGBA)")


def test_both_sides_with_16_bits_are_compared_as_ever(tmp_path: Path) -> None:
    found = _run(_world(tmp_path, [_deep], reference=_deep))
    assert "files_differ" not in _codes(found)
    assert not any("8 bits" in one.note for one in found.features)


def test_transparent_images_are_named_as_the_cause(tmp_path: Path) -> None:
    found = _run(_world(tmp_path, [_cut_out]))
    assert found.verdict is Verdict.DRIFT
    assert found.headline.startswith("The images are transparent (RGBA) and in colour, unlike")
    assert found.summary.startswith("All 80 images are transparent (RGBA)")
    assert found.quality.transparent_images == NUMBER


def test_floats_and_pages_are_not_darker_and_are_counted(tmp_path: Path) -> None:
    found = _run(_world(tmp_path, [_floats, _pages]))
    assert _drifted(found) <= OF_THE_FILE
    assert found.quality.multi_frame_images == NUMBER // 2
    assert found.quality.file_kinds == {"TIFF": NUMBER}
    assert {"files_differ", "several_frames"} <= _codes(found)


def test_heic_is_named_where_images_are_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = 'sys.modules["pillow_heif"] = None'
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(f"import sys\n\n{hidden}\n")
    # The processes that decode inherit this; those that run already know pillow-heif.
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    DECODERS.stop()
    try:
        found = _run(_world(tmp_path, [_grey, lambda _: HEIC]))
    finally:
        DECODERS.stop()
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "40 are HEIC photographs, as iPhones take them" in found.summary
    assert "heic_images" in _codes(found)
    assert "images.path" not in found.summary


def test_the_cache_changes_nothing_whichever_version_wrote_it(tmp_path: Path) -> None:
    job = _world(tmp_path, [_cut_out, _grey])
    bare = _content(_run(job))
    assert _content(_run(job, writes=True)) == bare
    assert _content(_run(job, writes=True)) == bare
    parts = list((tmp_path / "data_drift_reports" / "features").glob("*/part-*.parquet"))
    assert parts
    for part in parts:
        older = io.BytesIO()
        pq.write_table(pq.read_table(part).drop_columns(["file"]), older)
        part.unlink()
        part.with_name(part_name(older.getvalue())).write_bytes(older.getvalue())
    assert _content(_run(job, writes=True)) == bare


def test_a_profile_of_an_older_version_says_nothing_of_its_files(tmp_path: Path) -> None:
    job = _world(tmp_path, [_deep])
    _run(job, writes=True)
    (profile,) = (tmp_path / "data_drift_reports" / "dogs" / "profiles").glob("p-*")
    records = pd.read_parquet(profile / "records.parquet").drop(columns="file")
    records.to_parquet(profile / "records.parquet", index=False)
    described = json.loads((profile / "profile.json").read_text("utf-8"))
    described["records"] = list(records.columns)
    (profile / "profile.json").write_text(json.dumps(described), "utf-8")
    found = _run(job)
    assert "files_differ" not in _codes(found)
    assert "reference_files_unknown" in _codes(found)
    assert _drifted(found) <= OF_THE_FILE
