"""Whole runs of a job with labels: what is kept of each day, and what the report says."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from drift.cli.commands.run import exit_code_of
from drift.model_quality.records import store
from drift.model_quality.records.documents import parse_record
from jobs.buckets.bucket import Bucket
from jobs.errors import ExitCode, ObjectError
from jobs.job_file.job import Job
from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import QualityBasis, QualityState
from tests.support.counting_bucket import CountingBucket
from tests.support.late_labels import LabelForm, LateWorld, labels_that_count, late_job, show
from tests.support.quality_runs import (
    REPORTS,
    day_records,
    is_killed_at,
    quality_folder,
    right_by_day,
    run_until,
)

pytestmark = pytest.mark.usefixtures("without_evidently")

DAYS = 16
WORLD = LateWorld(days=DAYS, per_day=40, accuracy=(0.9,) * 12 + (0.6,), references=120)
FORMS = [LabelForm.TABLE, LabelForm.JSON_LINES, LabelForm.JSON_OBJECTS, LabelForm.IN_LOG]


@pytest.fixture(scope="module", params=[LabelForm.JSON_LINES, LabelForm.IN_LOG])
def form(request: pytest.FixtureRequest) -> LabelForm:
    return LabelForm(request.param)


@pytest.fixture(scope="module")
def whole(form: LabelForm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bucket with all predictions and all labels, without a run."""
    folder = tmp_path_factory.mktemp("whole")
    show(WORLD, folder, WORLD.day(DAYS + 10), form)
    return folder


@pytest.fixture
def bucket(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "bucket"))


def _counted(folder: Path) -> dict[str, tuple[int, int]]:
    found = {name: parse_record(data) for name, data in day_records(folder).items()}
    return {
        name: (
            one.labelled,
            sum(sums.right for sums in one.quality.versions.values()),
        )
        for name, one in found.items()
    }


@pytest.mark.parametrize("form", FORMS, ids=lambda one: one.name)
def test_the_records_count_what_the_labels_say_of_each_day(form: LabelForm, tmp_path: Path) -> None:
    until = WORLD.day(DAYS)
    show(WORLD, tmp_path, until, form)
    found = run_until(late_job(tmp_path, form), until).model_quality
    expected = right_by_day(WORLD, labels_that_count(WORLD, until, form))
    assert _counted(tmp_path) == expected
    assert found is not None
    assert found.labels.used == sum(count for count, _ in expected.values())
    labelled = [one.labelled for one in found.days if one.labelled]
    assert labelled == [count for count, _ in expected.values()]


@pytest.mark.parametrize("window", ["1d", "7d"])
def test_days_without_a_label_count_among_the_predictions_in_every_run(
    tmp_path: Path, form: LabelForm, window: str
) -> None:
    until = WORLD.day(DAYS - 4)
    show(WORLD, tmp_path, until, form)
    job = late_job(tmp_path, form, window={"last": window})
    for _ in ("all days are scored", "no label is new"):
        found = run_until(job, until).model_quality
        assert found is not None
        assert len(found.days) == DAYS - 4
        assert [one.predictions for one in found.days] == [40] * (DAYS - 4)
        assert not found.days[-1].labelled
        assert found.labels.predictions == 40 * (DAYS - 4)
        assert sum(one.predictions for one in found.weeks) == found.labels.predictions
    assert f"{until - timedelta(days=1):%Y-%m-%d}.json" not in day_records(tmp_path)


def test_labels_by_image_are_joined_in_a_job_with_images(tmp_path: Path) -> None:
    world = LateWorld(days=6, per_day=12, references=40, days_late=1.2)
    form, until = LabelForm.PARQUET, world.day(6)
    show(world, tmp_path, until, form, images=True)
    found = run_until(late_job(tmp_path, form, images=True), until).model_quality
    expected = right_by_day(world, labels_that_count(world, until, form))
    assert _counted(tmp_path) == expected
    assert found is not None
    assert found.labels.used == sum(count for count, _ in expected.values())


