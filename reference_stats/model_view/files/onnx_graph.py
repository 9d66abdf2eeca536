"""What an ONNX file says of its graph, read without a library, and one more output for it.

Protobuf messages that are put one behind the other are merged: lists grow, which is how an inner
tensor becomes an output without writing the file anew.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from reference_stats.model_view.files.onnx_fields import GRAPH, Field, OnnxFields

_NODE, _INITIALIZER, _OUTPUT = 1, 5, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME, _NODE_TYPE = 1, 2, 3, 4
_TENSOR_NAME = 8
_VALUE_NAME = 1
_BYTES = 2
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
        file = OnnxFields(stream=io.BytesIO(content), size_bytes=len(content))
        for one in file.graph():
            if one.number == _NODE:
                nodes.append(_node(file, one))
            elif one.number == _INITIALIZER:
                weights.add(file.text(one, _TENSOR_NAME))
            elif one.number == _OUTPUT:
                outputs.append(file.text(one, _VALUE_NAME))
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
    return content + _field(GRAPH, _field(_OUTPUT, value))


def _node(file: OnnxFields, message: Field) -> OnnxNode:
    said: dict[int, list[str]] = {}
    for one in file.of(message):
        if one.has_bytes and one.number in {_NODE_INPUT, _NODE_OUTPUT, _NODE_NAME, _NODE_TYPE}:
            said.setdefault(one.number, []).append(file.read(one))
    return OnnxNode(
        type="".join(said.get(_NODE_TYPE, [])),
        name="".join(said.get(_NODE_NAME, [])),
        inputs=tuple(said.get(_NODE_INPUT, [])),
        outputs=tuple(said.get(_NODE_OUTPUT, [])),
    )


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])
