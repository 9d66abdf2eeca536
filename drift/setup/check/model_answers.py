"""Checks whether the model answers as the log says that it did: then images enter it rightly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from drift.observations.window_images import WindowImages
from drift.setup.check.result import Check, is_ok, look
from reference_stats.model_view.definition import ViewDefinition

_THING = "model's answers"
_FEWEST = 20
_AGREE = 0.9
# So many images for each class show how classes without names belong together.
_FEWEST_A_CLASS = 5
_MEND = (
    "Compare model.input_size, resize, grey, mean and std with those of its training, and "
    "model.path with the model that answered these requests."
)


def check_answers(window: WindowImages, definition: ViewDefinition) -> Iterator[Check]:
    """Say for how many images the model's class is that of the log.

    Nothing is said where the log or the model has no classes, or they cannot be compared.
    """
    views = window.views
    if views is None or not definition.classes or "prediction" not in window.rows:
        return
    logged = window.rows["prediction"].loc[window.features.index]
    rows = pd.DataFrame({"logged": logged.to_numpy(dtype=object), "place": views.classes})
    rows = rows[views.known & rows["logged"].notna().to_numpy()]
    if len(rows) < _FEWEST:
        return
    names = class_names(definition, rows["logged"])
    if names is not None:
        said = rows["place"].map(dict(enumerate(names)))
        agree = int((said == rows["logged"].map(_spelled)).sum())
        found = f"its class is that of the log for {agree:,} of {len(rows):,} images tried"
    elif len(rows) >= _FEWEST_A_CLASS * definition.classes:
        agree = _most_in_common(rows)
        found = (
            "its classes have no names here; put side by side, they are those of the log for "
            f"{agree:,} of {len(rows):,} images tried"
        )
    else:
        return
    if agree >= _AGREE * len(rows):
        yield is_ok(_THING, found)
    else:
        yield look(_THING, found, _MEND)


def class_names(definition: ViewDefinition, logged: pd.Series) -> Sequence[str] | None:
    """Return the names by which the log may know the classes; None where there are none.

    They are those of the model's file, or the classes' numbers where the log holds such.
    """
    known = set(logged.map(_spelled))
    numbers = [str(place) for place in range(definition.classes)]
    for names in ([_spelled(one) for one in definition.class_names], numbers):
        if names and not known.isdisjoint(names):
            return names
    return None


def _spelled(name: object) -> str:
    return str(name).strip().casefold()


def _most_in_common(rows: pd.DataFrame) -> int:
    """Return how many images agree if each class of the model is its most frequent logged one."""
    table = pd.crosstab(rows["place"], rows["logged"])
    return int(np.asarray(table).max(axis=1).sum())
