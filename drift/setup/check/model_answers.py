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
    found = _agreement(rows, definition)
    if found is None:
        return
    agree, how = found
    said = f"{how} for {agree:,} of {len(rows):,} images tried"
    if agree >= _AGREE * len(rows):
        yield is_ok(_THING, said)
    else:
        yield look(_THING, said, _MEND)


def _agreement(rows: pd.DataFrame, definition: ViewDefinition) -> tuple[int, str] | None:
    """Return for how many images both say the same, and how that was told; None if nobody can.

    Parameters
    ----------
    rows
        The class that the log says, and the place of the model's.
    """
    plain = "its class is that of the log"
    own = [_spelled(name) for name in definition.class_names]
    if not _known(rows).isdisjoint(own):
        return _named_alike(rows, own), plain
    # Without names: the classes' numbers, or whatever each of them mostly is.
    numbers = [str(place) for place in range(definition.classes)]
    ways = []
    if not _known(rows).isdisjoint(numbers):
        ways.append((_named_alike(rows, numbers), plain))
    if len(rows) >= _FEWEST_A_CLASS * definition.classes:
        side_by_side = "its classes have no names here; put side by side, they are those of the log"
        ways.append((_most_in_common(rows), side_by_side))
    good = (one for one in ways if one[0] >= _AGREE * len(rows))
    return next(good, ways[0] if ways else None)


def _known(rows: pd.DataFrame) -> set[str]:
    return set(rows["logged"].map(_spelled))


def _named_alike(rows: pd.DataFrame, names: Sequence[str]) -> int:
    said = rows["place"].map(dict(enumerate(names)))
    return int((said == rows["logged"].map(_spelled)).sum())


def _spelled(name: object) -> str:
    return str(name).strip().casefold()


def _most_in_common(rows: pd.DataFrame) -> int:
    """Return how many images agree if each class of the model is its most frequent logged one."""
    table = pd.crosstab(rows["place"], rows["logged"])
    return int(np.asarray(table).max(axis=1).sum())
