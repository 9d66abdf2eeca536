"""Scores of stretches of days, which a later run need not draw again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from drift.model_quality.detection.assembling.gathered import Remembered
from drift.model_quality.detection.judging.day_sampling import DaySampling, pool_of
from drift.model_quality.detection.match_table import COLUMNS, MatchTable
from drift.model_quality.detection.records.documents import class_in, scores_in
from drift.model_quality.detection.stretch_scores import DRAWS, detector_scores
from drift.model_quality.records.values import (
    BrokenRecordError,
    list_in,
    number_in,
    read_document,
    table_in,
)
from jobs.visible_text import escaped_json
from reports.findings.model_quality.detection import DetectedClassScore, DetectorScores

_VERSION = "1"
"""Another one where the arithmetic changes, so that nothing of the old one is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchScores:
    """The scores of some images, and of their classes, those with the most true boxes first."""

    scores: DetectorScores
    classes: tuple[DetectedClassScore, ...]


@dataclass(frozen=True, slots=True)
class CachedScores:
    """Scores that are drawn once, and remembered by what they are of.

    Each name holds what was computed last, and its digest: what is remembered of other images is
    computed anew. So the cache grows by no more than its names.
    """

    remembered: Remembered

    def scores(
        self, name: str, table: MatchTable, predictions: int, *, draws: int | None = None
    ) -> StretchScores:
        """Return the scores of images, as `detector_scores` does: with 200 draws, or so many."""
        draws = DRAWS if draws is None else draws
        key = digest_of(table, "scores", predictions, draws)
        known = _known(self.remembered.get(name), key)
        try:
            if known is not None:
                return _scores(known)
        except (ValueError, TypeError, KeyError):
            pass  # A cache is no reason for anything to fail.
        scores, classes = detector_scores(table, predictions, draws=draws)
        found = {"scores": asdict(scores), "classes": [asdict(one) for one in classes]}
        self._put(name, key, found)
        return StretchScores(scores=scores, classes=classes)

    def sampling(self, tables: Sequence[MatchTable]) -> DaySampling:
        """Return how AP50 of days, or of the reference, varies: of each table's number of images.

        Tables without images are left out.
        """
        labelled = [one for one in tables if one.images]
        sizes = sorted({one.images for one in labelled})
        pool = pool_of(labelled)
        key = digest_of(pool, "sampling", *sizes)
        known = _known(self.remembered.get("sampling"), key)
        try:
            if known is not None:
                return _sampling(known)
        except (ValueError, TypeError, KeyError):
            pass  # As above.
        found = DaySampling.learned(pool, sizes)
        self._put("sampling", key, asdict(found))
        return found

    def _put(self, name: str, key: str, found: Mapping[str, object]) -> None:
        text = json.dumps({"key": key, **found}, separators=(",", ":"), ensure_ascii=False)
        self.remembered.put(name, escaped_json(text).encode())


def digest_of(table: MatchTable, *settings: object) -> str:
    """Return a digest of a table and of what else decides what is computed of it."""
    digest = hashlib.sha256()
    digest.update(repr((_VERSION, table.images, table.left_out, settings)).encode())
    digest.update(json.dumps(table.classes).encode())
    for name in COLUMNS:
        column = getattr(table, name)
        digest.update(len(column).to_bytes(8, "little"))
        digest.update(column.astype(column.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()


def _known(data: bytes | None, key: str) -> Mapping[str, object] | None:
    """Return what is remembered under a key; None where that is lost, or of something else."""
    if data is None:
        return None
    try:
        found = read_document(data, dict)
    except BrokenRecordError:
        return None
    return found if found.get("key") == key else None


def _scores(known: Mapping[str, object]) -> StretchScores:
    return StretchScores(
        scores=scores_in(table_in(known["scores"])),
        classes=tuple(class_in(table_in(one)) for one in list_in(known["classes"])),
    )


def _sampling(known: Mapping[str, object]) -> DaySampling:
    columns = {
        name: tuple(number_in(one) for one in list_in(known[name]))
        for name in ("sizes", "information", "bias")
    }
    if len({len(one) for one in columns.values()}) != 1 or not columns["sizes"]:
        raise ValueError("its columns differ in length")
    return DaySampling(**columns)
