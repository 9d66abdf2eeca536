"""Which pictures to show of a predicted class that grew, of the window and of the reference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from drift.comparison.compare import Comparison
from drift.observations.window_images import WindowImages
from drift.where.pictures.diversity import drawn_apart
from jobs.predictions.values.class_names import canonical_labels
from reference_stats.fingerprint import stack_fingerprints
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.answers import State
from reports.findings.class_shares import usual_and_current
from reports.findings.columns import Finding
from reports.findings.images import GrownClass

_PREDICTION = "prediction"
_MOST_IMAGES = 8


def find_grown_class(
    comparison: Comparison, window: WindowImages, profile: ReferenceProfile
) -> GrownClass | None:
    """Return the predicted class whose share grew most, with images of it; None without a drift.

    On either side 200 images of the class are drawn by a hash of their names, and at most eight
    that look unlike each other are chosen. There are none of a reference of which is not known
    which image a prediction is of.
    """
    drifted = [one for one in comparison.predictions if one.state is State.DRIFT and one.categories]
    if window.of_rows or not drifted or _PREDICTION not in window.rows:
        return None
    shares = usual_and_current(drifted[0])
    name = max(shares, key=lambda one: (shares[one][1] - shares[one][0], one))
    usual, now = shares[name]
    if now <= usual:
        return None
    return GrownClass(
        name=name,
        usual_share=usual,
        share=now,
        images=_of_window(drifted[0], name, window),
        reference_images=_of_reference(drifted[0], name, profile),
    )


def _of_window(column: Finding, name: str, window: WindowImages) -> tuple[str, ...]:
    rows = window.rows.loc[window.features.index]
    places = _places_of(rows[_PREDICTION], name, column.renamed)
    names = rows["image"].iloc[places].tolist()
    return drawn_apart(names, places, window.fingerprints, _MOST_IMAGES)


def _of_reference(column: Finding, name: str, profile: ReferenceProfile) -> tuple[str, ...]:
    said, records = profile.predictions.rows, profile.records
    if _PREDICTION not in said or records is None:
        return ()
    images = profile.prediction_images
    if images is None and len(records) == len(said):
        images = records["image"]
    if images is None:
        return ()
    named = images.iloc[_places_of(said[_PREDICTION], name, column.renamed)].dropna()
    known = pd.Index(records["image"])
    places = known.get_indexer(pd.Index(named.drop_duplicates()))
    places = places[places >= 0]
    prints = stack_fingerprints(records["fingerprint"].tolist())
    return drawn_apart(known[places].tolist(), places, prints, _MOST_IMAGES)


def _places_of(said: pd.Series, name: str, renamed: Mapping[str, str]) -> np.ndarray:
    labels = canonical_labels(said).astype("object")
    same = labels.map(lambda label: renamed.get(label, label) == name, na_action="ignore")
    return np.flatnonzero(same.fillna(value=False).to_numpy(dtype=np.bool_))
