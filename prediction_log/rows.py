"""One prediction as a row of the log: values in, the bytes of one line out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timezone

# The job reads no longer line; what is behind it would be lost with it.
MOST_LINE_BYTES = 1_000_000
RESERVED = frozenset({"timestamp", "id", "image", "prediction", "confidence", "share"})
_PROBABILITY = "probability_"
# About what a row and each of its columns take in memory.
_ROW_BYTES = 800
_COLUMN_BYTES = 150
_KINDS = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG", "png"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
    (b"II*\0", "tif"),
    (b"MM\0*", "tif"),
)
_BRANDS = {b"WEBP": "webp", b"ftypavif": "avif", b"ftypheic": "heic", b"ftypmif1": "heic"}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


class LoggedPrediction:
    """What one request leaves behind, as it waits in memory.

    Attributes
    ----------
    time_s
        When it was answered, in seconds since 1970.
    id
        Its name, which is its image's name too.
    image
        The file as it was sent; None where it is not kept.
    columns
        Everything else that its row says.
    probabilities
        By class; they become columns of their own.
    size_bytes
        About what it takes in memory.
    """

    __slots__ = ("columns", "id", "image", "probabilities", "size_bytes", "time_s")

    def __init__(
        self,
        *,
        time_s: float,
        id: str,  # noqa: A002 - the name of the column
        image: bytes | None,
        columns: Mapping[str, object],
        probabilities: Mapping[object, object] | None,
    ) -> None:
        self.time_s = time_s
        self.id = id
        self.image = image
        self.columns = columns
        self.probabilities = probabilities
        numbers = len(columns) + len(probabilities or ())
        self.size_bytes = _ROW_BYTES + _COLUMN_BYTES * numbers + len(image or b"")

    @property
    def day(self) -> str:
        """The day in UTC, ``YYYY-MM-DD``."""
        return _moment(self.time_s).strftime("%Y-%m-%d")

    def image_name(self) -> str | None:
        """Return the name of its image, without a folder; None without one."""
        return None if self.image is None else f"{self.id}.{image_kind(self.image)}"

    def line(self, always: Mapping[str, object], image_path: str | None) -> bytes:
        """Return its row as a line of JSON, without a newline.

        Parameters
        ----------
        always
            Columns of every row.
        image_path
            Where its image belongs, below the root of the bucket.
        """
        row: dict[str, object] = {
            "timestamp": _moment(self.time_s).isoformat(timespec="microseconds")[:-6] + "Z",
            "id": self.id,
            **self.columns,
            **always,
        }
        if image_path is not None:
            row["image"] = image_path
        for name, value in (self.probabilities or {}).items():
            row[f"{_PROBABILITY}{name}"] = value
        return as_json(row)


def as_json(row: Mapping[str, object]) -> bytes:
    """Return a row as JSON in one line: what is no number becomes null, other objects their text.

    Numbers of numpy and torch become plain ones.
    """
    # Imported in the thread that writes, not while the server starts.
    import json  # noqa: PLC0415

    try:
        text = json.dumps(row, allow_nan=False, ensure_ascii=False, default=_plain)
    except ValueError:
        finite = _finite(json.loads(json.dumps(row, ensure_ascii=False, default=_plain)))
        text = json.dumps(finite, ensure_ascii=False)
    return text.encode("utf-8", "replace")


def image_kind(data: bytes) -> str:
    """Return the ending that belongs to a file by how it begins; ``bin`` where nothing is known."""
    for start, kind in _KINDS:
        if data.startswith(start):
            return kind
    return _BRANDS.get(data[8:12]) or _BRANDS.get(data[4:12]) or "bin"


def is_plain_id(text: str) -> bool:
    """Tell whether an id can be the name of a file as it is."""
    return 0 < len(text) <= 128 and _PLAIN.issuperset(text) and text[0] not in "._"


def _moment(time_s: float) -> datetime:
    return datetime.fromtimestamp(time_s, timezone.utc)


def _plain(value: object) -> object:
    """Return what JSON knows in place of an array, a tensor, a scalar of them, or anything else."""
    listed = getattr(value, "tolist", None)
    if callable(listed):
        result: object = listed()
        return result
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "replace")
    return str(value)


def _finite(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list) else value
