"""What a run and its decoding processes say to each other: messages of a kind and a content.

Nothing here runs code of the other side: a decoder that was taken over by an image can only lie
about numbers.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from reference_stats.model_view.definition import Preprocessing, preprocessing_from
from reference_stats.size_limits import SizeLimits

ORDER, FILES, THUMBNAIL, READY, MEASURED, PICTURE, BUG = b"OFTRMPB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be computed of an image.

    Attributes
    ----------
    names
        Its features.
    limits
        How large it may be.
    picture
        What picture is to be made for a model; None for none.
    """

    names: tuple[str, ...]
    limits: SizeLimits
    picture: Preprocessing | None = None


def pack_order(order: Order) -> bytes:
    """Return what is to be computed of the images that follow."""
    return json.dumps(asdict(order)).encode()


def unpack_order(content: bytes) -> Order:
    """Return the order that a message holds."""
    said = json.loads(content)
    picture = said["picture"]
    return Order(
        names=tuple(said["names"]),
        limits=SizeLimits(**said["limits"]),
        picture=None if picture is None else preprocessing_from(picture),
    )


def pack_bug(place: int | None, trace: str) -> bytes:
    """Return what is said of a bug of ours, met at the file at `place`."""
    return json.dumps({"place": place, "trace": trace}).encode()


def unpack_bug(content: bytes, count: int) -> tuple[int | None, str]:
    """Return the place among `count` files, and the trace; None for a place that is none."""
    try:
        said = json.loads(content)
        place, trace = said["place"], str(said["trace"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, content[:500].decode(errors="replace")
    return (place if type(place) is int and 0 <= place < count else None), trace
