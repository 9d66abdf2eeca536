"""The fields of an ONNX file, walked through without a library and without reading its weights.

A file is one protobuf message. What holds bytes is skipped until somebody asks for it, so that
little of a large file in a bucket is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

GRAPH = 7
"""The number of the field that holds the graph, in `onnx.proto`."""
_MOST_FIELDS = 200_000
_MOST_NAME_BYTES = 64 << 10
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_LONGEST_VARINT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a message: a number, or the place of its bytes.

    Attributes
    ----------
    number
        Which field it is.
    has_bytes
        Whether it holds bytes: a text or a message.
    value
        Its number; 0 where it has bytes.
    start, end
        Where its bytes are in the file.
    """

    number: int
    has_bytes: bool = False
    value: int = 0
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxFields:
    """The fields of a file.

    Attributes
    ----------
    stream
        The file.
    size_bytes
        Its size.
    """

    stream: BinaryIO
    size_bytes: int

    def graph(self) -> Iterator[Field]:
        """Yield the fields of the graph; a file may hold it in several parts.

        Raises
        ------
        ValueError
            If these bytes are no ONNX model.
        """
        whole = Field(number=0, has_bytes=True, end=self.size_bytes)
        parts = self.inner(whole, GRAPH)
        if not parts:
            raise ValueError("it has no graph")
        for part in parts:
            yield from self.of(part)

    def inner(self, message: Field, number: int) -> list[Field]:
        """Return the messages of a number in a message."""
        return [one for one in self.of(message) if one.number == number and one.has_bytes]

    def text(self, message: Field, number: int) -> str:
        """Return the last text of a number in a message; empty where there is none."""
        found = self.inner(message, number)
        return self.read(found[-1]) if found else ""

    def read(self, field: Field) -> str:
        """Return the text that a field holds; empty where it is too long for a name."""
        size = field.end - field.start
        if size > _MOST_NAME_BYTES:
            return ""
        self.stream.seek(field.start)
        return self.stream.read(size).decode("utf-8", errors="replace")

    def of(self, message: Field) -> Iterator[Field]:
        """Yield the fields of a message; their bytes are not read.

        Raises
        ------
        ValueError
            If it is no message.
        """
        place = message.start
        for _ in range(_MOST_FIELDS):
            if place >= message.end:
                return
            self.stream.seek(place)
            tag, place = self._varint(place)
            number, kind = tag >> 3, tag & 7
            if kind == _VARINT:
                value, place = self._varint(place)
                yield Field(number=number, value=value)
                continue
            if kind == _BYTES:
                size, place = self._varint(place)
            elif kind in {_EIGHT_BYTES, _FOUR_BYTES}:
                size = 8 if kind == _EIGHT_BYTES else 4
            else:
                raise ValueError("it is no protobuf message")
            if place + size > message.end:
                raise ValueError("it ends in the middle of a field")
            yield Field(number=number, has_bytes=kind == _BYTES, start=place, end=place + size)
            place += size
        raise ValueError(f"it has more than {_MOST_FIELDS:,} fields in one message")

    def _varint(self, place: int) -> tuple[int, int]:
        """Return the number at a place where the stream stands, and the place behind it."""
        value = 0
        for index in range(_LONGEST_VARINT):
            byte = self.stream.read(1)
            if not byte:
                raise ValueError("it ends in the middle of a number")
            value |= (byte[0] & 0x7F) << (7 * index)
            if byte[0] < 0x80:
                return value, place + index + 1
        raise ValueError("it is no protobuf message")
