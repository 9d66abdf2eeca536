"""Logs that are no UTF-8: Windows-1252 where all of an object says so, nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from jobs.predictions.formats.text_blocks import read_blocks
from jobs.times.timestamp_parts import Integers

WINDOWS = "Windows-1252"
_CODEC = "cp1252"
_DECODE_BYTES = 1 << 14
_OTHER_THAN_ASCII = re.compile(r"[^\x00-\x7f]+")
# Words of western Europe have no more such letters in a row; those of other scripts do.
_MOST_IN_A_ROW = 3
_BESIDE_LETTERS = frozenset("€‚„…‘’“”•–—°«»\u00a0")  # noqa: RUF001
# Before a letter they are one themselves, in the encodings of eastern Europe.
_APART = frozenset("™©®±²³µ·ºª¿¡§£¥×½¼¾")  # noqa: RUF001


class TextEncoding:
    """How one object's text is encoded, found out where it first matters.

    Parameters
    ----------
    path
        The object; None where its encoding is known, and lines that are no UTF-8 are no text.

    Attributes
    ----------
    is_windows
        Whether lines were read as Windows-1252.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._decided: bool | None = None if path else False

    @property
    def is_windows(self) -> bool:
        """Whether lines were read as Windows-1252."""
        return bool(self._decided)

    def as_utf8(self, data: bytes) -> bytes:
        """Return whole lines as UTF-8; as they are where their encoding cannot be known."""
        if is_utf8(data):
            return data
        if self._decided is None and self._path is not None:
            self._decided = looks_like_windows(self._path)
        return data.decode(_CODEC, "replace").encode() if self._decided else data


def is_utf8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8 text."""
    if data.isascii():
        return True
    try:
        str(data, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def looks_like_windows(path: Path) -> bool:
    """Tell whether every line of an object that is not ASCII can only be Windows-1252.

    A single line that is UTF-8, or that makes no sense as a text of western Europe, is enough for
    no: reading the others would put wrong letters where there are none now.
    """
    found = False
    for block in read_blocks(path):
        if block.data.isascii():
            continue
        for line in block.data.split(b"\n"):
            if line.isascii():
                continue
            if is_utf8(line) or not is_windows_text(line):
                return False
            found = True
    return found


def is_windows_text(line: bytes) -> bool:
    """Tell whether a line makes sense as Windows-1252."""
    try:
        text = line.decode(_CODEC)
    except UnicodeDecodeError:
        return False
    if "\0" in text:
        return False
    return all(_makes_sense(text, run) for run in _OTHER_THAN_ASCII.finditer(text))


def _makes_sense(text: str, run: re.Match[str]) -> bool:
    """Tell whether letters beyond ASCII are few, and part of a word."""
    after = run[0][1:] + text[run.end() : run.end() + 1].ljust(1)
    if any(
        one in _APART and next_one.isalpha() for one, next_one in zip(run[0], after, strict=True)
    ):
        return False
    letters = [one for one in run[0] if one not in _BESIDE_LETTERS | _APART]
    if not letters:
        return True
    beside = text[max(0, run.start() - 1) : run.start()] + text[run.end() : run.end() + 1]
    in_word = any(one.isalpha() for one in beside)
    return in_word and len(letters) <= _MOST_IN_A_ROW and all(one.isalpha() for one in letters)


def lines_not_utf8(data: bytes, stops: Integers) -> list[int]:
    """Return the lines of `data` which are not UTF-8, given where each ends behind its newline."""
    found: list[int] = []
    if data.isascii():
        return found
    view = memoryview(data)
    position = 0
    while position < len(view):
        # In small steps: decoding sets room aside for all that it is given.
        last = int(np.searchsorted(stops, position + _DECODE_BYTES))
        end = int(stops[min(last, len(stops) - 1)])
        try:
            str(view[position:end], "utf-8")
            position = end
        except UnicodeDecodeError as error:
            line = int(np.searchsorted(stops, position + error.start, side="right"))
            found.append(line)
            position = int(stops[line])
    return found
