"""What an ONNX file says of its graph, read without a library, and one more output for it.

A file is a protobuf message. Messages that are put one behind the other are merged: lists grow,
which is how an inner tensor becomes an output without writing the file anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_GRAPH, _NODE, _INITIALIZER, _OUTPUT = 7, 1, 5, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME, _NODE_TYPE = 1, 2, 3, 4
_TENSOR_NAME = 8
_VALUE_NAME = 1
_BYTES = 2
_FIXED = {1: 8, 5: 4}
LINEAR = ("Gemm", "MatMul")
"""The operations of linear layers: their second input is a matrix of weights."""
_PASSES_WEIGHTS_ON = {"Identity", "Transpose", "Cast", "DequantizeLinear", "Reshape", "Constant"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxNode:
    """One operation of a graph: its type, its name, and the tensors that it takes and makes."""

    type: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxGraph:
    """The operations of a model in their order, its weights and its outputs by name."""

    nodes: tuple[OnnxNode, ...]
    weights: frozenset[str]
    outputs: tuple[str, ...]

    @classmethod
    def of(cls, content: bytes) -> OnnxGraph:
        """Return the graph of a file.

        Raises
        ------
        ValueError
            If the bytes are no ONNX.
        """
        nodes, weights, outputs = [], set(), []
        graphs = [inner for number, inner in _fields(memoryview(content)) if number == _GRAPH]
        if not graphs:
            raise ValueError("it has no graph")
        for number, inner in (one for graph in graphs for one in _fields(graph)):
            if number == _NODE:
                nodes.append(_node(inner))
            elif number == _INITIALIZER:
                weights.add(_text(inner, _TENSOR_NAME))
            elif number == _OUTPUT:
                outputs.append(_text(inner, _VALUE_NAME))
        return cls(nodes=tuple(nodes), weights=frozenset(weights), outputs=tuple(outputs))

    def last_linear(self) -> OnnxNode | None:
        """Return the last operation that multiplies by a matrix of weights."""
        weights = set(self.weights)
        found = None
        for node in self.nodes:
            if node.type in _PASSES_WEIGHTS_ON and set(node.inputs) <= weights:
                weights.update(node.outputs)
            elif node.type in LINEAR and len(node.inputs) > 1:
                found = node if node.inputs[1] in weights else found
        return found

    def tensor_named(self, name: str) -> str | None:
        """Return an output, an inner tensor, or what enters an operation of a name."""
        made = {tensor for node in self.nodes for tensor in node.outputs}
        if name in made:
            return name
        return next(
            (node.inputs[0] for node in self.nodes if node.name == name and node.inputs), None
        )


def with_output(content: bytes, tensor: str) -> bytes:
    """Return a file with one of its inner tensors as its last output."""
    value = _field(_VALUE_NAME, tensor.encode())
    return content + _field(_GRAPH, _field(_OUTPUT, value))


def _node(message: memoryview) -> OnnxNode:
    said: dict[int, list[str]] = {}
    for number, inner in _fields(message):
        if number in {_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME, _NODE_TYPE}:
            said.setdefault(number, []).append(bytes(inner).decode())
    return OnnxNode(
        type="".join(said.get(_NODE_TYPE, [])),
        name="".join(said.get(_NODE_NAME, [])),
        inputs=tuple(said.get(_NODE_INPUT, [])),
        outputs=tuple(said.get(_NODE_OUTPUT, [])),
    )


def _text(message: memoryview, wanted: int) -> str:
    found = [bytes(inner).decode() for number, inner in _fields(message) if number == wanted]
    return found[-1] if found else ""


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield the fields of a message that hold bytes, with their numbers."""
    place = 0
    while place < len(message):
        key, place = _number(message, place)
        kind = key & 7
        if kind == 0:
            _, place = _number(message, place)
            continue
        if kind == _BYTES:
            size, place = _number(message, place)
        elif kind in _FIXED:
            size = _FIXED[kind]
        else:
            raise ValueError("it is no protobuf message")
        if place + size > len(message):
            raise ValueError("it ends too early")
        if kind == _BYTES:
            yield key >> 3, message[place : place + size]
        place += size


def _number(message: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(message) and shift < 64:
        byte = message[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
    raise ValueError("it ends too early")


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
