"""What a run found: the frozen types that the comparison fills and the reports print.

The field names are those of ``report.json`` (schema version 1): keys are added, never renamed.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from reports.constant_reference import ConstantReference
from reports.job_settings import JobSettings
from reports.log_times import LogTimes
from reports.remarks import Remark

SCHEMA_VERSION = "1"


class Verdict(enum.StrEnum):
    """The answer of a whole run."""

    STEADY = "steady"
    DRIFT = "drift"
    INCONCLUSIVE = "inconclusive"


class State(enum.StrEnum):
    """The answer for one column."""

    STEADY = "steady"
    DRIFT = "drift"
    INCONCLUSIVE = "inconclusive"
    MISSING = "missing"
    CONSTANT = "constant"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Counts between edges; ``len(edges) == len(counts) + 1``. Both sides share their edges."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One side of a numeric column.

    Attributes
    ----------
    count
        Values that are there; missing ones are not counted.
    quantiles
        Value by probability, keys ``"0.01"``, ``"0.05"``, ``"0.25"``, ``"0.5"``, ``"0.75"``,
        ``"0.95"``, ``"0.99"``; empty where there is no value.
    """

    count: int
    mean: float | None = None
    std: float | None = None
    quantiles: dict[str, float] = field(default_factory=dict)
    histogram: Histogram | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """How often one class occurs on either side.

    Attributes
    ----------
    reference, current
        Units, mostly images. Where a unit has several classes, its parts are added up and
        rounded; a class that occurs at all counts at least once.
    reference_share, current_share
        The mean over units of the class's share within the unit, 0 to 1; None where the side has
        no class at all, and in reports of older versions.
    """

    name: str
    reference: int
    current: int
    reference_share: float | None = None
    current_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """The name and the value of the statistic that a column was tested with."""

    name: str
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the comparison says about one column.

    Attributes
    ----------
    name, unit
        The column and what it counts.
    state
        The answer.
    statistic, p_value, adjusted_p_value, threshold
        The test; None where the column was not tested. Drift asks for
        ``adjusted_p_value < threshold`` and a large enough effect.
    effect
        How far the column moved: reference standard deviations where the direction is ``"up"``,
        ``"down"`` or ``"spread"``, never more than 100; a difference of shares (0 to 1) elsewhere.
        None where it cannot be said.
    direction
        ``"up"`` or ``"down"`` where the mean moved, ``"spread"`` where the standard deviation did,
        ``"upper_tail"`` or ``"lower_tail"`` where more images than before lie beyond the
        reference's central 99 %, ``"shares"`` for classes, else None.
    shift
        The move of the mean in reference standard deviations, with its sign, between -100 and
        100; None for classes and where the reference is constant.
    note
        A sentence for people: why the column is missing or failed and what to do, which classes
        are new; empty where there is nothing to say.
    reference, current
        The two sides of a numeric column; None for classes.
    categories
        The classes, most frequent first; None for numbers.
    renamed
        The classes that are likely others in another spelling, with the names under which both
        sides are compared; empty for numbers.
    constant
        Where a tested number is constant in the reference up to its resolution: how the window
        differs from it. The direction is ``"upper_tail"`` or ``"lower_tail"`` then, and the effect
        a share of images. None elsewhere.
    """

    name: str
    unit: str
    state: State
    statistic: Statistic | None = None
    p_value: float | None = None
    adjusted_p_value: float | None = None
    threshold: float | None = None
    effect: float | None = None
    direction: str | None = None
    shift: float | None = None
    note: str = ""
    reference: Distribution | None = None
    current: Distribution | None = None
    categories: tuple[Category, ...] | None = None
    renamed: dict[str, str] = field(default_factory=dict)
    constant: ConstantReference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSpan:
    """The window in ISO 8601 with a ``Z``, half-open."""

    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCounts:
    """What became of the images that the window's rows name: distinct ones, whatever their rows.

    Attributes
    ----------
    logged
        Distinct images that the accepted rows name:
        ``analysed + missing + unreadable + unfetched + overwritten``.
    overwritten
        Images whose name was used again, so that another picture is there now. They are not among
        the lost ones: no image of the bucket is missing.
    rows
        The rows that name them: ``logged`` and `Quality.duplicated_rows` together, and the log's
        rows without the rejected ones. None in reports of older versions, which counted rows.
    """

    logged: int
    analysed: int
    missing: int
    unreadable: int
    unfetched: int
    overwritten: int = 0
    rows: int | None = None

    @property
    def lost(self) -> int:
        """How many could not be analysed."""
        return self.missing + self.unreadable + self.unfetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One image or row that was left out, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LostValues:
    """Values of one of the log's columns that could not be used; their rows and images stay.

    Attributes
    ----------
    values
        How many of the window's rows have a value in the column.
    lost, reasons
        How many of them count as missing, and why.
    outside
        How many of them are numbers outside 0 to 1 where shares of one belong.
    examples
        The oldest lost ones, each with what it holds.
    """

    column: str
    values: int
    lost: int
    reasons: dict[str, int] = field(default_factory=dict)
    outside: int = 0
    examples: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestRow:
    """Where the rejected rows stand among those that could be read.

    Rows without a readable time lie evenly between the readable ones beside them.

    Attributes
    ----------
    newest, newest_read
        ISO 8601: the newest row of all, and the newest one that could be read; the latter is None
        where none could.
    rejected_since
        Rejected rows that are newer than every row that could be read.
    asked, asked_rejected
        Rows of the window that was asked for, read or not, and how many of them were rejected.
    reaches_back
        For a window by rows: how many of its rows are older than those that were asked for.
    """

    newest: str
    newest_read: str | None
    rejected_since: int
    asked: int
    asked_rejected: int
    reaches_back: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCounts:
    """What became of the log's rows.

    Attributes
    ----------
    rows
        Rows of the window: those that name an image, and rejected ones.
    rejected, reasons, examples
        How many were rejected, why, and the first of them.
    lost_values
        Columns with values that could not be used.
    newest
        Where the rejected rows stand in time; None where none of the window's was rejected.
    recoded_rows
        Rows with letters that were read in another encoding than UTF-8.
    """

    rows: int
    rejected: int
    reasons: dict[str, int]
    examples: tuple[Trouble, ...] = ()
    lost_values: tuple[LostValues, ...] = ()
    newest: NewestRow | None = None
    recoded_rows: int = 0


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
class Offender:
    """An image that stands out.

    Attributes
    ----------
    image
        Its path in the bucket, or its full URI.
    score
        How unusual it is; larger is more.
    because
        A plain sentence: which numbers, how far from the reference.
    """

    image: str
    id: str
    timestamp: str
    score: float
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureCount:
    """Analysed images of one kind of poor picture.

    Attributes
    ----------
    reference_share
        The share of the reference's images of that kind, 0 to 1; None where the reference does not
        know the feature.
    """

    images: int
    reference_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureHealth:
    """Poor pictures among the analysed images; an image may be of more than one kind.

    The limits are fixed. What is usual differs from job to job, so that each count stands beside
    the share of the reference.

    Attributes
    ----------
    dark
        The mean grey level is below 40 of 255.
    blown_out
        More than half of the pixels are at grey level 250 or above. A white background counts too.
    blurred
        ``sharpness`` is below 1.2: the variance of the Laplacian is below about 15.
    tiny
        The shorter side is below 64 pixels.
    """

    dark: PictureCount
    blown_out: PictureCount
    blurred: PictureCount
    tiny: PictureCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long the model's answers took, in milliseconds; it takes no part in the verdict.

    Attributes
    ----------
    count
        Rows whose latency could be read.
    """

    count: int
    median_ms: float
    p95_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The health of the window's data.

    Attributes
    ----------
    troubles
        The first images that were left out, each with its reason, sorted by name.
    reasons
        The number of images left out per reason.
    duplicated_rows
        Rows that name an image which an earlier row of the window names too.
    near_duplicates
        Analysed images that are near-copies of an earlier one of the same client and burst.
    deep_images
        Images with more than 8 bits per sample: clipped for the seven grey-level features.
    file_kinds
        How many of the analysed images are of each format, by what is in the file.
    transparent_images
        Images with a pixel that is transparent, if only partly.
    multi_frame_images
        Images with more than one frame or page, of which the first is looked at.
    wide_colour_profiles
        How many images have a colour profile that is wider than sRGB, by its name; it is not
        applied.
    cross_check
        For each feature that the log carries itself: how many rows differ from the recomputed
        number by more than 1e-6 of its size. A number there means that the log's producer
        computes the feature in another way.
    pictures
        Poor pictures among the analysed images; None where no image was analysed.
    latency
        How long the answers took; None where the log does not say.
    confidence_median
        The median confidence of the window's rows; None where the log has none.
    """

    troubles: tuple[Trouble, ...] = ()
    reasons: dict[str, int] = field(default_factory=dict)
    duplicated_rows: int = 0
    near_duplicates: int = 0
    deep_images: int = 0
    file_kinds: dict[str, int] = field(default_factory=dict)
    transparent_images: int = 0
    multi_frame_images: int = 0
    wide_colour_profiles: dict[str, int] = field(default_factory=dict)
    cross_check: dict[str, int] = field(default_factory=dict)
    pictures: PictureHealth | None = None
    latency: Latency | None = None
    confidence_median: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Multivariate:
    """What all image features say together: images that are odd only jointly.

    Attributes
    ----------
    state, statistic, p_value, adjusted_p_value, threshold
        As of a column.
    effect
        Mahalanobis' distance between the two means, in reference standard deviations.
    because
        A plain sentence: which features no longer go together as they did.
    """

    state: State
    statistic: Statistic | None = None
    p_value: float | None = None
    adjusted_p_value: float | None = None
    threshold: float | None = None
    effect: float | None = None
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a drifted window in which the change concentrates.

    Attributes
    ----------
    column, value
        The log's column and its value there; the column ``hour`` holds the start of an hour.
    images
        How many of the window's images belong to it.
    share_of_images, share_of_shift
        The part of the window's images and of its whole shift that they are, 0 to 1; the shift's
        part may exceed 1 where the other images moved the other way.
    effect, rest_effect
        How far these images, and all others, lie from the reference along the direction of the
        drift, in reference standard deviations; in steps of the resolution where all that drifted
        is constant in the reference. Between -100 and 100.
    adjusted_p_value
        The chance that some segment stands out as much where the change does not depend on any.
    echo_of
        The segment named before it without whose images it does not stand out, such as
        ``"camera: B"``; empty where it stands out by itself.
    """

    column: str
    value: str
    images: int
    share_of_images: float
    share_of_shift: float
    effect: float
    rest_effect: float
    adjusted_p_value: float
    echo_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentScan:
    """Which segments of a drifted window were looked at.

    Attributes
    ----------
    columns
        The log's columns with at least one segment that was looked at, and ``hour`` or ``day``.
    segments
        How many segments were looked at.
    passed_over
        How many were not: too few independent images in them or outside, or too many values.
    """

    columns: tuple[str, ...]
    segments: int
    passed_over: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """The time within a drifted window from which on the images differ.

    Attributes
    ----------
    since
        ISO 8601: the time of the first image after the change.
    effect_before, effect_after
        How far the images before and after lie from the reference along the direction of the
        drift, counted as those of `Segment`.
    adjusted_p_value
        The chance of so clear a change at any time where there is none.
    within
        The segment whose images this is about, such as ``"camera: B"``; empty for all images.
    """

    since: str
    effect_before: float
    effect_after: float
    adjusted_p_value: float
    within: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendColumn:
    """A column that moves slowly across runs.

    Attributes
    ----------
    direction
        ``"up"`` or ``"down"``.
    evidence
        The column's e-value.
    shift
        The mean of its shifts since then, in reference standard deviations.
    since
        The end of the window of the first run that the alarm counts.
    """

    name: str
    direction: str
    evidence: float
    shift: float
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Slow drift across runs; it never changes the run's verdict.

    Attributes
    ----------
    state
        ``steady``, ``drift``, or ``inconclusive`` with too few runs to say.
    summary
        One plain sentence.
    runs
        How many runs it rests on: earlier ones whose windows do not overlap, and this one.
    run_length
        Without drift there are on average at least so many runs between two alarms.
    evidence
        The e-value of all columns together; an alarm is one of at least `run_length`.
    columns
        The columns that carry it, most evidence first.
    """

    state: State
    summary: str
    runs: int
    run_length: int
    evidence: float
    columns: tuple[TrendColumn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the test rested on; `drift accept` remembers it.

    Attributes
    ----------
    reference_units, current_units
        Independent images on either side: near-copies of one client in one burst are one unit.
    resamples
        How many permutations the p-values come from.
    statistics
        Every standardised statistic by its name; about standard normal where nothing moved. Two-
        sided ones carry the direction in their sign; one that asks for more alone, such as a tail,
        is negative where there is less than usual.
    accepted_runs
        How many accepted windows widened the null.
    signed_tails
        Whether the tails are negative where fewer images than usual lie there. Reports of versions
        that do not have this key made every tail positive.
    """

    reference_units: int
    current_units: int
    resamples: int
    statistics: dict[str, float] = field(default_factory=dict)
    accepted_runs: int = 0
    signed_tails: bool = True


