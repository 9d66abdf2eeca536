"""The job: what the job file says, checked, with the defaults; those of outputs are beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, PrivateAttr, model_validator

from jobs.job_file.baseline_settings import BaselineSettings
from jobs.job_file.image_settings import ExecutionSettings, ImageSettings
from jobs.job_file.label_settings import LabelSettings, QualitySettings
from jobs.job_file.model_settings import ModelSettings
from jobs.job_file.output_settings import (
    EvidentlySettings,
    MetricsSettings,
    NotificationSettings,
    ReportSettings,
)
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.job_file.reference_settings import ReferenceSettings
from jobs.job_file.serving_settings import ServingSettings
from jobs.job_file.value_kinds import Cron, Duration, Settings, Slug, Zone
from jobs.times.cron import parse_cron
from jobs.times.windows import MOST_ROWS

_REPORTS: str = ReportSettings.model_fields["path"].default


class BucketSettings(Settings):
    """Where everything is."""

    url: str = Field(min_length=1)
    """The bucket or folder: `gs://name`, `gs://name/folder`, the same with `s3://` (which takes
    `pip install 'image-drift[s3]'`), `file:///path`, or a path. A relative path is taken from the
    job file's folder."""


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
    value with at least 30 images is tested beside its own normal days, or the same value in the
    stretch of the log that is the reference."""
    hours: bool = True
    """Whether single hours are looked at too; single days in a long or sparsely filled window."""


class ScheduleSettings(Settings):
    """When `drift schedule` runs the job."""

    cron: Cron | None = None
    """A cron expression of five fields, such as `15 3 * * *`."""
    timezone: Zone = "UTC"
    """The zone that the cron expression is meant in."""


def fault_with_images(job: Job) -> str:
    """Return what is wrong with a job that has images; empty where nothing is."""
    if job.reference.kinds == ("log",):
        return (
            "reference.log is not enough beside [images]. Expected exactly one of images, "
            "features, tensors and window in [reference] (found: none)."
        )
    of_classes = job.has_labels and not job.labels.are_boxes
    if of_classes and job.predictions.columns.boxes is not None:
        return (
            "labels of classes beside predictions.columns.boxes: a detector's labels are boxes. "
            "Name them by labels.columns.boxes or labels.export beside labels.path, or leave out "
            "labels.path and predictions.columns.label; see docs/model-quality.md."
        )
    return ""


def fault_without_images(job: Job) -> str:
    """Return what is wrong with a job that has no images; empty where nothing is."""
    columns = job.predictions.columns
    if columns.boxes is not None:
        return (
            "[images] is missing: predictions.columns.boxes are boxes of images, which count once "
            "each. Add images.path; docs/boxes.md shows a whole job file."
        )
    compared = (columns.prediction, columns.confidence, columns.probabilities, columns.numbers)
    if not any(compared):
        return (
            "[images] is missing, and predictions.columns names nothing else to compare. Add "
            "images.path, or name prediction, confidence, probabilities or numbers; "
            "docs/job-file.md says what they mean."
        )
    kind = job.reference.kinds[0]
    if kind in {"images", "tensors"} and not isinstance(columns.numbers, dict):
        return (
            f"[images] is missing, so that nothing in the log can be compared with "
            f"reference.{kind}. Add images.path; or set reference.log, reference.features or "
            "reference.window; or say in predictions.columns.numbers which columns hold features, "
            'such as { mean = "mean_brightness" }.'
        )
    return ""


def fault_of_model(job: Job) -> str:
    """Return what is wrong with ``[model]`` beside the other tables; empty where nothing is."""
    if job.model is None:
        if job.reports.explanations:
            return (
                "reports.explanations is set, but [model] is missing: without a model nothing can "
                "be explained. Add model.path, or leave out reports.explanations."
            )
        return ""
    if job.images is None:
        return (
            "[model] is there, but [images] is missing: the model looks at images. Add "
            "images.path, or leave out [model]."
        )
    kind = job.reference.kinds[0]
    if kind not in {"images", "window"}:
        return (
            f"[model] beside reference.{kind}: the model has to look at the reference's images "
            "too, and there are none. Set reference.images or reference.window in its place, or "
            "leave out [model]."
        )
    return ""


def with_images_as_log(given: dict[str, object]) -> dict[str, object]:
    """Return a job file's tables, filled up where `predictions.images_only` is true."""
    names = ("predictions", "images", "reference", "reports")
    predictions, images, reference, reports = (given.get(name, {}) for name in names)
    if not isinstance(predictions, dict) or predictions.get("images_only") is not True:
        return given
    own = predictions.get("exclude", [])
    if not isinstance(own, list | tuple) or not isinstance(images, dict):
        return given
    others = [
        reference.get("images") if isinstance(reference, dict) else None,
        reports.get("path", _REPORTS) if isinstance(reports, dict) else None,
    ]
    below = [f"{one.rstrip('/')}/**" for one in others if isinstance(one, str) and one]
    excluded = [*(one for one in own if one not in below), *below]
    return {
        **given,
        "images": {"path": "{path}", **images},
        "predictions": {**predictions, "exclude": excluded},
    }


