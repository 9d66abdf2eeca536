"""One compared column: its two sides, its test and its effect; and all features together."""

from __future__ import annotations

from dataclasses import dataclass, field

from reports.findings.answers import State
from reports.findings.constant_reference import ConstantReference
from reports.findings.days import BesideDays


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
class Pile:
    """Values of a number that many more images share than in the reference.

    Attributes
    ----------
    low, high
        The range of the values; equal where all are one and the same.
    images
        How many images of the window lie in it; near-copies count once.
    expected
        How many would if the window were as the reference.
    """

    low: float
    high: float
    images: int
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """How many images of a window lie outside the reference's range of a number.

    The range is the reference's central 99 %; where the reference is constant, it is wider by what
    means nothing.

    Attributes
    ----------
    images
        How many images of the window have the number; beside the reference near-copies count once.
    below, above
        How many of them lie below and above the range.
    usual_below, usual_above
        Which share of images usually does, 0 to 1: on normal days where those are the basis, else
        of the reference itself.
    """

    images: int
    below: int
    above: int
    usual_below: float
    usual_above: float


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
        reference's central 99 %, ``"pile"`` where many more share an ordinary value, ``"shares"``
        for classes, else None.
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
    pile
        Where the direction is ``"pile"``: which values, and in how many images. None elsewhere.
    beside_days
        The column beside normal days, where those are the basis of the verdict: the test, the
        effect, the direction and the state are about them then. None elsewhere.
    outside
        How many images of the window lie outside the usual range; None for classes, where a side
        has no value, and in reports of older versions.
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
    beside_days: BesideDays | None = None
    pile: Pile | None = None
    outside: Outside | None = None


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