def test_a_drop_is_told_beside_the_verdict(bucket: Path, form: LabelForm) -> None:
    found = run_until(late_job(bucket, form), WORLD.day(DAYS))
    quality = found.model_quality
    assert quality is not None
    assert quality.state is QualityState.DROPPED
    assert quality.basis is QualityBasis.EARLIER
    assert quality.drop is not None
    assert quality.drop.p_value < 0.01
    assert "fell from" in quality.headline
    report = json.loads((bucket / REPORTS / "latest.json").read_text(encoding="utf-8"))
    assert report["model_quality"]["state"] == "dropped"


@pytest.mark.slow
def test_runs_in_any_order_end_with_the_same_records(
    whole: Path, form: LabelForm, tmp_path: Path
) -> None:
    ends = [6, 9, 12, DAYS]
    orders = [ends, random.Random(2).sample(ends, len(ends)), ends[::-1]]
    found = []
    for number, order in enumerate(orders):
        folder = Path(shutil.copytree(whole, tmp_path / str(number)))
        job = late_job(folder, form, window={"last": "3d"}, **_waiting(form, "5d"))
        for end in order:
            run_until(job, WORLD.day(end))
        found.append(day_records(folder))
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == DAYS - 1


def _waiting(form: LabelForm, wait: str) -> dict[str, object]:
    table = late_job(Path(), form).labels.model_dump(mode="json", exclude_defaults=True)
    return {"labels": {**table, "wait": wait}}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS, ids=lambda one: one.name)
def test_labels_that_come_day_by_day_end_with_the_records_of_one_run(
    form: LabelForm, tmp_path: Path
) -> None:
    slow, fast = tmp_path / "slow", tmp_path / "fast"
    for number in range(7, 13):
        show(WORLD, slow, WORLD.day(number), form)
        run_until(late_job(slow, form, window={"last": "1d"}), WORLD.day(number))
    show(WORLD, fast, WORLD.day(12), form)
    run_until(late_job(fast, form, window={"last": "1d"}), WORLD.day(12))
    assert day_records(slow) == day_records(fast)


def test_days_older_than_the_wait_are_never_rewritten(tmp_path: Path) -> None:
    form = LabelForm.JSON_LINES
    first, later = WORLD.day(8), WORLD.day(14)
    show(WORLD, tmp_path, first, form)
    job = late_job(tmp_path, form, **_waiting(form, "7d"))
    run_until(job, first)
    before = day_records(tmp_path)
    show(WORLD, tmp_path, later, form)
    run_until(job, later)
    after = day_records(tmp_path)
    kept = f"{WORLD.day(7) - timedelta(days=1):%Y-%m-%d}.json"
    assert {name for name in before if before[name] != after[name]} <= {
        name for name in after if name > kept
    }
    assert before["2025-03-04.json"] == after["2025-03-04.json"]


def test_a_run_without_new_labels_reads_no_past_rows_and_writes_no_record(
    bucket: Path, form: LabelForm
) -> None:
    job = late_job(bucket, form, window={"last": "1d"})
    run_until(job, WORLD.day(DAYS - 1))
    buckets: list[CountingBucket] = []

    def counted(inner: Bucket) -> CountingBucket:
        buckets.append(CountingBucket(inner))
        return buckets[-1]

    run_until(job, WORLD.day(DAYS), counted)
    (asked,) = buckets
    read = asked.names("read", "local_copy", "read_part")
    old = {f"predictions/{WORLD.day(number):%Y-%m-%d}.csv" for number in range(DAYS - 3)}
    assert not read & old
    written = asked.names("create", "replace", "write")
    own = {name for name in written if "/quality/" in name}
    assert own == {
        f"{REPORTS}/quality/{WORLD.day(DAYS - 1):%Y-%m-%d}.json",
        f"{REPORTS}/quality/rollup.jsonl.gz",
    }
    buckets.clear()
    run_until(job, WORLD.day(DAYS), counted)
    written = buckets[0].names("create", "replace", "write")
    assert not {name for name in written if "/quality/" in name}


