"""The job: what the job file says, checked, with the defaults; those of outputs are beside it."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from jobs.job_file.baseline_settings import BaselineSettings
from jobs.job_file.output_settings import (
    EvidentlySettings,
    MetricsSettings,
    NotificationSettings,
    ReportSettings,
)
from jobs.job_file.value_kinds import Cron, Duration, Settings, Slug, Zone
from jobs.times.cron import parse_cron
from jobs.times.windows import MOST_ROWS


def _image_path(value: str) -> str:
    rest = re.sub(r"\{[^{}]+\}", "", value)
    if "{" in rest or "}" in rest:
        raise ValueError('a column, or a template such as "images/{id}_{filename}"')
    return value


class BucketSettings(Settings):
    """Where everything is."""

    url: str = Field(min_length=1)
    """The bucket or folder: `gs://name`, `gs://name/folder`, the same with `s3://` (which takes
    `pip install 'image-drift[s3]'`), `file:///path`, or a path. A relative path is taken from the
    job file's folder."""


class LogColumns(Settings):
    """What the log's columns are called."""

    timestamp: str = "timestamp"
    """When the request came. ISO 8601 or one of the usual other shapes."""
    id: str | None = "id"
    """What the request is called; it need not be unique. A log without it is fine."""
    prediction: str | None = None
    """The predicted class."""
    confidence: str | None = None
    """The model's confidence in its prediction, a number between 0 and 1. `95.8%`, `0,958` and a
    printed tensor of one number are read too. Any other text counts as missing; its row stays."""
    label: str | None = None
    """The true class, where it is known. It is read, and not yet compared with the prediction."""
    latency: str | None = None
    """How long the answer took, a number that is taken as milliseconds. It is shown among the data
    health and takes no part in the verdict."""
    client: str | None = None
    """Who sent the image: a user, camera or device. Near-copies that one client sends in one burst
    count as one observation; without it all images are one client's."""
    probabilities: tuple[str, ...] = ()
    """The columns that hold one class probability each; `*` stands for anything, as in `p_*`."""


class PredictionSettings(Settings):
    """The prediction log."""

    path: str = Field(min_length=1)
    """One object, or a glob over many such as `logs/*/*.csv`: CSV, gzip CSV, Parquet, JSON
    lines. Parts that logrotate made are read too: `logs/a.csv*` takes in `a.csv.1` and
    `a.csv.2.gz`."""
    columns: LogColumns = LogColumns()
    """What the columns are called."""
    timezone: Zone = "UTC"
    """The zone of timestamps that carry none, and of its own abbreviations: under `Asia/Kolkata`
    IST is India's. CET, JST and others that mean one offset everywhere need none; IST, CST, BST
    and the like are rejected elsewhere. State it, even as `UTC`, where some timestamps carry a
    zone and some do not: otherwise no such run is steady."""
    day_first: bool | None = None
    """How to read `03/04/2025`: true for 3 April, false for March 4. Unset, such a date is
    rejected as ambiguous."""


