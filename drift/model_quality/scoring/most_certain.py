"""The wrong answers that the model was most sure of."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from drift.model_quality.scored_rows import ScoredRows
from drift.model_quality.sums import MOST_WRONG
from jobs.times.timestamps import to_datetime
from reports.findings.model_quality.scores import WrongImage

Place = tuple[float, str, str, str, str, str]


def most_certain_wrong(rows: ScoredRows) -> tuple[WrongImage, ...]:
    """Return the `MOST_WRONG` wrong answers of the greatest confidence, the greatest first.

    An image stands there once, with the answer that comes first. Equal confidences are ordered by
    time, image, id and classes, so that the order of rows does not matter; answers without a
    confidence come last.
    """
    wrong = rows.labelled
    wrong = wrong[wrong["true"] != wrong["predicted"]]
    ordered = wrong.assign(image=wrong["image"].fillna("")).sort_values(
        ["confidence", "moment", "image", "id", "true", "predicted"],
        ascending=[False, True, True, True, True, True],
        kind="stable",
    )
    again = (ordered["image"] != "") & ordered["image"].duplicated()
    return tuple(_wrong_image(row) for _, row in ordered[~again].head(MOST_WRONG).iterrows())


def merged_wrong(parts: Iterable[Iterable[WrongImage]]) -> tuple[WrongImage, ...]:
    """Return the first `MOST_WRONG` of several sets: what `most_certain_wrong` says of all rows."""
    found: list[WrongImage] = []
    seen: set[str] = set()
    for one in sorted((one for part in parts for one in part), key=_place):
        if one.image and one.image in seen:
            continue
        seen.add(one.image)
        found.append(one)
    return tuple(found[:MOST_WRONG])


def _place(one: WrongImage) -> Place:
    """Sort by this. ISO times in UTC with and without a fraction sort as the moments do."""
    first = math.inf if one.confidence is None else -one.confidence
    return (first, one.timestamp, one.image, one.id, one.true, one.predicted)


def _wrong_image(row: pd.Series) -> WrongImage:
    confidence = float(row["confidence"])
    return WrongImage(
        image=str(row["image"]),
        id=str(row["id"]),
        timestamp=to_datetime(int(row["moment"])).isoformat(),
        true=str(row["true"]),
        predicted=str(row["predicted"]),
        confidence=None if np.isnan(confidence) else confidence,
    )
