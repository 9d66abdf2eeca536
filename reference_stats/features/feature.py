"""What an image feature is: a pure function with a name, a unit and a version."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from reference_stats.sums.arithmetic import Value
from reference_stats.sums.decoded_image import DecodedImage


class Sign(enum.Enum):
    """What a move of a feature is a sign of.

    A cause moves hardly anything else but this feature; a look is what the eye sees, whatever the
    cause; a trace follows from many causes.
    """

    CAUSE = "cause"
    LOOK = "look"
    TRACE = "trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The level from which on a share of pixels counts them.

    Attributes
    ----------
    level
        Between the last level on one side and the first one on the other.
    seen_in
        The features that tell where the plain ground of an image lies: where they cross the level
        by a step that nobody can see, the share jumps by the ground's whole area.
    """

    level: float
    seen_in: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One number that describes an image.

    Attributes
    ----------
    name
        The column name in tables, profiles and reports.
    unit
        What the number counts, as readers of the report see it.
    title
        A few plain words for people ("sharpness").
    rises, falls
        How an image looks when the number rises or falls, so that "images are ... than the
        reference" is a sentence ("sharper", "blurrier", "richer in edges").
    compute
        The function; it returns a finite float, or NaN where the feature is undefined for the
        image (for instance the blockiness of an image smaller than one block). For the sums of
        several images it returns a column of such numbers.
    resolution
        The smallest difference that means anything, in the feature's unit: one grey level, one
        pixel. A change of no more than that is never drift, however improbable it is, and a
        reference whose values all lie within it counts as constant.
    resolution_reason
        Why it is that large, in a few words.
    edge
        The level at which it counts pixels; None for what is no share of pixels beyond a level.
    rising, falling
        What a rise and a fall are a sign of: a headline names causes before looks, and looks
        before traces.
    behind
        Other features whose causes move this one as well: where one of them moved about as far,
        this one tells nothing new. No circles.
    follows_resolution
        Whether the number changes when the same picture has more pixels. Such a feature is computed
        at the job's ``images.canonical_size`` as well.
    reads_pixels
        Whether `compute` looks at more than `ImageSums`, so that each image is computed by itself.
        Otherwise it takes the sums of many images at once, as `ImageColumns`, too.
    version
        Raised by one whenever the definition changes; numbers of two versions are never compared.
    """

    name: str
    unit: str
    title: str
    rises: str
    falls: str
    compute: Callable[[DecodedImage], Value]
    resolution: float
    resolution_reason: str
    edge: Edge | None = None
    rising: Sign = Sign.TRACE
    falling: Sign = Sign.TRACE
    behind: tuple[str, ...] = ()
    follows_resolution: bool = False
    reads_pixels: bool = False
    version: int = 1