class ImageSettings(Settings):
    """The queried images."""

    path: Annotated[str, AfterValidator(_image_path)] = Field(min_length=1)
    """Where a row's image is: a template over the log's own columns, such as
    `images/{id}_{filename}`, or the name of a column that holds paths or full URIs. A value can
    be changed first: `{time:%Y/%m/%d}` (on the clock that it is written in; `{time:utc %Y}` in
    UTC, `{time:Asia/Tokyo %Y}` or `{time:+09:00 %Y}` on another clock), `{path:slashes}` (with
    `/` for each backslash of Windows), `{path:name}` (the last part of a path), `{url:urlname}`
    (of a web address), `{path:stem}` (the same without its ending), `{id:lower}`, `{id:upper}`,
    `{name:safe}` (as web servers store it: `_` for spaces, ASCII only), `{id:whole}` (`12` for
    `12.0`), `{id:06}` (zeros in front), `{id:.2}` (the first two characters), `{id:2.4}` (the two
    behind them), `{id:2.}` (everything behind the first two), `{url:after=/uploads/}` (what
    follows)."""
    allowed_prefixes: tuple[str, ...] = ()
    """URI prefixes outside the job's own bucket that images may be read from, such as
    `gs://uploads/` or `s3://uploads/`. Anything else outside is refused."""
    immutable: bool = True
    """Whether a stored image never changes once its row is logged, so that it is read only once
    for that row. A name that other rows use again is looked up first either way."""
    fetch_workers: int = Field(default=32, ge=1, le=256)
    """How many images are fetched at once."""
    decode_workers: int | None = Field(default=None, ge=1, le=256)
    """How many images are decoded at once. Unset: one per processor core."""
    max_pixels: int = Field(default=100_000_000, ge=1)
    """An image with more pixels is not decoded but counted as unreadable."""
    max_bytes: int = Field(default=100_000_000, ge=1)
    """An image with more bytes is not read but counted as unreadable."""
    most_lost: float = Field(default=0.25, ge=0, le=1)
    """A run that loses more than this share of its images (not found, not readable, not fetched, or
    named by a row that cannot be read) is inconclusive: what is left may not be like what was
    lost."""
    canonical_size: int | None = Field(default=None, ge=16, le=4096)
    """Compute what follows the resolution (sharpness, noise, edges, detail) a second time, of
    images made so small that their shorter side has this many pixels, such as 256: in columns of
    their own, so that a camera with more megapixels is not taken for sharper pictures. A profile
    that was built without them has to be built anew."""

    def loses_too_many(self, lost: float | Fraction, of: int) -> bool:
        """Tell whether more are lost than `most_lost` allows, as it is written.

        29 of 100 are not more than 0.29, although the number in binary is a hair below it.
        """
        return lost > Fraction(str(self.most_lost)) * of


class WindowSettings(Settings):
    """Which rows of the log a run is about: exactly one of `last` and `rows`."""

    last: Duration | None = None
    """A length of time: a number followed by m, h, d or w."""
    rows: int | None = Field(default=None, ge=1)
    """A number of newest rows."""
    most_rows: int = Field(default=MOST_ROWS, ge=1)
    """A window of more rows, rejected ones among them, ends the run with exit code 5 before it has
    read them all: a million rows take more than a gigabyte of memory."""
    min_images: int = Field(default=10, ge=2)
    """With fewer analysed images a run is always inconclusive."""
    align: Duration = timedelta(hours=1)
    """Without `--until` the window ends at the last multiple of this, so that a retry is the
    same run."""
    delay: Duration | None = None
    """How long to wait for late rows: the window ends this much before now."""
    timezone: Zone | None = None
    """The zone whose days a window of whole days (`last = "1d"`) is made of: it begins and ends at
    midnight there, also when the clocks change and a day has 23 or 25 hours. Unset, it is
    `schedule.timezone` where `schedule.cron` names one time of the day in another zone than UTC;
    elsewhere a day is 24 hours, and the window ends as `window.align` says."""

    @model_validator(mode="after")
    def _one_kind_of_window(self) -> WindowSettings:
        if (self.last is None) == (self.rows is None):
            found = "neither" if self.last is None else "both"
            raise ValueError(f'either last = "7d" or rows = 500 (found: {found})')
        if self.rows is not None and self.rows > self.most_rows:
            raise ValueError(f"rows of at most most_rows (found: {self.rows} of {self.most_rows})")
        return self


class ReferenceWindow(Settings):
    """A past stretch of the log that serves as the reference: `[start, end)`."""

    start: str
    """The first moment, ISO 8601. Needed where the table is there."""
    end: str
    """The first moment that no longer belongs to it, ISO 8601. Needed where the table is there."""


