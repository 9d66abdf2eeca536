"""What enters an ONNX model, read without the library and without its weights.

An ONNX file is one protobuf message. Its fields are walked through; those that hold weights are
skipped, so that little of a large file is read. Fields have the numbers of `onnx.proto`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_GRAPH = 7
_INITIALIZER, _INPUT = 5, 11
_NAME_OF_TENSOR = 8
_MOST_FIELDS = 200_000
_MOST_NAME_BYTES = 64 << 10
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_LONGEST_VARINT = 10

Axes = tuple[tuple[int | None, ...], ...]
"""The lengths of each input's axes; None for an axis of any length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """One field of a message: a number, or the place of its bytes."""

    number: int
    value: int = 0
    start: int = 0
    end: int = 0


def onnx_inputs(stream: BinaryIO, size_bytes: int) -> Axes:
    """Return what enters a model.

    Raises
    ------
    ValueError
        If these bytes are no ONNX model.
    """
    whole = _Field(number=0, end=size_bytes)
    graph = next((one for one in _fields(stream, whole) if one.number == _GRAPH), None)
    if graph is None:
        raise ValueError("it has no graph")
    weights: set[str] = set()
    inputs: dict[str, tuple[int | None, ...]] = {}
    for one in _fields(stream, graph):
        if one.number == _INITIALIZER:
            weights.add(_text(stream, one, _NAME_OF_TENSOR))
        elif one.number == _INPUT:
            inputs[_text(stream, one, 1)] = _axes(stream, one)
    # Models of older versions list their weights among the inputs.
    return tuple(axes for name, axes in inputs.items() if name not in weights)


def _axes(stream: BinaryIO, value: _Field) -> tuple[int | None, ...]:
    """Return the axes of a value: its type's tensor's shape's dimensions."""
    found: list[int | None] = []
    for kind in _inner(stream, value, 2):
        for tensor in _inner(stream, kind, 1):
            for shape in _inner(stream, tensor, 2):
                found += [_length(stream, one) for one in _inner(stream, shape, 1)]
    return tuple(found)


def _length(stream: BinaryIO, dimension: _Field) -> int | None:
    lengths = (one.value for one in _fields(stream, dimension) if one.number == 1)
    return next((one for one in lengths if 0 < one < 1 << 31), None)


def _inner(stream: BinaryIO, message: _Field, number: int) -> list[_Field]:
    return [one for one in _fields(stream, message) if one.number == number]


def _text(stream: BinaryIO, message: _Field, number: int) -> str:
    """Return the text of a field; empty where there is none."""
    for one in _fields(stream, message):
        if one.number == number and one.end - one.start <= _MOST_NAME_BYTES:
            stream.seek(one.start)
            return stream.read(one.end - one.start).decode("utf-8", errors="replace")
    return ""


def _fields(stream: BinaryIO, message: _Field) -> Iterator[_Field]:
    """Yield the fields of a message; their bytes are not read."""
    place = message.start
    for _ in range(_MOST_FIELDS):
        if place >= message.end:
            return
        stream.seek(place)
        tag, place = _varint(stream, place)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, place = _varint(stream, place)
            yield _Field(number=number, value=value)
            continue
        if kind == _BYTES:
            size, place = _varint(stream, place)
        elif kind in {_EIGHT_BYTES, _FOUR_BYTES}:
            size = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError("it is no protobuf message")
        if place + size > message.end:
            raise ValueError("it ends in the middle of a field")
        yield _Field(number=number, start=place, end=place + size)
        place += size
    raise ValueError(f"it has more than {_MOST_FIELDS:,} fields in one message")


def _varint(stream: BinaryIO, place: int) -> tuple[int, int]:
    """Return the number at a place where the stream stands, and the place behind it."""
    value = 0
    for index in range(_LONGEST_VARINT):
        byte = stream.read(1)
        if not byte:
            raise ValueError("it ends in the middle of a number")
        value |= (byte[0] & 0x7F) << (7 * index)
        if byte[0] < 0x80:
            return value, place + index + 1
    raise ValueError("it is no protobuf message")
