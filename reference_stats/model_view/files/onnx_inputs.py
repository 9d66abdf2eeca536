"""What enters an ONNX model, read without its weights."""

from __future__ import annotations

from typing import BinaryIO

from reference_stats.model_view.files.onnx_fields import Field, OnnxFields

_INITIALIZER, _INPUT = 5, 11
_NAME_OF_TENSOR, _NAME_OF_VALUE = 8, 1

Axes = tuple[tuple[int | None, ...], ...]
"""The lengths of each input's axes; None for an axis of any length."""


def onnx_inputs(stream: BinaryIO, size_bytes: int) -> Axes:
    """Return what enters a model.

    Raises
    ------
    ValueError
        If these bytes are no ONNX model.
    """
    file = OnnxFields(stream=stream, size_bytes=size_bytes)
    weights: set[str] = set()
    inputs: dict[str, tuple[int | None, ...]] = {}
    for one in file.graph():
        if one.number == _INITIALIZER:
            weights.add(file.text(one, _NAME_OF_TENSOR))
        elif one.number == _INPUT:
            inputs[file.text(one, _NAME_OF_VALUE)] = _axes(file, one)
    # Models of older versions list their weights among the inputs.
    return tuple(axes for name, axes in inputs.items() if name not in weights)


def _axes(file: OnnxFields, value: Field) -> tuple[int | None, ...]:
    """Return the axes of a value: its type's tensor's shape's dimensions."""
    found: list[int | None] = []
    for kind in file.inner(value, 2):
        for tensor in file.inner(kind, 1):
            for shape in file.inner(tensor, 2):
                found += [_length(file, one) for one in file.inner(shape, 1)]
    return tuple(found)


def _length(file: OnnxFields, dimension: Field) -> int | None:
    lengths = (one.value for one in file.of(dimension) if one.number == 1)
    return next((one for one in lengths if 0 < one < 1 << 31), None)