class ReferenceSettings(Settings):
    """What today's images are compared with.

    Exactly one of `images`, `features`, `tensors` and `window` is set.
    """

    images: str | None = Field(default=None, min_length=1)
    """A prefix in the bucket below which all images are the reference."""
    exclude: tuple[str, ...] = ()
    """Globs over names below `reference.images` that are left out, such as `*_thumb.*` or
    `thumbs/**`; one without a slash is compared with the last part of a name."""
    features: str | None = None
    """A CSV or Parquet file with one row per image and one column per feature."""
    tensors: str | None = None
    """A torch tensor file of shape (N, C, H, W)."""
    window: ReferenceWindow | None = None
    """A past stretch of the prediction log."""
    log: str | None = None
    """A log, or a plain table without times, with the reference's predictions and confidences;
    columns named as in `predictions.columns`."""
    tensor_mean: tuple[float, ...] | None = None
    """The mean per channel that the tensors were normalised with; it is undone first."""
    tensor_std: tuple[Annotated[float, Field(gt=0)], ...] | None = None
    """The standard deviation per channel that the tensors were normalised with."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The sources that are set."""
        names = ("images", "features", "tensors", "window")
        return tuple(name for name in names if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_source(self) -> ReferenceSettings:
        if len(self.kinds) != 1:
            found = " and ".join(self.kinds) or "none"
            raise ValueError(
                f"exactly one of images, features, tensors and window (found: {found})"
            )
        if self.exclude and self.images is None:
            raise ValueError("exclude beside images only")
        if (self.tensor_mean is None) != (self.tensor_std is None):
            raise ValueError("tensor_mean and tensor_std together, or neither")
        return self


class DetectionSettings(Settings):
    """When a difference is drift."""

    false_alarm_rate: float = Field(default=0.01, ge=0.0001, lt=1)
    """The chance per run, over all columns together, that a run without drift says drift."""
    minimum_effect: float = Field(default=0.1, ge=0)
    """A smaller difference is never drift: reference standard deviations for numbers; for classes
    0.1 stands for two points of a share."""
    effect_to_see: float = Field(default=0.5, gt=0)
    """A quiet run that would not have seen a shift of this size with 80 % power says which window
    would."""
    burst: Duration = timedelta(minutes=10)
    """Near-copies of one client that are no further apart in time are one observation."""
    basis: Literal["auto", "reference"] = "auto"
    """What the verdict compares the window with. `auto`: normal days as soon as one is known, and
    the reference before. `reference`: always the reference, whatever is normal in production."""


class SegmentSettings(Settings):
    """Where a drift may sit: the parts of a drifted window that are compared with the rest of it.

    The predicted class, and the client where the log names one, are always among them.
    """

    columns: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Log columns whose values are parts of the traffic, such as `model_version` or `camera`. Each
    value with at least 30 images is tested beside its own normal days."""
    hours: bool = True
    """Whether single hours are looked at too; single days in a long or sparsely filled window."""


class ScheduleSettings(Settings):
    """When `drift schedule` runs the job."""

    cron: Cron | None = None
    """A cron expression of five fields, such as `15 3 * * *`."""
    timezone: Zone = "UTC"
    """The zone that the cron expression is meant in."""


class Job(Settings):
    """A whole job file."""

    name: Slug
    """A slug; it names the job's folder below `reports.path`, which does not follow a change of the
    name by itself: see docs/operations.md."""
    bucket: BucketSettings
    predictions: PredictionSettings
    images: ImageSettings
    window: WindowSettings
    reference: ReferenceSettings
    detection: DetectionSettings = DetectionSettings()
    baseline: BaselineSettings = BaselineSettings()
    segments: SegmentSettings = SegmentSettings()
    reports: ReportSettings = ReportSettings()
    notifications: NotificationSettings = NotificationSettings()
    metrics: MetricsSettings = MetricsSettings()
    evidently: EvidentlySettings = EvidentlySettings()
    schedule: ScheduleSettings = ScheduleSettings()
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is written to stderr."""
    log_format: Literal["auto", "plain", "json"] = "auto"
    """What the lines on stderr are: `plain` text, or `json`, an object a line with the fields of
    Google's Cloud Logging. `auto` is plain on a terminal and JSON everywhere else. As a variable,
    `DRIFT__LOG_FORMAT`, it also counts for faults of the job file itself."""

    @property
    def day_zone(self) -> ZoneInfo | None:
        """The zone whose days windows are made of; None where a day is 24 hours."""
        if self.window.timezone is not None:
            return ZoneInfo(self.window.timezone)
        cron, zone = self.schedule.cron, self.schedule.timezone
        if cron is None or zone == "UTC" or not parse_cron(cron).comes_once_a_day:
            return None
        return ZoneInfo(zone)