class NoticeKind(enum.StrEnum):
    """What people are told after a run."""

    DRIFT = "drift"
    INCONCLUSIVE = "inconclusive"
    RECOVERED = "recovered"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notification that was due after the run; whether it was sent is kept elsewhere.

    Attributes
    ----------
    since
        ISO 8601: the end of the window of the first run of the state that it tells of; for
        ``recovered``, of the state that is over.
    """

    kind: NoticeKind
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFindings:
    """Everything that a run found: the content of ``report.json``.

    Attributes
    ----------
    summary
        One plain sentence: the verdict and why.
    headline
        The summary without its numbers, short enough for the top of a page or a subject line.
    affected
        At least so many of the analysed images differ from the reference; None without drift.
    warnings
        The texts of `remarks`.
    remarks
        What a person should know about the run, and what it does to the verdict.
    notification
        What people were to be told after this run; None where nothing was due.
    smallest_effect
        The smallest shift of one number, in reference standard deviations, that this run would
        have seen with 80 % power; None where nothing was tested.
    images_needed
        How many images would see a shift of `detection.effect_to_see` with 80 % power; None where
        nothing was tested.
    minimum_effect
        The job's `detection.minimum_effect` in reference standard deviations: a smaller difference
        is never drift. None in reports of older versions.
    history_digest
        SHA-256 over the history rows of runs with an earlier window end, and of those of this
        very run by older versions.
    log_times
        The times of the log's rows, and rows that came late or twice; None in reports of older
        versions.
    job_settings
        By what the job is told from others; None in reports of older versions.
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
    affected: int | None = None
    notification: Notice | None = None
    minimum_effect: float | None = None
    remarks: tuple[Remark, ...] = ()
    log_times: LogTimes | None = None
    job_settings: JobSettings | None = None
    schema_version: str = SCHEMA_VERSION
