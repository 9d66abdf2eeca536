"""What a run found: the frozen types that the comparison fills and the reports print.

The field names are those of ``report.json`` (schema version 1): keys are added, never renamed.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

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
    """How often one class occurs on either side, as counts."""

    name: str
    reference: int
    current: int


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
        How far the column moved: reference standard deviations for numbers, the largest change of
        a class's share (0 to 1) for classes. None where it cannot be said.
    direction
        ``"up"``, ``"down"`` or ``"spread"`` for numbers, ``"shares"`` for classes, else None.
    note
        A sentence for people: why the column is missing or failed and what to do, which classes
        are new; empty where there is nothing to say.
    reference, current
        The two sides of a numeric column; None for classes.
    categories
        The classes, most frequent first; None for numbers.
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
    note: str = ""
    reference: Distribution | None = None
    current: Distribution | None = None
    categories: tuple[Category, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowSpan:
    """The window in ISO 8601 with a ``Z``, half-open."""

    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCounts:
    """What became of the images that the window's rows name."""

    logged: int
    analysed: int
    missing: int
    unreadable: int
    unfetched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One image or row that was left out, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCounts:
    """What became of the log's rows; `examples` are the first rejected ones."""

    rows: int
    rejected: int
    reasons: dict[str, int]
    examples: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSummary:
    """The reference profile that the window was compared with."""

    id: str
    images: int
    feature_set: str
    created_at: str
    source: str = ""


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
    deep_images
        Images with more than 8 bits per sample: clipped for the seven grey-level features.
    cross_check
        For each feature that the log carries itself: how many rows differ from the recomputed
        number by more than 1e-6 of its size. A number there means that the log's producer
        computes the feature in another way.
    """

    troubles: tuple[Trouble, ...] = ()
    reasons: dict[str, int] = field(default_factory=dict)
    duplicated_rows: int = 0
    deep_images: int = 0
    cross_check: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFindings:
    """Everything that a run found: the content of ``report.json``.

    Attributes
    ----------
    summary
        One plain sentence: the verdict and why.
    smallest_effect
        The smallest shift of one number, in reference standard deviations, that this run would
        have seen with 80 % power; None where nothing was tested.
    images_needed
        How many images would see a shift of `detection.effect_to_see` with 80 % power; None where
        nothing was tested.
    history_digest
        SHA-256 over the history rows of runs with an earlier window end.
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
    multivariate: dict[str, object] | None = None
    segments: tuple[dict[str, object], ...] = ()
    trend: dict[str, object] | None = None
    schema_version: str = SCHEMA_VERSION
