"""What became of the window's images, and what kind of pictures they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


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
class OffenderReason:
    """One of the reasons why an image stands out.

    Attributes
    ----------
    look
        How the image looks: ``"blurrier"``.
    measure, value
        ``"sharpness"`` and its value; empty and None where the reason is not one number.
    low, high
        The reference's central 90 %; None where it says nothing, as of one of many equal values.
    """

    look: str
    measure: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offender:
    """An image that stands out.

    Attributes
    ----------
    image
        Its path in the bucket, or its full URI.
    score
        How many times as common images like it are in the window as in the reference. In
        reports without `affected_table` it is a distance in robust standard deviations.
    because
        A plain sentence: which numbers, how far from the reference.
    reasons
        The same one by one, the first the most visible; empty in reports of older versions.
    """

    image: str
    id: str
    timestamp: str
    score: float
    because: str
    reasons: tuple[OffenderReason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedTable:
    """The table of all affected images, beside the report.

    Attributes
    ----------
    file
        Its name in the run's folder.
    images
        How many images are affected, of those that were compared.
    listed
        How many of them are in the table.
    """

    file: str
    images: int
    listed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrownClass:
    """A predicted class that became more frequent, with images of it.

    Attributes
    ----------
    usual_share, share
        Its share on normal days where those are the basis, else in the reference, and in the
        window; 0 to 1.
    images, reference_images
        At most eight images of the class that look unlike each other; empty for a reference of
        which is not known which images are of the class.
    """

    name: str
    usual_share: float
    share: float
    images: tuple[str, ...]
    reference_images: tuple[str, ...]


MOST_BOXES_DRAWN = 24
"""So many boxes of either kind are drawn into one picture."""


class BoxKind(Enum):
    """Whose box it is."""

    PREDICTED = "predicted"
    """The model's."""
    TRUE = "true"
    """A label's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBox:
    """A box over a picture.

    Attributes
    ----------
    left, top, right, bottom
        Shares of the width and height of the picture as it is displayed, 0 to 1; cut off at its
        edges.
    class_name
        Empty where it is not known; long names are cut.
    score
        None where it is not known.
    """

    kind: BoxKind
    left: float
    top: float
    right: float
    bottom: float
    class_name: str
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureBoxes:
    """The boxes of one image.

    Attributes
    ----------
    predicted
        How many the model found; None where its answer cannot be read.
    true
        How many the labels name; None where the image has no label.
    drawn
        Those that lie in the picture: of more than `MOST_BOXES_DRAWN` predicted boxes the most
        certain, of so many true boxes the first.
    not_drawn_because
        Why boxes are missing from `drawn` that have a place, in words; empty where none is.
    """

    predicted: int | None
    true: int | None
    drawn: tuple[DrawnBox, ...]
    not_drawn_because: str = ""


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
