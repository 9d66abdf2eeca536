"""A camera that uses its names again every day: what runs, `init` and `check` say of it."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageFilter

from drift.observations.logged_images import LoggedImages
from drift.observations.window_counts import WindowCounts, count_window
from drift.observations.window_images import WindowImages, join
from drift.pipeline import run_job
from drift.remarks.facts import RunData
from drift.remarks.names_used_again import names_used_again_remarks
from drift.remarks.reference_names import reference_names_remarks
from drift.remarks.registry import remarks_on_data
from drift.run_request import RunOptions, requested_window
from drift.setup.check.registry import check_job_file
from drift.setup.initiate import propose
from drift.setup.propose.write_job_file import job_file_text
from drift.workplace import open_workplace
from jobs.buckets.registry import open_bucket
from jobs.job_file.job import Job
from jobs.predictions.reading import read_predictions
from reference_stats.extraction.extract import extract
from reference_stats.image_uses import images_of_rows
from reference_stats.profiles.build import build_profile
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile
from reports.findings.answers import Verdict
from reports.findings.remarks import Remark, RemarkWeight
from reports.findings.run import RunFindings
from tests.support.worlds import view

pytestmark = pytest.mark.usefixtures("without_evidently")

SLOTS = 40
FIRST = datetime(2025, 3, 3, tzinfo=UTC)
DAY = timedelta(days=1)
NO_REFERENCE = ReferenceProfile(
    id="p-none",
    created_at=FIRST,
    source="nothing",
    settings_digest="",
    versions={},
    features=pd.DataFrame(),
    predictions=PredictionTable.empty(),
    left_out={},
)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a run sees of its images, and what it says of their names."""

    data: RunData
    remarks: tuple[Remark, ...]

    @property
    def window(self) -> WindowImages:
        return self.data.window

    @property
    def counts(self) -> WindowCounts:
        return self.data.counts


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A bucket with a reference, whose camera has so many slots for its pictures."""

    folder: Path

    def shoot(self, day: int, change: Callable[[bytes], bytes], times: str) -> None:
        """Overwrite all slots with one day's pictures and log them.

        Parameters
        ----------
        times
            The files' times: ``as used``, or ``copied`` for a bucket that was copied later.
        """
        random = np.random.default_rng(day + 1)
        lines = []
        for slot in range(SLOTS):
            used = FIRST + day * DAY + slot * timedelta(minutes=20)
            name = f"slots/{slot:03}.jpg"
            (self.folder / name).write_bytes(change(view(random)))
            if times == "as used":
                seconds = used.timestamp() - 5
                os.utime(self.folder / name, (seconds, seconds))
            lines.append(f"{used.isoformat()},{name},{('cat', 'dog')[slot % 2]}\n")
        log = self.folder / "log.csv"
        with log.open("a", encoding="utf-8") as file:
            file.write("" if log.stat().st_size else "timestamp,file,prediction\n")
            file.writelines(lines)

    def run(self, day: int) -> RunFindings:
        """Do a run over a day."""
        return run_job(open_workplace(self.job()), _days(day))

    def look(self, day: int, days: int = 1) -> Seen:
        """Read a window and its images as a run does, and compare nothing."""
        place, job = open_workplace(self.job()), self.job()
        rows = read_predictions(
            place.bucket,
            job.predictions,
            requested_window(job, _days(day, days), FIRST),
            extra_columns=("file",),
        )
        located = place.locator.locate(rows.raw, place.log_url)
        extracted = extract(
            images_of_rows(rows, located),
            job.images,
            open_bucket=place.open_bucket,
            cache=place.feature_cache,
        )
        logged = LoggedImages.of(rows, located, extracted)
        window = join(logged)
        data = RunData(
            job=job,
            predictions=rows,
            window=window,
            counts=count_window(logged, window),
            profile=NO_REFERENCE,
            counted=NO_REFERENCE,
        )
        return Seen(data=data, remarks=tuple(names_used_again_remarks(data)))

    def job(self, **tables: object) -> Job:
        return Job.model_validate(
            {
                "name": "camera",
                "bucket": {"url": str(self.folder)},
                "predictions": {"path": "log.csv", "columns": {"prediction": "prediction"}},
                "images": {"path": "file"},
                "window": {"last": "1d"},
                # What is known of the days before is no question here.
                "baseline": {"days": 0},
                "reference": {"images": "reference/"},
                **tables,
            }
        )

    def forget(self) -> None:
        """Delete the feature cache."""
        for part in self.folder.glob("data_drift_reports/features/*/*"):
            part.unlink()


def _days(day: int, days: int = 1) -> RunOptions:
    return RunOptions(since=FIRST + day * DAY, until=FIRST + (day + days) * DAY)


def sharp(data: bytes) -> bytes:
    return data


def blurred(data: bytes) -> bytes:
    target = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.filter(ImageFilter.GaussianBlur(4)).save(target, "JPEG", quality=88)
    return target.getvalue()


@pytest.fixture(scope="module")
def reference() -> Sequence[bytes]:
    random = np.random.default_rng(0)
    return [view(random) for _ in range(60)]


@pytest.fixture
def camera(tmp_path: Path, reference: Sequence[bytes]) -> Camera:
    for name in ("slots", "reference"):
        (tmp_path / name).mkdir()
    for number, data in enumerate(reference):
        (tmp_path / f"reference/{number:03}.jpg").write_bytes(data)
    (tmp_path / "log.csv").touch()
    return Camera(folder=tmp_path)


def without_clocks(camera: Camera, findings: RunFindings) -> dict[str, object]:
    name = f"data_drift_reports/camera/runs/{findings.run_id}/report.json"
    report: dict[str, object] = json.loads((camera.folder / name).read_bytes())
    del report["generated_at"], report["timings"]
    return report


def numbers(seen: Seen) -> list[object]:
    window = seen.window
    return [window.features.to_csv(), seen.counts.images, seen.counts.quality, seen.remarks]


def test_a_day_whose_pictures_overwrote_those_of_the_day_before_is_seen_as_it_is(
    camera: Camera, caplog: pytest.LogCaptureFixture
) -> None:
    camera.shoot(0, sharp, "as used")
    first = camera.run(0)
    assert first.verdict is not Verdict.DRIFT
    before = without_clocks(camera, first)
    camera.shoot(1, blurred, "as used")
    second = camera.run(1)
    assert second.verdict is Verdict.DRIFT
    assert "blur" in second.headline
    page = camera.folder / f"data_drift_reports/camera/runs/{second.run_id}/report.html"
    pictures = page.read_text(encoding="utf-8").count("data:image/")
    camera.shoot(2, sharp, "as used")
    # The numbers of both days were read while their pictures were there.
    assert without_clocks(camera, camera.run(0)) == before
    again = camera.run(1)
    assert without_clocks(camera, again)["features"] == without_clocks(camera, second)["features"]
    # The third day's pictures are not shown for those of the second.
    assert page.read_text(encoding="utf-8").count("data:image/") < pictures
    assert "it was overwritten since" in caplog.text


def test_a_day_whose_pictures_are_overwritten_before_it_is_first_run_has_no_verdict(
    camera: Camera,
) -> None:
    camera.shoot(0, sharp, "copied")
    camera.shoot(1, blurred, "copied")
    camera.look(1)
    found = camera.run(0)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.headline == "The window's pictures were overwritten"
    assert f"{SLOTS} image names of {SLOTS} were used again after this window" in found.summary


@pytest.mark.parametrize("times", ["as used", "copied"])
def test_the_log_tells_of_later_uses_where_nothing_is_remembered(
    camera: Camera, times: str
) -> None:
    camera.shoot(0, sharp, times)
    camera.shoot(1, blurred, times)
    for _ in range(2):
        found = camera.run(0)
        assert found.verdict is Verdict.INCONCLUSIVE
        assert found.headline == "The window's pictures were overwritten"
    assert camera.run(1).verdict is Verdict.DRIFT


def test_a_log_in_an_object_a_day_tells_of_later_uses_too(camera: Camera) -> None:
    camera.shoot(0, sharp, "as used")
    camera.shoot(1, blurred, "as used")
    log = camera.folder / "log.csv"
    header, *rows = log.read_text(encoding="utf-8").splitlines()
    for day in ("2025-03-03", "2025-03-04"):
        part = [header, *(row for row in rows if row.startswith(day))]
        (camera.folder / f"log-{day}.csv").write_text("\n".join(part), encoding="utf-8")
    log.unlink()
    found = run_job(
        open_workplace(
            camera.job(predictions={"path": "log-*.csv", "columns": {"prediction": "prediction"}})
        ),
        _days(0),
    )
    assert found.headline == "The window's pictures were overwritten"


def test_pictures_that_were_written_before_a_later_use_are_the_windows_own(camera: Camera) -> None:
    camera.shoot(0, sharp, "as used")
    log = camera.folder / "log.csv"
    later = log.read_text(encoding="utf-8").replace("2025-03-03", "2025-03-05").splitlines()[1:]
    with log.open("a", encoding="utf-8") as file:
        file.write("\n".join(later) + "\n")
    found = camera.run(0)
    assert found.images.analysed == SLOTS
    assert not any("overwritten" in text for text in found.warnings)


def test_where_the_times_tell_it_the_pictures_of_the_later_day_are_not_analysed(
    camera: Camera,
) -> None:
    camera.shoot(0, sharp, "as used")
    camera.shoot(1, blurred, "as used")
    camera.look(1)
    found = camera.look(0)
    counts = found.counts.images
    assert (counts.logged, counts.analysed, counts.overwritten) == (SLOTS, 0, SLOTS)
    weights = {remark.code: remark.weight for remark in found.remarks}
    assert weights["pictures_of_later_uses"] is RemarkWeight.NO_VERDICT


def test_a_few_names_that_were_used_again_are_told_and_leave_the_verdict(camera: Camera) -> None:
    camera.shoot(0, sharp, "copied")
    log = camera.folder / "log.csv"
    row = log.read_text(encoding="utf-8").splitlines()[5]
    with log.open("a", encoding="utf-8") as file:
        file.write(row.replace("2025-03-03", "2025-03-04") + "\n")
    camera.look(1)
    (remark,) = camera.look(0).remarks
    assert remark.code == "pictures_of_later_uses"
    assert remark.weight is RemarkWeight.NOTE


@pytest.mark.parametrize("times", ["as used", "copied"])
def test_what_is_seen_is_the_same_with_a_cache_and_without(camera: Camera, times: str) -> None:
    camera.shoot(0, sharp, times)
    camera.shoot(1, blurred, times)
    fresh = numbers(camera.look(0, days=2))
    assert numbers(camera.look(0, days=2)) == fresh
    camera.forget()
    assert numbers(camera.look(0, days=2)) == fresh


def test_in_a_window_of_both_days_the_pictures_count_for_the_second_day(
    camera: Camera,
) -> None:
    camera.shoot(0, sharp, "as used")
    camera.shoot(1, blurred, "as used")
    seen = camera.look(0, days=2)
    counts, quality = seen.counts.images, seen.counts.quality
    assert (counts.logged, counts.analysed, counts.overwritten) == (2 * SLOTS, SLOTS, SLOTS)
    assert counts.lost == 0
    assert quality.duplicated_rows == 0
    assert quality.reasons == {"overwritten by a later picture of the same name": SLOTS}
    (remark,) = seen.remarks
    assert f"{SLOTS} rows of this window named pictures that have been overwritten" in remark.text
    assert remark.weight is RemarkWeight.NOT_STEADY
    times = seen.window.rows["timestamp"].loc[seen.window.features.index]
    assert times.min() >= FIRST + DAY


def test_in_a_copied_bucket_it_is_said_that_the_earlier_pictures_may_be_gone(
    camera: Camera,
) -> None:
    camera.shoot(0, sharp, "copied")
    camera.shoot(1, sharp, "copied")
    seen = camera.look(0, days=2)
    assert seen.counts.images.overwritten == 0
    assert seen.counts.quality.duplicated_rows == SLOTS
    (remark,) = seen.remarks
    assert remark.code == "names_used_again"
    assert f"{SLOTS} names of images are used more than once" in remark.text
    assert remark.weight is RemarkWeight.NOT_STEADY


def test_pictures_that_are_sent_again_within_minutes_leave_a_steady_run_steady(
    camera: Camera,
) -> None:
    camera.shoot(0, sharp, "copied")
    log = camera.folder / "log.csv"
    header, *rows = log.read_text(encoding="utf-8").splitlines(keepends=True)
    again = [row.replace("0:00+", "3:00+") for row in rows]
    assert again != rows
    log.write_text("".join([header, *rows, *again]), encoding="utf-8")
    (remark,) = camera.look(0).remarks
    assert remark.code == "names_used_again"
    assert remark.weight is RemarkWeight.NOTE


def test_pictures_that_are_not_overwritten_are_duplicates_and_nothing_else(
    camera: Camera,
) -> None:
    camera.shoot(0, sharp, "as used")
    log = camera.folder / "log.csv"
    header, *rows = log.read_text(encoding="utf-8").splitlines(keepends=True)
    later = [row.replace("2025-03-03", "2025-03-04") for row in rows]
    log.write_text("".join([header, *rows, *later]), encoding="utf-8")
    seen = camera.look(0, days=2)
    assert seen.counts.images.overwritten == 0
    assert seen.counts.quality.duplicated_rows == SLOTS
    assert seen.remarks == ()


# --- the reference ---


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        ("as used", "overwritten by a later picture of the same name"),
        ("copied", "earlier use of an image name that was used again"),
    ],
)
def test_a_reference_from_the_log_leaves_out_rows_whose_picture_was_overwritten(
    camera: Camera, times: str, reason: str
) -> None:
    for day, change in enumerate((sharp, blurred)):
        camera.shoot(day, change, times)
    span = {"start": FIRST.isoformat(), "end": (FIRST + 2 * DAY).isoformat()}
    place = open_workplace(camera.job(reference={"window": span}))
    profile = build_profile(place.source_context, now=FIRST)
    assert profile.images == SLOTS
    assert profile.left_out == {reason: SLOTS}
    assert profile.records is not None
    if times == "as used":
        assert profile.records["timestamp"].min() >= FIRST + DAY


# --- init and check ---


def _proposed(camera: Camera) -> str:
    bucket = open_bucket(str(camera.folder))
    proposal = propose(
        bucket,
        open_bucket=open_bucket,
        name="camera",
        url=str(camera.folder),
        now=FIRST + 5 * DAY,
    )
    return job_file_text(proposal)


def test_init_writes_that_images_may_change_where_names_are_used_again(camera: Camera) -> None:
    camera.shoot(0, sharp, "copied")
    assert "immutable" not in _proposed(camera)
    camera.shoot(1, sharp, "copied")
    text = _proposed(camera)
    assert "\nimmutable = false\n" in text
    assert f"{SLOTS} of {SLOTS} image names are used at more than one time" in text


def test_check_says_that_names_are_used_again(camera: Camera, tmp_path: Path) -> None:
    camera.shoot(0, sharp, "copied")
    camera.shoot(1, sharp, "copied")
    job_file = tmp_path / "job.toml"
    job_file.write_text(_proposed(camera), encoding="utf-8")
    for since, thing in ((FIRST, ["reused names"]), (FIRST + DAY, [])):
        checks = check_job_file(job_file, {}, RunOptions(since=since, until=FIRST + 2 * DAY))
        assert [one.thing for one in checks if one.thing == "reused names"] == thing


# --- a reference whose names are used again ---


def test_a_reference_that_holds_the_windows_pictures_under_its_names_is_told(
    camera: Camera,
) -> None:
    camera.shoot(0, sharp, "copied")
    camera.shoot(1, sharp, "copied")
    span = {"start": FIRST.isoformat(), "end": (FIRST + DAY).isoformat()}
    place = open_workplace(camera.job(reference={"window": span}))
    profile = build_profile(place.source_context, now=FIRST)
    seen = camera.look(1)
    remarks = {one.code: one for one in remarks_on_data(replace(seen.data, profile=profile))}
    assert remarks["images_in_reference"].weight is RemarkWeight.NO_VERDICT
    said = remarks["reference_names_used_again"].text
    assert said.startswith(f"{SLOTS} images of the reference's {SLOTS} have names")
    camera.shoot(2, sharp, "copied")
    later = camera.look(2)
    assert list(reference_names_remarks(replace(later.data, profile=profile))) == []
    assert list(reference_names_remarks(seen.data)) == []
