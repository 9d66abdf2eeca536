"""An exported program: its last linear layer is found in its graph."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.fx import GraphModule, Node

from jobs.errors import ModelError
from reference_stats.model_view.runtimes.entering import InputShape
from reference_stats.model_view.runtimes.with_torch.kept_input import KeptInput
from reference_stats.model_view.runtimes.with_torch.torch_net import TorchProgram
from reference_stats.model_view.runtimes.with_torch.words import first_line

_KEEPER = "kept_for_the_view"
_MOST_NAMES = 8
_ONLY_WEIGHTS = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"


class InputKeeper(nn.Module):
    """A node of a graph that keeps what passes by.

    Parameters
    ----------
    kept
        Where.
    name
        The layer whose input it is.
    """

    def __init__(self, kept: KeptInput, name: str) -> None:
        super().__init__()
        self._kept = kept
        self._name = name

    def forward(self, values: Tensor) -> None:
        """Keep a value."""
        self._kept.value, self._kept.name = values, self._name


def exported_program(url: str, stream: BinaryIO, layer: str | None) -> TorchProgram:
    """Return a program that `torch.export.save` wrote and `check_exported` has looked at.

    Raises
    ------
    ModelError
        If torch cannot read it, it takes other than one batch of pictures, or has no such layer.
    """
    try:
        with _weights_alone(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.export.load(stream)
            module = program.module()
    except Exception as error:  # noqa: BLE001 - torch raises many types for what it cannot read
        raise ModelError(
            url,
            f"torch {torch.__version__} cannot read it as an exported program: "
            f"{first_line(error)}. Exported programs are read by the torch that wrote them and "
            "some newer ones: export it again, or save TorchScript.",
        ) from None
    entering = _entering(url, program)
    axes = tuple(length if isinstance(length, int) else None for length in entering.shape)
    node = _named(url, module, layer) if layer is not None else _last_linear(module)
    kept = None
    if node is not None:
        kept = KeptInput(of_linear=_linear_input(node) is not None)
        _keep_input(module, node, kept)
    return TorchProgram(
        url=url,
        module=module,
        shape=InputShape.of_axes(url, axes, whole=not entering.is_floating_point()),
        kept=kept,
        dtype=entering.dtype,
    )


@contextmanager
def _weights_alone() -> Iterator[None]:
    """Forbid torch to unpickle anything but weights, whatever its own calls say."""
    before = os.environ.get(_ONLY_WEIGHTS)
    os.environ[_ONLY_WEIGHTS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_ONLY_WEIGHTS]
        else:
            os.environ[_ONLY_WEIGHTS] = before


def _entering(url: str, program: ExportedProgram) -> Tensor:
    """Return the one input of a program, as a tensor without values."""
    wanted = set(program.graph_signature.user_inputs)
    found = [
        node.meta.get("val")
        for node in program.graph.nodes
        if node.op == "placeholder" and node.name in wanted
    ]
    if len(found) != 1 or not isinstance(found[0], Tensor):
        raise ModelError(url, f"it takes {len(found)} inputs. Expected one: a batch of pictures.")
    return found[0]


def _last_linear(module: GraphModule) -> Node | None:
    found = [node for node in module.graph.nodes if _linear_input(node) is not None]
    return found[-1] if found else None


def _linear_input(node: Node) -> Node | None:
    """Return what enters a linear layer; None for other nodes."""
    if node.op != "call_function":
        return None
    name = str(node.target)
    if name == "aten.linear.default":
        return _node(node.args[0])
    if name == "aten.addmm.default" and _is_weight(node.args[2]):
        return _node(node.args[1])
    if name in {"aten.mm.default", "aten.matmul.default"} and _is_weight(node.args[1]):
        return _node(node.args[0])
    return None


def _is_weight(said: object) -> bool:
    node = _node(said)
    while node is not None and node.op == "call_function" and node.args:
        if str(node.target).split(".")[:2] not in [
            ["aten", "t"],
            ["aten", "permute"],
            ["aten", "transpose"],
        ]:
            return False
        node = _node(node.args[0])
    return node is not None and node.op == "get_attr"


def _node(said: object) -> Node | None:
    return said if isinstance(said, Node) else None


def _named(url: str, module: GraphModule, layer: str) -> Node:
    """Return the first node of a layer that is named as the model or as the graph names it."""
    nodes = [node for node in module.graph.nodes if node.op == "call_function" and _input(node)]
    found: Node | None = next(
        (node for node in nodes if layer in {node.name, _layer_name(node)}), None
    )
    if found is None:
        last = list(dict.fromkeys(_layer_name(node) for node in nodes))[-_MOST_NAMES:]
        raise ModelError(
            url, f"it has no layer {layer} (model.layer). Its last layers are {', '.join(last)}."
        )
    return found


def _layer_name(node: Node) -> str:
    """Return what the model that was exported called the layer of a node."""
    stack = node.meta.get("nn_module_stack")
    path = str(list(stack.values())[-1][0]) if stack else ""
    return path.removeprefix("L['self'].") or node.name


def _input(node: Node) -> Node | None:
    return _linear_input(node) or next(
        (one for one in node.all_input_nodes if one.op != "get_attr"), None
    )


def _keep_input(module: GraphModule, node: Node, kept: KeptInput) -> None:
    entering = _input(node)
    if entering is None:
        return
    module.add_submodule(_KEEPER, InputKeeper(kept, _layer_name(node)))
    with module.graph.inserting_before(node):
        module.graph.call_module(_KEEPER, (entering,))
    module.recompile()
