"""The reference's labels as they are remembered: only a cache, made anew where it is lost."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial

import numpy as np

from drift.model_quality.joining.joined import spelled
from drift.model_quality.label_source import settings_digest
from drift.model_quality.records.documents import (
    sums_document,
    sums_in,
)
from drift.model_quality.records.record import DayRecord
from drift.model_quality.records.store import QualityStore
from drift.model_quality.reference.quality import ReferenceQuality
from drift.model_quality.reference.reading import read_reference
from drift.model_quality.reference.remembered import ReferenceScoring, remembered_reference
from drift.model_quality.scored_rows import ScoredRows
from drift.model_quality.scoring.expected_accuracy import ConfidenceThreshold, learn_threshold
from drift.model_quality.scoring.summing import sum_up
from drift.model_quality.sums import ClassifierSums
from drift.workplace import Workplace
from jobs.labels.listing import LabelListing

_VERSION = 1
_REMEMBERED = "reference"


def reference_quality(
    place: Workplace, store: QualityStore[DayRecord], listing: LabelListing | None
) -> ReferenceQuality | None:
    """Return how right the model is on its reference; None where that has no labels.

    It is computed once for the objects that the reference and its labels lie in, and remembered.
    A reference that cannot be read now is logged.

    Parameters
    ----------
    listing
        The objects that may hold labels; None where the log's own labels count.
    """
    kind = ReferenceScoring(
        name=_REMEMBERED,
        settings=settings_digest(place.job),
        to_bytes=reference_document,
        parse=parse_reference,
        read=partial(_read, place),
    )
    found = remembered_reference(place, store, listing, kind)
    return found if found is not None and found.sums.labelled else None


def quality_of_rows(rows: ScoredRows) -> ReferenceQuality:
    """Return what is kept of the reference's rows."""
    table = rows.labelled
    right = (table["true"] == table["predicted"]).to_numpy(np.bool_)
    learned = learn_threshold(table["confidence"].to_numpy(np.float64), right)
    return ReferenceQuality(sums=sum_up(rows), learned=learned)


def reference_document(found: ReferenceQuality, key: str) -> bytes:
    """Return what is remembered."""
    document = {
        "version": _VERSION,
        "key": key,
        "sums": sums_document(found.sums),
        "learned": None if found.learned is None else asdict(found.learned),
    }
    return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()


def parse_reference(data: bytes, key: str) -> ReferenceQuality | None:
    """Return what was remembered under a key; None where it is anything else."""
    try:
        document = json.loads(data)
        if document["version"] != _VERSION or document["key"] != key:
            return None
        learned = document["learned"]
        return ReferenceQuality(
            sums=sums_in(document["sums"]),
            learned=None if learned is None else _learned(learned),
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _learned(document: dict[str, float]) -> ConfidenceThreshold:
    return ConfidenceThreshold(
        threshold=float(document["threshold"]),
        at_threshold=float(document["at_threshold"]),
        labelled=int(document["labelled"]),
        variance=float(document["variance"]),
    )


def _read(place: Workplace, listing: LabelListing | None) -> ReferenceQuality:
    joined = read_reference(place, listing)
    if joined is None:
        return ReferenceQuality(sums=ClassifierSums())
    return quality_of_rows(spelled(joined).rows)
