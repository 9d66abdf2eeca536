"""Several files, and what was measured of them, as the contents of messages."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from reference_stats.extraction.isolated.messages import MEASURED, Order
from reference_stats.extraction.measuring.made_pictures import MadePictures
from reference_stats.extraction.measuring.measured_files import MeasuredFiles
from reference_stats.file_facts.facts import FileFacts, facts_from_text
from reference_stats.fingerprint import FINGERPRINT_BYTES
from reference_stats.model_view.definition import Preprocessing
from reference_stats.model_view.preprocessing import picture_bytes
from reference_stats.outcomes import UnreadableImage, UnreadableReason

# How many files, and how long each is; or how long the text is with which an answer begins.
_COUNT = struct.Struct("<I")
_LONGEST_DETAIL = 500
_LONGEST_ANSWER_BYTES = 1 << 20
# The place of facts that are not known.
_NO_FACTS = -1


def pack_files(files: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the parts of a message with several files."""
    lengths = struct.pack(f"<{len(files)}Q", *map(len, files))
    return (_COUNT.pack(len(files)), lengths, *files)


def unpack_files(content: bytes) -> list[bytes]:
    """Return the files of such a message."""
    (count,) = _COUNT.unpack_from(content)
    lengths = struct.unpack_from(f"<{count}Q", content, _COUNT.size)
    start, files = _COUNT.size + 8 * count, []
    for length in lengths:
        files.append(content[start : start + length])
        start += length
    return files


def pack_measured(measured: MeasuredFiles) -> bytes:
    """Return the content of an answer: a text, then four columns."""
    texts: dict[FileFacts, int] = {}
    # Most files of a batch share one object; its hash takes longer than its address.
    codes = {
        id(one): _NO_FACTS if one is None else texts.setdefault(one, len(texts))
        for one in {id(one): one for one in measured.facts}.values()
    }
    places = [codes[id(one)] for one in measured.facts]
    said = {
        "facts": [one.as_text() for one in texts],
        "unreadable": {place: _said_of(one) for place, one in measured.unreadable.items()},
    }
    text = json.dumps(said).encode()
    pictures = measured.pictures
    return b"".join(
        (
            _COUNT.pack(len(text)),
            text,
            np.array(places, "<i4").tobytes(),
            measured.deep.astype(np.uint8).tobytes(),
            measured.fingerprints.tobytes(),
            measured.numbers.astype("<f8", copy=False).tobytes(),
            b"" if pictures is None else pictures.made.tobytes(),
            b"" if pictures is None else pictures.pictures.data.cast("B"),
        )
    )


def unpack_measured(kind: int, content: bytes, count: int, order: Order) -> MeasuredFiles:
    """Return what an answer says of `count` files.

    Raises
    ------
    ValueError
        If it is no answer, of another size than so many files and the order call for, or tells an
        infinite number, something else than facts about a file, or no reason where a file could not
        be read.
    """
    if kind != MEASURED:
        raise ValueError(f"message {kind}")
    names = order.names
    widths = (4, 1, FINGERPRINT_BYTES, 8 * len(names), *_picture_widths(order))
    text_bytes = _COUNT.unpack_from(content)[0] if len(content) >= _COUNT.size else 0
    start = _COUNT.size + text_bytes
    if len(content) != start + count * sum(widths):
        raise ValueError(f"an answer of {len(content)} bytes")
    columns = []
    memory = memoryview(content)
    for width in widths:
        columns.append(memory[start : start + count * width])
        start += count * width
    numbers = np.frombuffer(columns[3], "<f8").astype(np.float64).reshape(count, len(names))
    if np.isinf(numbers).any():
        raise ValueError("an infinite number")
    texts, unreadable = _unpack_text(content[_COUNT.size : _COUNT.size + text_bytes], count)
    pictures = None if order.picture is None else _pictures(order.picture, count, *columns[4:])
    return MeasuredFiles(
        names=names,
        numbers=numbers,
        fingerprints=np.frombuffer(columns[2], np.uint8).reshape(count, FINGERPRINT_BYTES),
        deep=np.frombuffer(columns[1], np.uint8) == 1,
        facts=_facts_at(np.frombuffer(columns[0], "<i4"), texts),
        unreadable=unreadable,
        pictures=pictures,
    )


def longest_answer(count: int, order: Order) -> int:
    """Return how many bytes a sensible answer about so many files has at most."""
    return _LONGEST_ANSWER_BYTES + count * sum(_picture_widths(order))


def _picture_widths(order: Order) -> tuple[int, ...]:
    return () if order.picture is None else (1, picture_bytes(order.picture))


def _pictures(
    how: Preprocessing, count: int, made: memoryview, pictures: memoryview
) -> MadePictures:
    shape = (count, how.height, how.width, how.channels)
    return MadePictures(
        how=how,
        pictures=np.frombuffer(pictures, np.uint8).reshape(shape),
        made=np.frombuffer(made, np.uint8) == 1,
    )


def _said_of(lost: UnreadableImage) -> dict[str, object]:
    detail = lost.detail[:_LONGEST_DETAIL]
    return {"reason": lost.reason.name, "detail": detail, "limit": lost.limit}


def _unpack_text(content: bytes, count: int) -> tuple[list[str], dict[int, UnreadableImage]]:
    try:
        said = json.loads(content)
        texts = [str(text) for text in said["facts"]]
        lost = {int(place): _reason(one) for place, one in said["unreadable"].items()}
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no answer: {content[:80]!r}") from error
    if any(not 0 <= place < count for place in lost):
        raise ValueError(f"more files than were sent: {content[:80]!r}")
    return texts, lost


def _facts_at(places: NDArray[np.int32], texts: Sequence[str]) -> tuple[FileFacts | None, ...]:
    if len(places) and not _NO_FACTS <= places.min() <= places.max() < len(texts):
        raise ValueError("facts that are not there")
    # The last one stands at -1.
    table = [*map(facts_from_text, texts), None]
    return tuple(table[place] for place in places.tolist())


def _reason(said: dict[str, object]) -> UnreadableImage:
    name, detail, limit = said["reason"], said["detail"], said["limit"]
    if not isinstance(name, str) or not isinstance(detail, str) or not _is_limit(limit):
        raise ValueError(f"no reason: {str(said)[:80]}")
    # What cannot be stored as text is not kept.
    plain = detail.encode("utf-8", "replace").decode()
    reason = UnreadableReason[name]
    return UnreadableImage(reason=reason, detail=plain[:_LONGEST_DETAIL], limit=limit)


def _is_limit(limit: object) -> TypeGuard[int | None]:
    return limit is None or (type(limit) is int and 0 <= limit < 1 << 63)
