"""The image in a cell: bytes, base64 in several spellings, also inside JSON."""

from __future__ import annotations

import ast
import base64
import binascii
import json
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

_DEEPEST = 4
_BLANKS = re.compile(r"\s+")
# A shorter text that is no image by its first bytes is a word, not a damaged image.
_SHORTEST = 200
_URL_SAFE = str.maketrans("-_", "+/")
_STARTS = (
    b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP",
    b"P5", b"P6", b"8BPS",
)  # fmt: skip


def is_image(data: bytes) -> bool:
    """Tell whether bytes begin as a file of a common image format does."""
    is_riff = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return data.startswith(_STARTS) or is_riff or data[4:8] == b"ftyp"


def image_in(cell: str | bytes) -> bytes | None:
    r"""Return the bytes of the image in a cell; None where it holds none.

    Read are an image's own bytes; base64 (also for URLs, with line breaks, without ``=`` at its
    end, or as Python prints it, ``b'...'``); ``data:image/png;base64,...``; the hexadecimal
    digits of a database, ``\xffd8...``; and JSON, also as text or base64 in JSON, in which the
    first such text is taken.
    """
    return next(_images_in(cell, _DEEPEST), None)


def _images_in(value: object, depth: int) -> Iterator[bytes]:
    if depth == 0:
        return
    if isinstance(value, bytes):
        yield from _in_bytes(value, depth)
    elif isinstance(value, str):
        yield from _in_text(value.strip(), depth)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _images_in(one, depth)
    elif isinstance(value, list):
        for one in value:
            yield from _images_in(one, depth)


def _in_bytes(data: bytes, depth: int) -> Iterator[bytes]:
    if is_image(data):
        yield data
        return
    if data.isascii():
        yield from _in_text(data.decode("ascii").strip(), depth)
    elif len(data) >= _SHORTEST:
        # Whatever it is: the decoder says why it is no image.
        yield data


def _in_text(text: str, depth: int) -> Iterator[bytes]:
    if depth == 0:
        return
    if text.startswith("data:"):
        head, _, content = text.partition(",")
        is_packed = head.endswith(";base64")
        yield from _images_in(content if is_packed else unquote_to_bytes(content), depth - 1)
    elif text[:2] in {"b'", 'b"'}:
        yield from _images_in(_literal(text), depth - 1)
    elif text[:2] == "\\x":
        yield from _images_in(_unhexed(text[2:]), depth - 1)
    elif text[:1] in {"{", "[", '"'}:
        yield from _images_in(_parsed(text), depth - 1)
    else:
        yield from _in_base64(text, depth)


def _in_base64(text: str, depth: int) -> Iterator[bytes]:
    data = _unpacked(text)
    if data is None:
        return
    if data[:1] in {b"{", b"["}:
        yield from _images_in(_parsed(data), depth - 1)
    elif is_image(data) or len(text) >= _SHORTEST:
        yield data


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _unhexed(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def _parsed(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _unpacked(text: str) -> bytes | None:
    """Return what base64 stands for; None for any other text."""
    if len(text) < 8:
        return None
    plain = _BLANKS.sub("", text) if any(blank in text for blank in "\n\r\t ") else text
    plain = plain.translate(_URL_SAFE) if "-" in plain or "_" in plain else plain
    plain = plain.rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
