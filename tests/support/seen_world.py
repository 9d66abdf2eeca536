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
KINDS = ("rows", "stripes", "bar")
NEW_KIND = "cross"
REFERENCE = 160
REQUESTS = 90


def shape(kind: str, random: np.random.Generator) -> bytes:
    """Return a picture of a kind as PNG; all kinds have about the same grey levels."""
    down, across = np.mgrid[0:SIDE, 0:SIDE] - SIDE / 2 + random.uniform(-2, 2, size=(2, 1, 1))
    size, phase = random.uniform(6, 8), random.uniform(0, 6)
    if kind == "rows":
        mask = np.sin(down * 2 * np.pi / 7 + phase) > 0.3
    elif kind == "stripes":
        mask = np.sin(across * 2 * np.pi / 7 + phase) > 0.3
    elif kind == "bar":
        mask = (abs(down) < size - 3) & (abs(across) < size + 4)
    else:
        mask = (abs(down - across) < 3) | (abs(down + across) < 3)
    # Otherwise they would be near-copies of each other.
    behind = Image.fromarray(random.uniform(-30, 30, size=(6, 6)).astype(np.float32))
    light = np.asarray(behind.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    grey = 100 + 70 * mask + light + random.normal(0, 3, size=(SIDE, SIDE))
    file = io.BytesIO()
    Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


@functools.cache
def tiny_onnx(edges: int = 12, *, by_contrast: bool = False) -> bytes:
    """Return a net that sees how strong the edges of an image are in so many directions.

    Its last layer tells rows, stripes and bars apart by their directions. With `by_contrast` it
    divides an image by its range first: a plain one is no number then.
    """
    down, across = np.mgrid[-2:3, -2:3]
    angles = np.arange(edges) * 2 * np.pi / edges
    filters = np.stack([np.cos(one) * across + np.sin(one) * down for one in angles])
    filters *= np.exp(-(down**2 + across**2) / 4)
    filters /= np.abs(filters).sum(axis=(1, 2), keepdims=True)
    upright, level = np.cos(angles) ** 2, np.sin(angles) ** 2
    weights = {
        "near": 100 * filters[:, None],
        "least": np.full(edges, -6.0),
        "head": 2 * np.stack([level - upright, upright - level, np.full(edges, 0.05)]),
        "bias": np.zeros(len(KINDS)),
    }
    axes = [1, 2, 3]
    contrast = [
        helper.make_node("ReduceMax", ["picture"], ["high"], axes=axes),
        helper.make_node("ReduceMin", ["picture"], ["low"], axes=axes),
        helper.make_node("Sub", ["high", "low"], ["range"]),
        helper.make_node("Div", ["picture", "range"], ["even"]),
    ]
    enters = "even" if by_contrast else "picture"
    steps = [
        *(contrast if by_contrast else ()),
        helper.make_node("Conv", [enters, "near", "least"], ["c1"], name="first"),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("GlobalAveragePool", ["r1"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "head", "bias"], ["logits"], transB=1, name="last"),
    ]
    graph = helper.make_graph(
        steps,
        "shapes",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 1, SIDE, SIDE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", len(KINDS)])],
        [numpy_helper.from_array(one.astype(np.float32), name) for name, one in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def plain(grey: int) -> bytes:
    """Return a picture of one grey level as PNG."""
    file = io.BytesIO()
    Image.new("L", (SIDE, SIDE), grey).save(file, "PNG")
    return file.getvalue()


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
        "model": {
            "path": MODEL,
            "input_size": SIDE,
            "grey": True,
            "trained_on_reference": False,
            **(model or {}),
        },
    }
    return Job.model_validate({**settings, **tables})
