"""The labels of the trials."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd


def write_labels(bucket: Path) -> None:
    """Write a small object with a label for each row of the log; every third answer was wrong."""
    log = pd.read_csv(bucket / "predictions_log.csv", dtype=str)
    wrong = np.arange(len(log)) % 3 == 0
    log["label"] = log["breed"].where(~wrong, "boxer")
    folder = bucket / "labels"
    folder.mkdir()
    for number, row in enumerate(log[["id", "label"]].to_dict("records")):
        (folder / f"label-{number}.json").write_text(json.dumps(row), encoding="utf-8")
