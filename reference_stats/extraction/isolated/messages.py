"""What a run and its decoding processes say to each other.

Nothing here runs code of the other side: a decoder that was taken over by an image can only lie
about numbers.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import BinaryIO, TypeGuard

import numpy as np

from reference_stats.file_facts.facts import facts_from_text
from reference_stats.fingerprint import FINGERPRINT_BYTES
from reference_stats.outcomes import (
    FeatureValues,
    ImageFeatures,
    UnreadableImage,
    UnreadableReason,
)
from reference_stats.size_limits import SizeLimits

ORDER, IMAGE, THUMBNAIL, READY, FEATURES, UNREADABLE, PICTURE, BUG = b"OITRFUPB"
# The kind of a message and the length of what follows.
_HEAD = struct.Struct("<BQ")
_NUMBERS_AT = 1 + FINGERPRINT_BYTES
_LONGEST_DETAIL = 500


def send(connection: socket.socket, kind: int, content: bytes = b"") -> None:
    """Send one message."""
    head = _HEAD.pack(kind, len(content))
    if len(content) < 1 << 16:
        connection.sendall(head + content)
        return
    connection.sendall(head)
    connection.sendall(content)


def receive(stream: BinaryIO, most: int | None = None) -> tuple[int, bytes] | None:
    """Return the kind and the content of the next message; None at the end, even within one.

    Parameters
    ----------
    most
        A message of more bytes is the end as well; None for any length.
    """
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    if most is not None and length > most:
        return None
    content = stream.read(length)
    return (kind, content) if len(content) == length else None


def pack_order(names: tuple[str, ...], limits: SizeLimits) -> bytes:
    """Return what is to be computed of the images that follow."""
    order = {
        "features": names,
        "max_pixels": limits.max_pixels,
        "max_bytes": limits.max_bytes,
    }
    return json.dumps(order).encode()


def unpack_order(content: bytes) -> tuple[list[str], SizeLimits]:
    """Return the features' names and the limits of an order."""
    order = json.loads(content)
    limits = SizeLimits(max_pixels=order["max_pixels"], max_bytes=order["max_bytes"])
    return order["features"], limits


def pack_outcome(outcome: ImageFeatures | UnreadableImage) -> tuple[int, bytes]:
    """Return the kind and the content of the message for an outcome."""
    if isinstance(outcome, ImageFeatures):
        deep = b"\1" if outcome.deep else b"\0"
        numbers = outcome.values.numbers.astype("<f8", copy=False)
        file = b"" if outcome.file is None else outcome.file.as_text().encode()
        return FEATURES, deep + outcome.fingerprint + numbers.tobytes() + file
    said = {"reason": outcome.reason.name, "detail": outcome.detail, "limit": outcome.limit}
    return UNREADABLE, json.dumps(said).encode()


def unpack_outcome(
    kind: int, content: bytes, names: tuple[str, ...]
) -> ImageFeatures | UnreadableImage:
    """Return the outcome of a message.

    Raises
    ------
    ValueError
        If it is none, has other numbers than `names` calls for, an infinite one, or something else
        than facts about a file behind them.
    """
    file_at = _NUMBERS_AT + 8 * len(names)
    if kind == FEATURES and len(content) >= file_at:
        numbers = np.frombuffer(content[_NUMBERS_AT:file_at], "<f8").astype(np.float64)
        if np.isinf(numbers).any():
            raise ValueError("an infinite number")
        file = content[file_at:].decode()
        return ImageFeatures(
            values=FeatureValues(names, numbers),
            deep=content[0] == 1,
            fingerprint=content[1:_NUMBERS_AT],
            file=facts_from_text(file) if file else None,
        )
    if kind != UNREADABLE:
        raise ValueError(f"message {kind} of {len(content)} bytes")
    try:
        said = json.loads(content)
        reason, detail, limit = UnreadableReason[said["reason"]], said["detail"], said["limit"]
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no reason: {content[:80]!r}") from error
    if not isinstance(detail, str) or not _is_limit(limit):
        raise ValueError(f"no reason: {content[:80]!r}")
    # What cannot be stored as text is not kept.
    plain = detail.encode("utf-8", "replace").decode()
    return UnreadableImage(reason=reason, detail=plain[:_LONGEST_DETAIL], limit=limit)


def _is_limit(limit: object) -> TypeGuard[int | None]:
    return limit is None or (type(limit) is int and 0 <= limit < 1 << 63)
