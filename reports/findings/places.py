"""Where in a window a drift sits: segments, and since when."""

from __future__ import annotations

from dataclasses import dataclass


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
