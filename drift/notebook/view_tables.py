"""What a report says of the model's view, as DataFrames: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from drift.notebook.tables import table_of

_NOVEL_DTYPES = {
    "group": "int64",
    "image": "str",
    "nearest": "str",
    "size": "int64",
    "share": "float64",
    "predicted": "str",
    "predicted_share": "float64",
}


def novel_table(report: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per novel image of a ``report.json`` that is named, largest group first.

    Reports of earlier versions, and of jobs without a model, have none.
    """
    seen = report.get("model_view") or {}
    groups = sorted(seen.get("novel", ()), key=lambda group: -group["size"])
    of_group = ("size", "share", "predicted", "predicted_share")
    records = [
        {"group": number, "image": image, "nearest": nearest}
        | {name: group[name] for name in of_group}
        for number, group in enumerate(groups, start=1)
        for image, nearest in zip(group["images"], group["reference_images"], strict=False)
    ]
    return table_of(records, _NOVEL_DTYPES)
