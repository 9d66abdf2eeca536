"""What can become of one image: its features, or a typed reason why there are none."""

from __future__ import annotations

import enum
import errno
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_stats.file_facts.facts import FileFacts


class UnreadableReason(enum.StrEnum):
    """Why the bytes of an object are no picture; the value is what people read."""

    EMPTY = "empty file"
    NOT_AN_IMAGE = "not an image"
    TRUNCATED = "truncated image"
    BROKEN = "broken image"
    UNSUPPORTED = "unsupported kind of image"
    HEIC = "HEIC photograph, as iPhones take them; install image-drift[heif] or convert it to JPEG"
    TOO_MANY_PIXELS = "more pixels than images.max_pixels"
    TOO_LARGE = "more bytes than images.max_bytes"
    OUT_OF_MEMORY = "not enough memory to decode it"
    CRASHED = "crashed the decoder"
    TOO_SLOW = "took too long to decode"
    MACHINE = "an error of this machine while it was decoded"


# They may be the machine's fault and not the image's: another run looks again.
ACCIDENTS = frozenset(
    {UnreadableReason.OUT_OF_MEMORY, UnreadableReason.TOO_SLOW, UnreadableReason.MACHINE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableImage:
    """An object that is there and yields no pixels.

    Attributes
    ----------
    reason
        Why; the same for every image of that kind.
    detail
        What the decoder said or what the content looks like; may be empty.
    limit
        The setting that refused it, for the two reasons that depend on one: under a larger
        limit it is worth another look.
    """

    reason: UnreadableReason
    detail: str = ""
    limit: int | None = None

    @property
    def summary(self) -> str:
        """The reason in words, to be counted and shown."""
        return self.reason.value


def too_large(size_bytes: int, max_bytes: int) -> UnreadableImage:
    """Return the outcome of a file of more bytes than `max_bytes`."""
    return UnreadableImage(
        reason=UnreadableReason.TOO_LARGE,
        detail=f"at least {size_bytes} bytes; images.max_bytes is {max_bytes}",
        limit=max_bytes,
    )


def accident_of(error: Exception) -> UnreadableImage | None:
    """Return the outcome of an image whose decoding met an error of the machine.

    That is an error with a number of the system, such as too many open files, or a module that
    could not be loaded. None for any other error: Pillow's own about broken files have no number.
    """
    is_numbered = isinstance(error, OSError) and error.errno in errno.errorcode
    if not is_numbered and not isinstance(error, ImportError):
        return None
    return UnreadableImage(reason=UnreadableReason.MACHINE, detail=str(error)[:200])


class FeatureValues(Mapping[str, float]):
    """Feature values by name, in the order of the feature set; NaN where one is undefined.

    Half the memory of a dict of floats or less: a window may hold a million of them.

    Parameters
    ----------
    names
        The features; shared by all images of one set.
    numbers
        float64 of shape (features,).
    """

    __slots__ = ("names", "numbers")

    def __init__(self, names: tuple[str, ...], numbers: NDArray[np.float64]) -> None:
        self.names = names
        self.numbers = numbers

    def __getitem__(self, name: str) -> float:
        try:
            return float(self.numbers[self.names.index(name)])
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __eq__(self, other: object) -> bool:
        """Compare bit by bit, so that NaN equals NaN."""
        if not isinstance(other, FeatureValues):
            return NotImplemented
        return self.names == other.names and self.numbers.tobytes() == other.numbers.tobytes()

    def __hash__(self) -> int:
        return hash((self.names, self.numbers.tobytes()))

    def __repr__(self) -> str:
        return f"FeatureValues({dict(self)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFeatures:
    """The numbers of one image.

    Attributes
    ----------
    values
        One number per feature.
    deep
        Whether the file held whole numbers of more than 8 bits, so that the grey-level features
        were clipped.
    fingerprint
        What near-copies of the image have almost alike: see `fingerprint.fingerprint_of`.
    file
        What the file is; None where that is not known.
    """

    values: FeatureValues
    deep: bool
    fingerprint: bytes
    file: FileFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingImage:
    """The log names an image that is not in the bucket."""

    detail: str = ""

    @property
    def summary(self) -> str:
        """The reason in words, to be counted and shown."""
        return "not in the bucket"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverwrittenImage:
    """An image whose name was used again: another picture lies there now."""

    detail: str = ""

    @property
    def summary(self) -> str:
        """The reason in words, to be counted and shown."""
        return "overwritten by a later picture of the same name"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfetchedImage:
    """An image that could not be fetched, although it may be there.

    Attributes
    ----------
    reason
        Why; the same for every image of that kind.
    detail
        What the store said.
    """

    reason: str
    detail: str = ""

    @property
    def summary(self) -> str:
        """The reason in words, to be counted and shown."""
        return self.reason


Outcome = ImageFeatures | UnreadableImage | MissingImage | UnfetchedImage | OverwrittenImage
