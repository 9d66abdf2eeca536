"""All that a run found: the content of ``report.json``."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from reports.findings.answers import Verdict
from reports.findings.columns import Finding, Multivariate
from reports.findings.days import Baseline, Basis, Episode, Level
from reports.findings.images import (
    AffectedTable,
    GrownClass,
    ImageCounts,
    Offender,
    PictureBoxes,
    Quality,
)
from reports.findings.model_quality.quality import ModelQuality
from reports.findings.model_view import ModelView
from reports.findings.of_log.counts import LogCounts
from reports.findings.of_log.server import ServerFigures
from reports.findings.of_log.times import LogTimes
from reports.findings.places import Onset, Segment, SegmentScan, SegmentTests
from reports.findings.remarks import Remark
from reports.findings.runs import Evidence, Notice, Trend

SCHEMA_VERSION = "1"


class Observed(enum.StrEnum):
    """What counts once in a run, and what its numbers of images are numbers of."""

    IMAGES = "images"
    ROWS = "rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSpan:
    """The window in ISO 8601 with a ``Z``, half-open."""

    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSummary:
    """The reference profile that the window was compared with.

    Attributes
    ----------
    different
        How many different pictures its images are; None in reports of older versions.
    """

    id: str
    images: int
    feature_set: str
    created_at: str
    source: str = ""
    different: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """The settings that decide what a run says, whatever the job is called.

    Attributes
    ----------
    log
        The job file's `predictions.path`.
    reference
        A digest of ``[reference]``, as `ReferenceProfile.settings_digest`.
    digest
        A digest of all of them: log, images, window, reference, detection and segments.
    """

    log: str
    reference: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFindings:
    """Everything that a run found: the content of ``report.json``.

    Attributes
    ----------
    summary
        One plain sentence: the verdict and why.
    headline
        The summary without its numbers, short enough for the top of a page or a subject line.
    named
        The columns whose moves the headline names, in its order; empty where it names none, and in
        reports of older versions.
    job_file
        The name of the job file, without its folder; empty where the job was not read from a file,
        and in reports of older versions.
    affected
        At least so many of the analysed images differ from the reference; None without drift.
    compared_images
        How many of the analysed images were compared, of a window above a million rows; None where
        all of them were.
    affected_table
        The table of all images that are likely affected; None without any, and in reports of older
        versions.
    warnings
        The texts of `remarks`.
    remarks
        What a person should know about the run, and what it does to the verdict.
    notification
        What people were to be told of the verdict or the level after this run; None where nothing
        was due.
    quality_notification
        What they were to be told of the model's quality; None where nothing was due. Both go into
        one message.
    smallest_effect
        The smallest shift of one number, in reference standard deviations, that this run would
        have seen with 80 % power; None where nothing was tested.
    images_needed
        How many images would see a shift of `detection.effect_to_see` with 80 % power; None where
        nothing was tested.
    minimum_effect
        The job's `detection.minimum_effect` in reference standard deviations: a smaller difference
        is never drift. None in reports of older versions.
    grown_class
        The predicted class that grew most, with images of it; None where the classes did not
        drift, and in reports of older versions.
    history_digest
        SHA-256 over the history rows of runs with an earlier window end, and of those of this
        very run by older versions.
    log_times
        The times of the log's rows, and rows that came late or twice; None in reports of older
        versions.
    job_settings
        By what the job is told from others; None in reports of older versions.
    serving
        What the server itself measured; None where the job file does not say where that is.
    basis
        What the verdict compares the window with: normal days, or the reference.
    level
        How production differs from the reference; None where that was not asked.
    baseline
        The normal days that the run knew; None where none are kept.
    episode
        The stretch of unusual blocks that this window is a part of; None outside of one.
    segment_tests
        The segment values that were tested beside their own normal days, or beside themselves in
        the reference, and those that were not; None where neither knows segments or the window has
        none.
    numbers
        The log's further numbers, one finding per column; empty where the job names none.
    view
        What the model sees in the images, one finding per column; empty where the job names no
        model, and where the view takes no part.
    model_view
        Which model looked at the images and what is new to it; None where the job names no model.
    model_quality
        What labels say of the model; None where the job names none. It changes neither the verdict
        nor anything else here.
    boxes
        By the image's name, the boxes of images that stand out, of wrong answers of this window,
        and of the images on which a detector did worst, also on days before the window; None where
        the job names no boxes.
    observed
        What counts once: images, or the rows of the log in a job without images. Then everything
        that is called images here is a number of rows.
    """

    job: str
    run_id: str
    generated_at: str
    versions: dict[str, str]
    timings: dict[str, float]
    history_digest: str
    window: WindowSpan
    assumed_timezone: str | None
    verdict: Verdict
    summary: str
    warnings: tuple[str, ...]
    images: ImageCounts
    log: LogCounts
    profile: ProfileSummary
    false_alarm_rate: float
    smallest_effect: float | None
    images_needed: int | None
    features: tuple[Finding, ...]
    predictions: tuple[Finding, ...]
    quality: Quality
    offenders: tuple[Offender, ...] = ()
    multivariate: Multivariate | None = None
    segments: tuple[Segment, ...] = ()
    segment_scan: SegmentScan | None = None
    onset: Onset | None = None
    trend: Trend | None = None
    evidence: Evidence | None = None
    headline: str = ""
    named: tuple[str, ...] = ()
    job_file: str = ""
    affected: int | None = None
    affected_table: AffectedTable | None = None
    compared_images: int | None = None
    grown_class: GrownClass | None = None
    notification: Notice | None = None
    minimum_effect: float | None = None
    remarks: tuple[Remark, ...] = ()
    log_times: LogTimes | None = None
    job_settings: JobSettings | None = None
    serving: ServerFigures | None = None
    basis: Basis = Basis.REFERENCE
    level: Level | None = None
    baseline: Baseline | None = None
    episode: Episode | None = None
    segment_tests: SegmentTests | None = None
    numbers: tuple[Finding, ...] = ()
    view: tuple[Finding, ...] = ()
    model_view: ModelView | None = None
    model_quality: ModelQuality | None = None
    quality_notification: Notice | None = None
    boxes: dict[str, PictureBoxes] | None = None
    observed: Observed = Observed.IMAGES
    schema_version: str = SCHEMA_VERSION

    @property
    def columns(self) -> tuple[Finding, ...]:
        """All columns: image features, the model's view, predictions and further numbers."""
        return (*self.features, *self.view, *self.predictions, *self.numbers)

    @property
    def compared(self) -> int:
        """How many images were compared: all that were analysed, or a part of very many."""
        return self.images.analysed if self.compared_images is None else self.compared_images

    @property
    def has_images(self) -> bool:
        """Whether images were compared."""
        return self.observed is Observed.IMAGES
