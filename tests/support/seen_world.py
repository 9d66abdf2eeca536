"""A small bucket whose images a tiny model looks at: shapes in noise, and a kind that is new."""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from jobs.job_file.job import Job

SIDE = 28
START = datetime(2025, 3, 3)
MODEL = "models/shapes.onnx"
KINDS = ("disc", "stripes", "bar")
NEW_KIND = "cross"
REFERENCE = 160
REQUESTS = 90


def shape(kind: str, random: np.random.Generator) -> bytes:
    """Return a picture of a kind as PNG; all kinds have about the same grey levels."""
    down, across = np.mgrid[0:SIDE, 0:SIDE] - SIDE / 2 + random.uniform(-1, 1, size=(2, 1, 1))
    size = random.uniform(6.5, 7.5)
    if kind == "disc":
        mask = down**2 + across**2 < size**2 / 1.3
    elif kind == "stripes":
        mask = (np.floor(across / 3) % 3 == 0) & (abs(down) < size + 2)
    elif kind == "bar":
        mask = (abs(down) < size - 3) & (abs(across) < size + 4)
    else:
        mask = (abs(down - across) < 3) | (abs(down + across) < 3)
    grey = 90 + 60 * mask + random.normal(0, 3, size=(SIDE, SIDE))
    file = io.BytesIO()
    Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def centred(filters: np.ndarray) -> np.ndarray:
    """Return filters that answer nothing to an even grey."""
    centred: np.ndarray = filters - filters.mean(axis=(1, 2, 3), keepdims=True)
    return centred


@functools.cache
def tiny_onnx(seed: int = 3, classes: int = len(KINDS)) -> bytes:
    """Return a net with fixed random weights: two convolutions, a pool, and a linear layer."""
    random = np.random.default_rng(seed)
    weights = {
        "near": centred(random.normal(0, 0.5, size=(12, 1, 5, 5))),
        "far": centred(random.normal(0, 0.3, size=(24, 12, 3, 3))),
        "head": random.normal(0, 0.5, size=(classes, 24 * 4)),
        "bias": np.zeros(classes),
    }
    steps = [
        helper.make_node("Conv", ["picture", "near"], ["c1"], strides=[2, 2], name="first"),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("Conv", ["r1", "far"], ["c2"], strides=[2, 2], name="second"),
        helper.make_node("Relu", ["c2"], ["r2"]),
        helper.make_node("AveragePool", ["r2"], ["pooled"], kernel_shape=[3, 3], strides=[2, 2]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "head", "bias"], ["logits"], transB=1, name="last"),
    ]
    graph = helper.make_graph(
        steps,
        "shapes",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 1, SIDE, SIDE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", classes])],
        [numpy_helper.from_array(one.astype(np.float32), name) for name, one in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def kinds_of(number: int, new: int = 0) -> list[str]:
    """Return the kinds of so many images, of which the last ones are new."""
    usual = [KINDS[place % len(KINDS)] for place in range(number - new)]
    return [*usual, *[NEW_KIND] * new]


def make_seen_world(
    folder: Path, news: Sequence[int] = (0, 30), *, model: bytes | None = None
) -> Path:
    """Write a bucket: a reference, a day for each number of new images, and a model."""
    random = np.random.default_rng(7)
    for name in ("reference", "images", "models"):
        (folder / name).mkdir(parents=True)
    for place, kind in enumerate(kinds_of(REFERENCE)):
        (folder / f"reference/{kind}-{place:03d}.png").write_bytes(shape(kind, random))
    rows = []
    for day, new in enumerate(news):
        for place, kind in enumerate(kinds_of(REQUESTS, new)):
            time = START + timedelta(days=day, minutes=15 * place)
            name = f"{time:%Y%m%d%H%M}-{kind}.png"
            (folder / "images" / name).write_bytes(shape(kind, random))
            rows.append([time.isoformat(), name, kind if kind in KINDS else KINDS[0], 0.9])
    with (folder / "log.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["timestamp", "image", "class", "confidence"], *rows])
    (folder / MODEL).write_bytes(tiny_onnx() if model is None else model)
    return folder


def seen_job(folder: Path, model: Mapping[str, object] | None = None, **tables: object) -> Job:
    """Return the job that watches such a bucket; `model` is laid over its ``[model]``."""
    settings: dict[str, object] = {
        "name": "shapes",
        "bucket": {"url": str(folder)},
        "predictions": {
            "path": "log.csv",
            "columns": {"prediction": "class", "confidence": "confidence"},
        },
        "images": {"path": "images/{image}"},
        "window": {"last": "1d"},
        "baseline": {"days": 0},
        "reference": {"images": "reference/"},
        "model": {"path": MODEL, "input_size": SIDE, "grey": True, **(model or {})},
    }
    return Job.model_validate({**settings, **tables})
