"""Where in a window a drift sits: segments, since when, and the segments tested by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from reports.findings.answers import State
from reports.findings.columns import Outside


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
class SegmentColumn:
    """One column of a segment value's images, beside its own normal days or its own reference.

    Attributes
    ----------
    effect, direction
        As of `Finding`.
    usual, current
        The mean on the value's own normal days, or of its own images in the reference, and now, in
        the column's unit; for classes the share of `label`, 0 to 1. None where it is not known.
    difference
        How far the mean lies from where its own normal days lead one to expect it, in reference
        standard deviations, with its sign; beside the reference, from its own mean there in its
        own standard deviations, and 0 for classes.
    day_spread
        The standard deviation between its normal days, in the same unit; 0 beside the reference.
    label
        The class whose share changed most; empty for numbers.
    outside
        How many of the segment's images lie outside the usual range, as of `Finding`.
    """

    name: str
    effect: float
    direction: str
    usual: float | None
    current: float | None
    difference: float
    day_spread: float
    label: str = ""
    outside: Outside | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentTest:
    """A segment value that was tested beside its own normal days, or its own reference.

    Attributes
    ----------
    column, value
        The log's column and its value there.
    images
        How many of the window's images belong to it.
    days
        On how many normal days of its own the test rests; blocks, where those are no days; 0
        beside the reference.
    state, p_value, adjusted_p_value, threshold
        The test over all columns; the adjusted p-value is adjusted for everything that the run
        tests. Drift asks for ``adjusted_p_value < threshold`` and a large enough effect.
    statistic
        How far its strongest column lies from its expectation, in the standard deviations of that.
    strongest
        Of a segment that drifted the first of `drifted`, else the column that lies farthest out.
    drifted
        The columns that drifted, the largest moves first.
    since
        ISO 8601: the start of the first of the blocks in which it has been unusual; empty where it
        is not, beside the reference, and where an episode of the whole window goes on.
    reference_images
        With how many independent images of the same value in the reference it was compared; None
        for one beside normal days.
    """

    column: str
    value: str
    images: int
    days: int
    state: State
    statistic: float
    p_value: float
    adjusted_p_value: float
    threshold: float
    strongest: SegmentColumn
    drifted: tuple[SegmentColumn, ...] = ()
    since: str = ""
    reference_images: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UntestedSegment:
    """A segment value that was not tested, and why."""

    column: str
    value: str
    images: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentTests:
    """The segment values of a window that were tested by themselves.

    Attributes
    ----------
    tested
        Those that drifted first, the least probable one before all others, then by images.
    not_tested
        The others with at least five images, most images first, at most 50.
    not_listed
        How many further ones were not tested.
    is_headline
        Whether the run's headline, its images and its place are about the first of `tested`.
    """

    tested: tuple[SegmentTest, ...] = ()
    not_tested: tuple[UntestedSegment, ...] = ()
    not_listed: int = 0
    is_headline: bool = False

    @property
    def drifted(self) -> tuple[SegmentTest, ...]:
        """Those that drifted, the least probable one first."""
        return tuple(one for one in self.tested if one.state is State.DRIFT)

    @property
    def headline(self) -> SegmentTest | None:
        """The one that the headline is about; None where it is about all images."""
        return self.tested[0] if self.is_headline else None