class Job(Settings):
    """A whole job file."""

    name: Slug
    """A slug; it names the job's folder below `reports.path`, which does not follow a change of the
    name by itself: see docs/operations.md."""
    bucket: BucketSettings
    predictions: PredictionSettings
    images: ImageSettings | None = None
    """Where the queried images are. Without this table a row of the log is what counts once, and
    its predictions and numbers are compared alone: see docs/without-images.md."""
    window: WindowSettings
    reference: ReferenceSettings
    detection: DetectionSettings = DetectionSettings()
    baseline: BaselineSettings = BaselineSettings()
    segments: SegmentSettings = SegmentSettings()
    reports: ReportSettings = ReportSettings()
    notifications: NotificationSettings = NotificationSettings()
    metrics: MetricsSettings = MetricsSettings()
    evidently: EvidentlySettings = EvidentlySettings()
    serving: ServingSettings | None = None
    model: ModelSettings | None = None
    execution: ExecutionSettings = ExecutionSettings()
    labels: LabelSettings = LabelSettings()
    quality: QualitySettings = QualitySettings()
    schedule: ScheduleSettings = ScheduleSettings()
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is written to stderr."""
    log_format: Literal["auto", "plain", "json"] = "auto"
    """What the lines on stderr are: `plain` text, or `json`, an object a line with the fields of
    Google's Cloud Logging. `auto` is plain on a terminal and JSON everywhere else. As a variable,
    `DRIFT__LOG_FORMAT`, it also counts for faults of the job file itself."""

    _file_name: str = PrivateAttr(default="")

    def read_from(self, file_name: str) -> Job:
        """Return the same job, which now knows the name of its job file."""
        job = self.model_copy()
        job._file_name = file_name  # noqa: SLF001 - of the same class
        return job

    @property
    def file_name(self) -> str:
        """The name of the job file, without its folder; empty where there is none."""
        return self._file_name

    @model_validator(mode="after")
    def _fits_together(self) -> Job:
        fault = fault_with_images(self) if self.images else fault_without_images(self)
        fault = fault or fault_of_model(self)
        if fault:
            raise ValueError(fault)
        return self

    @property
    def has_images(self) -> bool:
        """Whether images are compared; without them a row of the log is what counts once."""
        return self.images is not None

    @property
    def has_labels(self) -> bool:
        """Whether the job says where labels are: below ``labels.path`` or in the log itself."""
        return self.labels.path is not None or self.predictions.columns.label is not None

    @property
    def model_knows_reference(self) -> bool:
        """Whether the model may have been trained on the images of the reference."""
        if self.model is None:
            return False
        said = self.model.trained_on_reference
        return self.reference.window is None if said is None else said

    @property
    def image_rules(self) -> ImageSettings:
        """How images are read: ``[images]``, or its defaults where the job has none."""
        return self.images or ImageSettings.model_construct(path="")

    @model_validator(mode="before")
    @classmethod
    def _images_as_log(cls, given: object) -> object:
        """Fill in where images are, and which are not today's, where their listing is the log."""
        return with_images_as_log(given) if isinstance(given, dict) else given

    @property
    def day_zone(self) -> ZoneInfo | None:
        """The zone whose days windows are made of; None where a day is 24 hours."""
        if self.window.timezone is not None:
            return ZoneInfo(self.window.timezone)
        cron, zone = self.schedule.cron, self.schedule.timezone
        if cron is None or zone == "UTC" or not parse_cron(cron).comes_once_a_day:
            return None
        return ZoneInfo(zone)