def test_a_lost_or_damaged_cache_costs_a_reading_and_changes_nothing(
    bucket: Path, form: LabelForm
) -> None:
    job = late_job(bucket, form)
    report = _without_clock(bucket, run_until(job, WORLD.day(DAYS)).run_id)
    before = day_records(bucket)
    remembered = quality_folder(bucket) / "rollup.jsonl.gz"
    whole = remembered.read_bytes()
    for content in (None, b"", whole[: len(whole) // 2], b"{}", gzip.compress(b"no rollup")):
        remembered.unlink()
        if content is not None:
            remembered.write_bytes(content)
        found = run_until(job, WORLD.day(DAYS))
        assert day_records(bucket) == before
        assert _without_clock(bucket, found.run_id) == report
        assert b'"days"' in gzip.decompress(remembered.read_bytes())


@pytest.mark.parametrize("most_beside_records", [0, 400_000])
@pytest.mark.parametrize("kind", [LabelForm.TABLE, LabelForm.JSON_OBJECTS])
def test_unchanged_labels_are_not_read_again_and_a_report_says_the_same(
    kind: LabelForm, most_beside_records: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_MOST_BESIDE_RECORDS", most_beside_records)
    show(WORLD, tmp_path, WORLD.day(DAYS), kind)
    job = late_job(tmp_path, kind)
    run_until(job, WORLD.day(DAYS - 1))
    buckets: list[CountingBucket] = []

    def counted(inner: Bucket) -> CountingBucket:
        buckets.append(CountingBucket(inner))
        return buckets[-1]

    own_object = quality_folder(tmp_path) / "labels.bin"
    assert own_object.exists() == (most_beside_records == 0)
    cached = _without_clock(tmp_path, run_until(job, WORLD.day(DAYS), counted).run_id)
    read = buckets[0].names("read", "local_copy", "read_part")
    assert not {name for name in read if name.startswith("labels")}
    records = day_records(tmp_path)
    for path in quality_folder(tmp_path).iterdir():
        path.unlink()
    assert _without_clock(tmp_path, run_until(job, WORLD.day(DAYS), counted).run_id) == cached
    read = buckets[1].names("read", "local_copy", "read_part")
    assert {name for name in read if name.startswith("labels")}
    assert day_records(tmp_path) == records
    if most_beside_records == 0:
        own_object.write_bytes(own_object.read_bytes()[:-1] + b"x")
        assert _without_clock(tmp_path, run_until(job, WORLD.day(DAYS)).run_id) == cached


@pytest.mark.parametrize("most_beside_records", [0, 400_000])
def test_labels_that_were_remembered_give_way_to_new_ones(
    most_beside_records: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_MOST_BESIDE_RECORDS", most_beside_records)
    form, kept, fresh = LabelForm.JSON_LINES, tmp_path / "kept", tmp_path / "fresh"
    for number in (DAYS - 3, DAYS):
        show(WORLD, kept, WORLD.day(number), form)
        found = run_until(late_job(kept, form), WORLD.day(DAYS))
    show(WORLD, fresh, WORLD.day(DAYS), form)
    once = run_until(late_job(fresh, form), WORLD.day(DAYS))
    assert found.model_quality is not None
    assert once.model_quality is not None
    same_place = replace(found.model_quality.labels, source=once.model_quality.labels.source)
    assert replace(found.model_quality, labels=same_place) == once.model_quality
    assert day_records(kept) == day_records(fresh)


def test_each_cache_can_be_deleted_and_the_run_says_the_same(
    bucket: Path, form: LabelForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Labels below a path lie in an object of their own then.
    monkeypatch.setattr(store, "_MOST_BESIDE_RECORDS", 0)
    job = late_job(bucket, form)
    report = _without_clock(bucket, run_until(job, WORLD.day(DAYS)).run_id)
    before = day_records(bucket)
    caches = {path.name for path in quality_folder(bucket).iterdir()} - before.keys()
    of_labels = set() if form is LabelForm.IN_LOG else {"labels.bin"}
    assert caches == {"rollup.jsonl.gz"} | of_labels
    for name in sorted(caches):
        (quality_folder(bucket) / name).unlink()
        found = run_until(job, WORLD.day(DAYS))
        assert _without_clock(bucket, found.run_id) == report, name
        assert day_records(bucket) == before, name


def test_damaged_records_are_made_anew(bucket: Path, form: LabelForm) -> None:
    job = late_job(bucket, form)
    run_until(job, WORLD.day(DAYS))
    before = day_records(bucket)
    for number, content in enumerate([b"", b"{}", b'{"version": 99}', b"[" * 100_000, b"\xff"]):
        (quality_folder(bucket) / f"2025-03-0{number + 4}.json").write_bytes(content)
    run_until(job, WORLD.day(DAYS))
    assert day_records(bucket) == before


def test_a_damaged_record_of_a_day_that_no_longer_waits_is_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    form = LabelForm.JSON_LINES
    show(WORLD, tmp_path, WORLD.day(DAYS), form)
    job = late_job(tmp_path, form, **_waiting(form, "5d"))
    run_until(job, WORLD.day(DAYS - 6))
    (quality_folder(tmp_path) / "2025-03-08.json").write_bytes(b"no record")
    found = run_until(job, WORLD.day(DAYS)).model_quality
    assert found is not None
    assert "2025-03-08.json is no record of a day" in caplog.text


def _without_clock(folder: Path, run: str) -> dict[str, object]:
    found = json.loads((folder / REPORTS / "runs" / run / "report.json").read_bytes())
    del found["generated_at"], found["timings"], found["profile"]["created_at"]
    return dict(found)


def test_a_dry_run_says_the_same_and_writes_nothing(bucket: Path, form: LabelForm) -> None:
    job = late_job(bucket, form)
    dry = run_until(job, WORLD.day(DAYS), writes=False).model_quality
    assert not (bucket / REPORTS).exists()
    wet = run_until(job, WORLD.day(DAYS)).model_quality
    assert dry == wet


@pytest.mark.slow
def test_a_kill_at_any_write_leaves_nothing_half(
    whole: Path, form: LabelForm, tmp_path: Path
) -> None:
    sound = Path(shutil.copytree(whole, tmp_path / "sound"))
    run_until(_killable(sound, form), WORLD.day(DAYS))
    expected = day_records(sound)
    for number in itertools.count(1):
        folder = Path(shutil.copytree(whole, tmp_path / str(number)))
        killed = is_killed_at(_killable(folder, form), WORLD.day(DAYS), number)
        assert all(expected[name] == data for name, data in day_records(folder).items())
        for data in day_records(folder).values():
            parse_record(data)
        if not killed:
            break
        (folder / REPORTS / "lock").unlink(missing_ok=True)
        run_until(_killable(folder, form), WORLD.day(DAYS))
        assert day_records(folder) == expected
    assert number == 1 + len(expected) + len(("rollup",))


def _killable(folder: Path, form: LabelForm) -> Job:
    """Return a job that writes few records."""
    return late_job(folder, form, window={"last": "1d"}, **_waiting(form, "3d"))


def test_two_versions_in_one_window_are_shown_apart(tmp_path: Path) -> None:
    world = LateWorld(days=12, per_day=60, version_change=3, references=100, days_late=1.1)
    form = LabelForm.JSON_LINES
    show(world, tmp_path, world.day(12), form)
    job = late_job(tmp_path, form)
    found = run_until(job, world.day(8)).model_quality
    assert found is not None
    assert found.newest is not None
    assert [one.version for one in found.versions] == ["1", "2"]
    parts = [one.scores.labelled for one in found.versions]
    assert sum(parts) == found.newest.scores.labelled


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"path": "labels/*.jsonl", "columns": {"id": "id", "label": "klass"}}, "klass"),
        ({"path": "gs://elsewhere/labels.csv", "columns": {"id": "id"}}, "allowed_prefixes"),
        ({"path": "predictions.json", "columns": {"id": "id"}}, "so far"),
    ],
)
def test_labels_that_cannot_be_read_cost_no_report(
    tmp_path: Path, labels: dict[str, object], said: str
) -> None:
    form = LabelForm.JSON_LINES
    show(WORLD, tmp_path, WORLD.day(DAYS), form)
    sound = run_until(late_job(tmp_path, form), WORLD.day(DAYS))
    found = run_until(late_job(tmp_path, form, labels=labels), WORLD.day(DAYS))
    assert found.model_quality is not None
    assert found.model_quality.state is QualityState.UNKNOWN
    assert said in found.model_quality.summary
    assert (found.verdict, found.run_id) == (sound.verdict, sound.run_id)


def test_a_log_that_fails_when_it_is_read_again_costs_no_report(tmp_path: Path) -> None:
    form = LabelForm.JSON_LINES
    show(WORLD, tmp_path, WORLD.day(DAYS), form)

    def before(method: str, name: str) -> None:
        if name == "predictions/2025-03-05.csv":
            raise ObjectError(name, "the disk is broken.")

    def wrap(inner: Bucket) -> CountingBucket:
        bucket = CountingBucket(inner)
        bucket.before = before
        return bucket

    found = run_until(late_job(tmp_path, form, window={"last": "1d"}), WORLD.day(DAYS), wrap)
    assert found.model_quality is not None
    assert found.model_quality.state is QualityState.UNKNOWN
    assert "the disk is broken" in found.model_quality.summary
    assert (tmp_path / REPORTS / "latest.json").exists()


def test_a_fault_of_the_program_costs_no_report(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    form = LabelForm.JSON_LINES
    show(WORLD, tmp_path, WORLD.day(DAYS), form)

    def before(method: str, name: str) -> None:
        if method == "list" and name.endswith("/quality/"):
            raise ZeroDivisionError("division by zero")

    def wrap(inner: Bucket) -> CountingBucket:
        bucket = CountingBucket(inner)
        bucket.before = before
        return bucket

    found = run_until(late_job(tmp_path, form), WORLD.day(DAYS), wrap).model_quality
    assert found is not None
    assert found.state is QualityState.UNKNOWN
    assert "ZeroDivisionError: division by zero" in found.summary
    assert "Traceback" in caplog.text
    assert (tmp_path / REPORTS / "latest.json").exists()


def test_labels_of_other_classes_score_nothing_and_are_named(tmp_path: Path) -> None:
    form = LabelForm.TABLE
    show(WORLD, tmp_path, WORLD.day(DAYS), form)
    labels = tmp_path / "labels" / "labels.csv"
    lines = labels.read_text(encoding="utf-8").splitlines()
    codes = {"beagle": "n01", "boxer": "n02", "collie": "n03"}
    told = [line.rpartition(",") for line in lines[1:]]
    rows = [f"{key},{codes[name]}" for key, _, name in told]
    labels.write_text("\n".join([lines[0], *rows]) + "\n", encoding="utf-8")
    found = run_until(late_job(tmp_path, form), WORLD.day(DAYS)).model_quality
    assert found is not None
    assert found.state is QualityState.UNKNOWN
    assert found.newest is None
    assert "labels name other classes" in found.headline
    assert any("never answered with: n01" in reason for reason in found.labels.noted)


def test_labels_that_are_spelled_otherwise_are_taken_for_the_models_classes(tmp_path: Path) -> None:
    form = LabelForm.TABLE
    until = WORLD.day(DAYS)
    show(WORLD, tmp_path, until, form)
    expected = right_by_day(WORLD, labels_that_count(WORLD, until, form))
    labels = tmp_path / "labels" / "labels.csv"
    text = labels.read_text(encoding="utf-8")
    labels.write_text(text.replace("beagle", "Beagle").replace("collie", "COLLIE"))
    found = run_until(late_job(tmp_path, form), until).model_quality
    assert _counted(tmp_path) == expected
    assert found is not None
    assert found.labels.noted["spelled otherwise than the model's class"] > 100


def test_exit_code_8_stands_behind_drift_and_inconclusive(bucket: Path, form: LabelForm) -> None:
    found = run_until(late_job(bucket, form), WORLD.day(DAYS))
    codes = {
        verdict: exit_code_of(replace(found, verdict=verdict))
        for verdict in (Verdict.STEADY, Verdict.DRIFT, Verdict.INCONCLUSIVE)
    }
    assert codes == {
        Verdict.STEADY: ExitCode.WORSE,
        Verdict.DRIFT: ExitCode.DRIFT,
        Verdict.INCONCLUSIVE: ExitCode.INCONCLUSIVE,
    }
    without = replace(found, verdict=Verdict.STEADY, model_quality=None)
    assert exit_code_of(without) is ExitCode.FINISHED


def test_a_class_of_the_model_that_counts_as_no_label_is_told(tmp_path: Path) -> None:
    show(WORLD, tmp_path, WORLD.day(DAYS), LabelForm.IN_LOG)
    job = late_job(tmp_path, LabelForm.IN_LOG, labels={"no_class": ["beagle"]})
    found = run_until(job, WORLD.day(DAYS)).model_quality
    assert found is not None
    assert any("The model answers with beagle, which" in one for one in found.remarks)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_column_of_labels_that_new_objects_do_not_have_yet_costs_no_run(
    tmp_path: Path, form: str
) -> None:
    days = [f"2025-03-{day:02}" for day in range(3, 3 + DAYS)]
    (tmp_path / "predictions").mkdir()
    for number, day in enumerate(days):
        rows = WORLD.rows[WORLD.rows["timestamp"].dt.strftime("%Y-%m-%d") == day]
        rows = rows.rename(columns={"truth": "label"}) if number < 7 else rows.drop(columns="truth")
        path = tmp_path / f"predictions/{day}.{form}"
        rows.to_csv(path, index=False) if form == "csv" else rows.to_parquet(path, index=False)
    (tmp_path / "validation_log.csv").write_bytes(WORLD.reference.to_csv(index=False).encode())
    job = late_job(tmp_path, LabelForm.IN_LOG)
    columns = {**job.predictions.columns.model_dump(exclude_unset=True), "label": "label"}
    predictions = {"path": f"predictions/*.{form}", "columns": columns}
    found = run_until(
        late_job(tmp_path, LabelForm.IN_LOG, predictions=predictions), WORLD.day(DAYS)
    ).model_quality
    assert found is not None
    assert found.labels.used == 7 * WORLD.per_day
    assert not any("have no column" in one for one in found.remarks)


def test_a_column_of_labels_that_no_row_has_is_told(tmp_path: Path) -> None:
    show(WORLD, tmp_path, WORLD.day(DAYS), LabelForm.TABLE)
    columns = {"prediction": "breed", "label": "truht"}
    predictions = {"path": "predictions/*.csv", "columns": columns}
    job = late_job(tmp_path, LabelForm.IN_LOG, predictions=predictions)
    found = run_until(job, WORLD.day(DAYS)).model_quality
    assert found is not None
    assert found.state is QualityState.UNKNOWN
    assert any('no column "truht", which predictions.columns.label' in one for one in found.remarks)


def test_what_runs_write_is_never_read_as_labels(tmp_path: Path) -> None:
    show(WORLD, tmp_path, WORLD.day(DAYS), LabelForm.JSON_OBJECTS)
    table = {"path": "**/*.json", "columns": {"id": "{name:stem}", "timestamp": "given"}}
    job = late_job(tmp_path, LabelForm.JSON_OBJECTS, labels=table)
    first = run_until(job, WORLD.day(DAYS)).model_quality
    again = run_until(job, WORLD.day(DAYS)).model_quality
    assert first is not None
    assert again is not None
    assert first.labels == again.labels
    assert first.labels.objects == len(list((tmp_path / "labels").rglob("*.json")))


def test_ids_that_begin_anew_are_told(tmp_path: Path) -> None:
    show(WORLD, tmp_path, WORLD.day(DAYS), LabelForm.TABLE)
    for path in (tmp_path / "predictions").glob("*.csv"):
        text = path.read_text()
        day = int(path.stem[-2:]) - 3
        path.write_text(text.replace(f"req-{day:03}-", f"req-{day % 6:03}-"))
    found = run_until(late_job(tmp_path, LabelForm.TABLE), WORLD.day(DAYS)).model_quality
    assert found is not None
    assert any("share their id" in one and "of other days" in one for one in found.remarks)


def test_labels_of_images_alone_have_nothing_to_be_compared_with(tmp_path: Path) -> None:
    show(WORLD, tmp_path, WORLD.day(DAYS), LabelForm.TABLE)
    predictions = {"path": "predictions/*.csv", "columns": {"confidence": "confidence"}}
    job = late_job(tmp_path, LabelForm.TABLE, predictions=predictions, quality={})
    found = run_until(job, WORLD.day(DAYS)).model_quality
    assert found is not None
    assert any("names no column of the predicted class" in one for one in found.remarks)
