"""A small bucket with two jobs on it that differ in their engine alone: ``tasks`` and ``local``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.support.layouts import write_csv
from tests.support.model_world import marks_onnx

START = datetime(2025, 3, 3)
UNTIL = "2025-03-06"
DAYS = 3
A_DAY = 24
_SIDE = 12
_JOB = """
name = "marks"
[bucket]
url = "bucket"
[predictions]
path = "log.csv"
columns = { timestamp = "time", prediction = "mark" }
[images]
path = "images/{name}"
[window]
last = "1d"
[baseline]
days = 2
[reference]
images = "reference/"
[reports]
path = "ENGINE"
[execution]
engine = "ENGINE"
"""


def make_array_world(folder: Path, *, with_model: bool = False, days: int = DAYS) -> Path:
    """Write the bucket and ``tasks.toml`` and ``local.toml`` into a folder; return it."""
    bucket = folder / "bucket"
    rows = []
    for number in range(days * A_DAY):
        name = f"{number:04}.png"
        _write_image(bucket / "images" / name, number)
        moment = START + timedelta(hours=24 / A_DAY * number)
        rows.append({"time": f"{moment.isoformat()}Z", "name": name, "mark": number % 3})
    for number in range(A_DAY):
        _write_image(bucket / "reference" / f"{number:04}.png", 5_000 + number)
    write_csv(bucket / "log.csv", rows)
    model = ""
    if with_model:
        (bucket / "model.onnx").write_bytes(marks_onnx())
        model = '[model]\npath = "model.onnx"\n'
    for engine in ("tasks", "local"):
        text = _JOB.replace("ENGINE", engine) + model
        if engine == "tasks":
            text = text.replace('engine = "tasks"', 'engine = "tasks"\nshard_images = 10')
        (folder / f"{engine}.toml").write_text(text, encoding="utf-8")
    return folder


def _write_image(path: Path, number: int) -> None:
    pixels = np.random.default_rng(number).integers(0, 256, (_SIDE, _SIDE), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def execution_folder(folder: Path, execution: str) -> Path:
    """Return where the objects of an execution are."""
    return folder / "bucket/tasks/marks/executions" / execution


def plan_of(folder: Path, execution: str) -> Any:
    """Return the plan of an execution as it was written."""
    return json.loads((execution_folder(folder, execution) / "plan.json").read_text())


def names_in(path: Path) -> list[str]:
    """Return the names of the files in a folder, sorted; none where it is not there."""
    return sorted(one.name for one in path.glob("*"))


def reports_of(folder: Path, engine: str) -> dict[str, Any]:
    """Return an engine's reports by run id, without clocks and the name of the job file."""
    reports = {}
    for path in sorted((folder / "bucket" / engine / "marks/runs").glob("*/report.json")):
        report = json.loads(path.read_text())
        del report["generated_at"], report["timings"]
        del report["profile"]["created_at"], report["job_file"]
        reports[path.parent.name] = report
    return reports


def task_arguments(task: int, tasks: int, execution: str, until: str = UNTIL) -> Sequence[str]:
    """Return the command of one task."""
    return (
        *("run", "tasks.toml", "--until", until),
        *("--task", f"{task}/{tasks}", "--execution", execution),
    )
