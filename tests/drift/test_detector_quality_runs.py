"""Whole runs of a detector with late true boxes: what is kept of each day, and what is drawn."""

from __future__ import annotations

import json
import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from drift.model_quality.detection.matching import match_boxes
from drift.model_quality.detection.records.documents import parse_record, record_bytes
from drift.model_quality.detection.scores import score_detections
from drift.model_quality.records import store
from jobs.buckets.bucket import Bucket
from jobs.job_file.job import Job
from reports.findings.images import BoxKind
from reports.findings.model_quality.quality import ModelKind, ModelQuality
from reports.findings.run import RunFindings
from tests.support.counting_bucket import CountingBucket
from tests.support.late_boxes import LateBoxWorld, label_table, late_box_job, show_boxes
from tests.support.quality_runs import day_records, is_killed_at, quality_folder, run_until

pytestmark = pytest.mark.usefixtures("without_evidently")

DAYS = 6
WORLD = LateBoxWorld(
    days=DAYS,
    per_day=14,
    found=(1.0, 1.0, 1.0, 0.4),
    version_change=3,
    days_late=1.2,
    spelled={"Traffic light": "traffic_light"},
)
END = WORLD.day(DAYS)
NOW = END + timedelta(days=9)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bucket with all results, all labels and a profile; nothing of quality."""
    folder = tmp_path_factory.mktemp("boxes")
    show_boxes(WORLD, folder, NOW)
    run_until(late_box_job(folder), END)
    shutil.rmtree(quality_folder(folder))
    return folder


@pytest.fixture
def bucket(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "bucket"))


@pytest.fixture(scope="module")
def published(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunFindings]:
    """The same bucket with a run of all days, which nobody changes."""
    folder = Path(shutil.copytree(whole, tmp_path_factory.mktemp("published") / "bucket"))
    return folder, run_until(late_box_job(folder, window={"last": f"{DAYS}d"}), END)


def _name(number: int) -> str:
    return f"{WORLD.day(number):%Y-%m-%d}.json"


def _quality(found: RunFindings) -> ModelQuality:
    assert found.model_quality is not None
    assert found.model_quality.kind is ModelKind.DETECTOR
    assert found.model_quality.detection is not None
    return found.model_quality


def test_each_day_scores_as_its_boxes_do(published: tuple[Path, RunFindings]) -> None:
    folder, found = published
    quality, records = _quality(found), day_records(folder)
    used = 0
    for number in range(DAYS):
        known = WORLD.known(number, NOW)
        expected, record = (
            score_detections(match_boxes(known)),
            parse_record(records[_name(number)]),
        )
        scores = record.quality.scores
        assert (scores.labelled, scores.predictions) == (known.images, WORLD.per_day)
        assert scores.ap50 is not None
        assert scores.ap is not None
        assert scores.ap50.value == pytest.approx(expected.ap50, abs=1e-9)
        assert scores.ap.value == pytest.approx(expected.ap, abs=1e-9)
        assert set(record.quality.versions) == {"2" if number >= 3 else "1"}
        assert record_bytes(record) == records[_name(number)]
        used += known.images
    assert quality.labels.used == used
    assert quality.labels.predictions == DAYS * WORLD.per_day
    assert quality.window.labelled == used
    nobody = sum(one.given is not None for one in WORLD.answers[::11])
    assert quality.labels.left_out == {"no prediction in the last 30 days": nobody}


def test_a_day_without_labels_has_a_record_of_its_scores(bucket: Path) -> None:
    shutil.rmtree(bucket / "labels")
    found = _quality(run_until(late_box_job(bucket), END))
    assert found.labels.used == 0
    (record,) = [parse_record(data) for name, data in day_records(bucket).items()
                 if name == _name(DAYS - 1)]  # fmt: skip
    assert record.labelled == 0
    assert record.predictions == WORLD.per_day
    scores = [score for one in WORLD.answers[-WORLD.per_day :] for *_, score in one.picture.found]
    (sums,) = record.quality.versions.values()
    assert sums.confidences.count == len(scores)
    assert sums.confidences.total == pytest.approx(sum(scores))
    assert (sums.confidences.lowest, sums.confidences.highest) == (min(scores), max(scores))


def test_true_boxes_are_drawn_into_the_worst_images(published: tuple[Path, RunFindings]) -> None:
    _, found = published
    assert found.boxes is not None
    detection = _quality(found).detection
    assert detection is not None
    shown = [one for one in detection.worst if one.image in found.boxes]
    assert shown
    known = {f"images/{one.picture.name}.jpg": one.picture for one in WORLD.answers}
    for one in shown:
        picture, boxes = known[one.image], found.boxes[one.image]
        assert boxes.true == len(picture.true) == one.true_boxes
        assert boxes.predicted == len(picture.found)
        drawn = [box for box in boxes.drawn if box.kind is BoxKind.TRUE]
        corners = sorted(
            [left / picture.width, top / picture.height, right / picture.width,
             bottom / picture.height]
            for _, left, top, right, bottom in picture.true
        )  # fmt: skip
        assert sorted([box.left, box.top, box.right, box.bottom] for box in drawn) == [
            pytest.approx(box, abs=1e-4) for box in corners
        ]


@pytest.mark.slow
@pytest.mark.parametrize("labels", ["by id", "by the image's name"])
def test_runs_in_any_order_end_with_the_same_records(
    whole: Path, tmp_path: Path, labels: str
) -> None:
    ends = [3, 4, 5, DAYS]
    orders = [ends, random.Random(2).sample(ends, len(ends)), ends[::-1], [DAYS]]
    found = []
    for number, order in enumerate(orders):
        folder = Path(shutil.copytree(whole, tmp_path / str(number)))
        job = _by_name(folder) if labels != "by id" else late_box_job(folder)
        for end in order:
            run_until(job, WORLD.day(end))
        found.append(day_records(folder))
    assert found[0] == found[1] == found[2] == found[3]
    assert len(found[0]) == DAYS


def _by_name(folder: Path) -> Job:
    """Return a job whose labels name images by the last part of their names, without endings."""
    for path in (folder / "labels").iterdir():
        path.write_text(path.read_text().replace('"id": "req-', '"file": "export/'))
    columns = {**dict(label_table()["columns"]), "image": "file"}  # type: ignore[call-overload]
    del columns["id"]
    return late_box_job(folder, labels=label_table(columns=columns))


@pytest.mark.slow
def test_labels_that_come_day_by_day_end_with_the_records_of_one_run(
    whole: Path, tmp_path: Path
) -> None:
    slow = Path(shutil.copytree(whole, tmp_path / "slow"))
    for folder in ("labels", "predictions"):
        shutil.rmtree(slow / folder)
    for number in range(3, DAYS + 4):
        show_boxes(WORLD, slow, WORLD.day(number))
        run_until(late_box_job(slow), WORLD.day(min(number, DAYS)))
    fast = Path(shutil.copytree(whole, tmp_path / "fast"))
    show_boxes(WORLD, fast, WORLD.day(DAYS + 3))
    run_until(late_box_job(fast), END)
    assert day_records(slow) == day_records(fast)


@pytest.mark.slow
def test_a_kill_at_any_write_leaves_nothing_half_of_a_detector(whole: Path, tmp_path: Path) -> None:
    def killable(folder: Path) -> Job:
        return late_box_job(folder, labels=label_table(wait="3d"))

    sound = Path(shutil.copytree(whole, tmp_path / "sound"))
    run_until(killable(sound), END)
    expected = day_records(sound)
    assert len(expected) == 3
    for number in range(1, len(expected) + 3):
        folder = Path(shutil.copytree(whole, tmp_path / str(number)))
        # The records, and what is remembered beside them.
        assert is_killed_at(killable(folder), END, number) == (number <= len(expected) + 1)
        assert all(expected[name] == data for name, data in day_records(folder).items())
        for path in folder.rglob("lock"):
            path.unlink()
        run_until(killable(folder), END)
        assert day_records(folder) == expected


def _run_and_reads(job: Job) -> tuple[ModelQuality, CountingBucket]:
    """Run until the last day, and return what was found and what counted the requests."""
    buckets: list[CountingBucket] = []

    def counted(inner: Bucket) -> CountingBucket:
        buckets.append(CountingBucket(inner))
        return buckets[-1]

    found = _quality(run_until(job, END, counted))
    (asked,) = buckets
    return found, asked


def _reads(asked: CountingBucket) -> set[str]:
    return set(asked.names("read", "local_copy", "read_part"))


def _results(asked: CountingBucket) -> set[str]:
    """Return the objects of the log that were read."""
    return {name for name in _reads(asked) if name.startswith("predictions")}


def _results_of(*days: int) -> set[str]:
    return {f"predictions/{WORLD.day(number):%Y-%m-%d}.jsonl" for number in days}


@pytest.mark.parametrize("most_beside_records", [0, 400_000])
def test_a_run_without_new_labels_reads_no_label_and_no_past_result(
    bucket: Path, most_beside_records: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_MOST_BESIDE_RECORDS", most_beside_records)
    first = _quality(run_until(late_box_job(bucket), WORLD.day(DAYS - 1)))
    assert (quality_folder(bucket) / "labels.bin").exists() == (most_beside_records == 0)
    again, asked = _run_and_reads(late_box_job(bucket))
    assert not {name for name in _reads(asked) if name.startswith("labels")}
    # The day before has rows of the window in some time zone.
    assert _results(asked) == _results_of(DAYS - 1, DAYS - 2)
    written = {name.rpartition("/")[2] for name in asked.names("create", "replace", "write")
               if "/quality/" in name}  # fmt: skip
    assert written == {_name(DAYS - 1), "rollup.jsonl.gz"}
    assert again.labels.digest == first.labels.digest
    assert again.labels.rows == first.labels.rows


def test_damaged_records_are_made_anew_and_old_ones_passed_over(
    bucket: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job = late_box_job(bucket)
    run_until(job, END)
    before = day_records(bucket)
    whole = json.loads(before[_name(2)])
    whole["versions"][0]["table"]["columns"]["score"] = "AAAA"
    (quality_folder(bucket) / _name(1)).write_bytes(b'{"version": 1, "kind": "classifier"}')
    (quality_folder(bucket) / _name(2)).write_text(json.dumps(whole))
    run_until(job, END)
    assert day_records(bucket) == before
    (quality_folder(bucket) / "2024-01-01.json").write_bytes(b"[" * 1_000)
    _quality(run_until(job, END))
    assert "2024-01-01.json is no record of a day" in caplog.text


def test_a_dry_run_says_the_same_and_writes_nothing(bucket: Path) -> None:
    dry = _quality(run_until(late_box_job(bucket), END, writes=False))
    assert not quality_folder(bucket).exists()
    assert _quality(run_until(late_box_job(bucket), END)) == dry


def test_the_reference_has_scores_of_its_own(bucket: Path) -> None:
    window = {"start": f"{WORLD.day(0):%Y-%m-%d}", "end": f"{WORLD.day(2):%Y-%m-%d}"}
    job = late_box_job(bucket, reference={"window": window}, name="window")
    found = run_until(job, END, writes=True)
    detection = _quality(found).detection
    assert detection is not None
    assert detection.reference is not None
    images = sum(WORLD.known(number, NOW).images for number in range(2))
    assert detection.reference.labelled == images
    assert detection.reference.predictions == 2 * WORLD.per_day
    again, read = _run_and_reads(job)
    assert again == _quality(found)
    assert _results(read) == _results_of(DAYS - 1, DAYS - 2)


def test_predicted_classes_have_no_use_of_true_boxes(bucket: Path) -> None:
    predictions = {"path": "predictions/*.jsonl", "columns": {"prediction": "model_version"}}
    job = late_box_job(bucket, predictions=predictions, quality={})
    found = run_until(job, END).model_quality
    assert found is not None
    assert found.kind is ModelKind.CLASSIFIER
    assert "Name the predicted boxes in predictions.columns.boxes" in found.summary


def test_ten_thousand_boxes_and_an_unreadable_image_leave_the_others_as_they_are(
    bucket: Path,
) -> None:
    path = bucket / f"predictions/{WORLD.day(2):%Y-%m-%d}.jsonl"
    first, *others = path.read_text().splitlines()
    row = json.loads(first)
    row["boxes"] = [[0.0, 0.0, 0.5, 0.5]] * 10_000
    row["class_names"], row["scores"] = ["car"] * 10_000, [0.4] * 10_000
    path.write_text("\n".join([json.dumps(row), *others]))
    unreadable = next(one for one in WORLD.answers[-WORLD.per_day :] if one.given)
    (bucket / f"images/{unreadable.picture.name}.jpg").write_bytes(b"no image")
    # An earlier run has seen the image as it was.
    shutil.rmtree(bucket / "data_drift_reports/features")
    quality = _quality(run_until(late_box_job(bucket), END))
    assert quality.labels.noted["the image could not be read"] == 1
    assert quality.window.labelled == WORLD.known(DAYS - 1, NOW).images
    record = parse_record(day_records(bucket)[_name(2)])
    (sums,) = record.quality.versions.values()
    assert record.labelled == WORLD.known(2, NOW).images
    # 1,000 boxes of an image are read, and 100 of a class count.
    assert sums.confidences.count > 1_000
    assert sums.table.left_out == (900 if WORLD.answers[2 * WORLD.per_day].given else 0)


def test_results_in_rows_of_one_box_score_alike(bucket: Path) -> None:
    run_until(late_box_job(bucket), END)
    before = {name: parse_record(data) for name, data in day_records(bucket).items()}
    for path in (bucket / "predictions").iterdir():
        rows = [one for line in path.read_text().splitlines() for one in _rows(json.loads(line))]
        path.write_text("".join(json.dumps(one) + "\n" for one in rows))
    boxes = {
        "columns": ["y0", "x0", "y1", "x1"], "format": "yxyx", "unit": "shares",
        "classes": "class", "scores": "score", "width": "image_w", "height": "image_h",
    }  # fmt: skip
    predictions = {"path": "predictions/*.jsonl", "columns": {"boxes": boxes}}
    run_until(late_box_job(bucket, predictions=predictions), END)
    after = {name: parse_record(data) for name, data in day_records(bucket).items()}
    assert {name: one.quality.scores for name, one in after.items()} == {
        name: one.quality.scores for name, one in before.items()
    }


def _rows(result: dict[str, object]) -> list[dict[str, object]]:
    lists = [result.pop(name) for name in ("boxes", "class_names", "scores")]
    found = zip(*lists, strict=True)  # type: ignore[call-overload]
    rows = [
        {**result, "y0": box[0], "x0": box[1], "y1": box[2], "x1": box[3],
         "class": name, "score": score}
        for box, name, score in found
    ]  # fmt: skip
    return rows or [{**result, "y0": None, "x0": None, "y1": None, "x1": None}]


def test_a_lost_cache_changes_nothing(bucket: Path) -> None:
    job = late_box_job(bucket)
    found, before = _quality(run_until(job, END)), day_records(bucket)
    (quality_folder(bucket) / "rollup.jsonl.gz").unlink()
    assert _quality(run_until(job, END)) == found
    assert day_records(bucket) == before
