"""Tiny models in ONNX, made with a fixed seed: they open in a fraction of a second."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile

SIDE, WIDTH, CLASSES = 12, 6, 3


def tiny_net(
    folder: Path, name: str = "net.onnx", *, seed: int = 1
) -> tuple[ModelFile, ModelChoice]:
    """Return a net of grey pictures of 12 x 12 pixels with six numbers and three classes."""
    random = np.random.default_rng(seed)
    pixels = SIDE * SIDE
    first = random.normal(size=(pixels, WIDTH)).astype(np.float32) / np.float32(np.sqrt(pixels))
    second = random.normal(size=(WIDTH, CLASSES)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["image"], ["flat"]),
            helper.make_node("MatMul", ["flat", "first"], ["features"]),
            helper.make_node("MatMul", ["features", "second"], ["logits"]),
        ],
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 1, SIDE, SIDE])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", CLASSES]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", WIDTH]),
        ],
        [numpy_helper.from_array(first, "first"), numpy_helper.from_array(second, "second")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path = folder / name
    onnx.save(model, path)
    return ModelFile.at(name, path), ModelChoice(path=name, grey=True, layer="features")
