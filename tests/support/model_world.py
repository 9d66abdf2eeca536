"""A small bucket with a log, images, a reference and a model that looks at them without torch."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from tests.support.layouts import write_csv

SIDE = 12
CLASSES = 3
START = datetime(2025, 3, 3, 8)
JOB = """
name = "marks"
[bucket]
url = "bucket"
[predictions]
path = "log.csv"
columns = { timestamp = "time", prediction = "mark" }
[images]
path = "images/{name}"
[window]
rows = 60
[baseline]
days = 0
[reference]
images = "reference/"
[model]
path = "models/marks.onnx"
"""


def write_world(folder: Path) -> Path:
    """Write the bucket and its job file into a folder; return the job file."""
    bucket = folder / "bucket"
    rows = []
    for number in range(80):
        name = f"{number:03}.png"
        mark = write_mark(bucket / "images" / name, number)
        moment = START + timedelta(minutes=number)
        rows.append({"time": f"{moment.isoformat()}Z", "name": name, "mark": mark})
    for number in range(80):
        write_mark(bucket / "reference" / f"{number:03}.png", 1000 + number)
    write_csv(bucket / "log.csv", rows)
    (bucket / "models").mkdir()
    (bucket / "models/marks.onnx").write_bytes(marks_onnx())
    job_file = folder / "marks.toml"
    job_file.write_text(JOB, encoding="utf-8")
    return job_file


def write_mark(path: Path, number: int) -> int:
    """Write a picture whose bright third is its class; return the class."""
    random = np.random.default_rng(number)
    mark = number % CLASSES
    pixels = random.integers(0, 90, (SIDE, SIDE), dtype=np.uint8)
    third = SIDE // CLASSES
    pixels[:, mark * third : (mark + 1) * third] += np.uint8(120)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return mark


def marks_onnx(channels: int = 1, side: int = SIDE) -> bytes:
    """Return a net of two layers that tells which third of a picture is the brightest."""
    thirds = np.zeros((channels, side, side, CLASSES), dtype=np.float32)
    for mark in range(CLASSES):
        third = side // CLASSES
        thirds[:, :, mark * third : (mark + 1) * third, mark] = 1 / (channels * side * third)
    first = thirds.reshape(-1, CLASSES)
    more = np.random.default_rng(0).normal(0, 0.01, (len(first), 5)).astype(np.float32)
    weights = {
        "w1": np.hstack([first, more]),
        "w2": np.vstack([20 * np.eye(CLASSES), np.zeros((5, 3))]),
    }
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", channels, side, side])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", CLASSES])
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["images"], ["flat"]),
            helper.make_node("MatMul", ["flat", "w1"], ["features"], name="fc1"),
            helper.make_node("MatMul", ["features", "w2"], ["logits"], name="fc2"),
        ],
        "marks",
        [images],
        [logits],
        [numpy_helper.from_array(one.astype(np.float32), name) for name, one in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return model.SerializeToString()


def blocking(folder: Path, *packages: str) -> Path:
    """Write packages that cannot be imported, as where an extra is not installed."""
    for package in packages:
        (folder / package).mkdir(parents=True)
        said = f"raise ModuleNotFoundError(\"No module named '{package}'\", name='{package}')\n"
        (folder / package / "__init__.py").write_text(said, encoding="utf-8")
    return folder
