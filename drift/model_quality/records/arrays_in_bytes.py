"""Arrays as bytes with a line of JSON before them: a cache that is used where it lies.

A checksum, a line of JSON, and the arrays, each of which begins at a multiple of eight bytes.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

_ALIGNED = 8


def framed(header: Mapping[str, Any], arrays: Iterable[np.ndarray[Any, Any]]) -> bytes:
    """Return arrays behind a header."""
    parts = [_padded(json.dumps(header, separators=(",", ":")).encode() + b"\n")]
    parts += [_padded(array.tobytes()) for array in arrays]
    body = b"".join(parts)
    return _checksum(body) + body


def header_in(data: bytes) -> tuple[dict[str, Any], int]:
    """Return the header, and where the first array begins.

    Raises
    ------
    ValueError, TypeError, RecursionError
        If the bytes are not what `framed` returns.
    """
    if data[:_ALIGNED] != _checksum(memoryview(data)[_ALIGNED:]):
        raise ValueError("its checksum is another")
    end = data.find(b"\n", _ALIGNED)
    header = json.loads(data[_ALIGNED:end])
    if not isinstance(header, dict):
        raise TypeError("it has no header")
    return header, _aligned(end + 1)


def array_in(
    data: bytes, kind: np.dtype[Any], count: int, start: int
) -> tuple[np.ndarray[Any, Any], int]:
    """Return an array, and where the next one begins.

    Raises
    ------
    ValueError
        If there are not so many numbers.
    """
    found = np.frombuffer(data, kind, count, start)
    return found, _aligned(start + found.nbytes)


def _checksum(body: bytes | memoryview) -> bytes:
    return zlib.crc32(body).to_bytes(_ALIGNED, "little")


def _aligned(size: int) -> int:
    return size + -size % _ALIGNED


def _padded(part: bytes) -> bytes:
    return part + bytes(_aligned(len(part)) - len(part))
