"""Labelled predictions of a classifier, made and real."""

import numpy as np
import pandas as pd

from drift.model_quality.scored_rows import COLUMNS, ScoredRows
from drift.model_quality.sums import ClassifierSums

DEFAULTS = {
    "moment": 1_700_000_000_000_000,
    "image": None,
    "id": "",
    "predicted": "cat",
    "true": None,
    "confidence": np.nan,
    "probability": np.nan,
    "version": None,
}


def scored_rows(rows):
    """Return rows of dicts, one a prediction, with what is not named missing."""
    filled = [
        DEFAULTS | {"moment": DEFAULTS["moment"] + place} | row for place, row in enumerate(rows)
    ]
    table = pd.DataFrame(filled, columns=list(COLUMNS))
    numbers = {"moment": "int64", "confidence": "float64", "probability": "float64"}
    return ScoredRows(table=table.astype({name: numbers.get(name, "str") for name in COLUMNS}))


def rows_of(true, predicted, confidence=None, probability=None):
    """Return one row a prediction, each of an image of its own, from equally long sequences."""
    return scored_rows(
        [
            {
                "image": f"images/{place}.png",
                "true": true[place],
                "predicted": predicted[place],
                "confidence": np.nan if confidence is None else confidence[place],
                "probability": np.nan if probability is None else probability[place],
            }
            for place in range(len(true))
        ]
    )


def sums_of(confusion):
    """Return the sums of a confusion matrix given as ``{(true, predicted): count}``."""
    count = sum(confusion.values())
    return ClassifierSums(predictions=count, confusion=confusion, images=count)
