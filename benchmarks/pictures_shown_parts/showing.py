"""What a run would show of a window in which one image in ten has a fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.detection_parts.our_detector import line_up_tables
from benchmarks.detection_parts.seeds import generator_for
from drift.comparison.columns.columns import ColumnRole
from drift.comparison.compare import compare
from drift.observations.segments.segment_units import WindowSegments
from drift.observations.unit_rows import RowUnits
from drift.observations.window_images import WindowImages
from drift.where.direction import drift_positions
from drift.where.offenders import (
    RankedImages,
    find_offenders,
    list_affected,
    rank_images,
)
from jobs.job_file.job import DetectionSettings
from reference_stats.fingerprint import Fingerprints
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile
from reports.findings.images import Offender

FIRST = 12
_MADE = datetime(2025, 3, 4, tzinfo=UTC)
_FAULTY = "faulty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photographs:
    """Photographs as numbers: one row of features and one fingerprint each."""

    numbers: pd.DataFrame
    prints: Fingerprints


@dataclass(frozen=True, slots=True)
class Shown:
    """How well the pictures of one window were chosen, 0 to 1.

    Attributes
    ----------
    first, first_by_distance
        Of the first twelve images that are shown, the part that has the fault.
    precision, recall
        Of the images in the table the part that has the fault, and the reverse; NaN without any.
    """

    first: float
    first_by_distance: float
    precision: float
    recall: float


def look(
    clean: Photographs, faulty: Photographs, window: int, reference: int, seed: int
) -> Shown | None:
    """Return what is shown of one window; None where nothing of its images drifted.

    Parameters
    ----------
    clean
        At least nine tenths of a window and a reference.
    faulty
        At least a tenth of a window: other photographs than those of `clean`.
    """
    random = generator_for("pictures shown", seed)
    drawn = random.permutation(len(clean.numbers))
    broken = random.permutation(len(faulty.numbers))[: window // 10]
    usual = drawn[: window - len(broken)]
    order = random.permutation(window)
    numbers = pd.concat([faulty.numbers.iloc[broken], clean.numbers.iloc[usual]]).iloc[order]
    images = _window(
        numbers.reset_index(drop=True),
        np.concatenate([faulty.prints[broken], clean.prints[usual]])[order],
        order < len(broken),
    )
    then = clean.numbers.iloc[drawn[len(usual) : len(usual) + reference]].reset_index(drop=True)
    return _shown(images, then, len(broken))


def _shown(window: WindowImages, reference: pd.DataFrame, faulty: int) -> Shown | None:
    lined_up = line_up_tables(reference, window.features)
    comparison = compare(lined_up, DetectionSettings())
    rows = lined_up.rows[ColumnRole.FEATURE]
    positions = drift_positions(comparison, rows)
    ranked = rank_images(positions, rows, comparison, window)
    if not len(ranked.labels):
        return None
    profile = _profile(reference)
    every = np.arange(len(window.features))
    segments = WindowSegments(
        table=pd.DataFrame(index=window.features.index),
        analysed=every,
        clusters=every,
        predicted=RowUnits.alone(len(every)),
    )
    listed = list_affected([ranked], window, segments, profile)
    hits = 0 if listed is None else _faulty_among(listed.images)
    return Shown(
        _faulty_among(find_offenders(ranked, window, profile)[:FIRST]) / FIRST,
        _faulty_among(find_offenders(_by_distance(ranked), window, profile)[:FIRST]) / FIRST,
        np.nan if listed is None else hits / len(listed.images),
        hits / faulty,
    )


def _faulty_among(images: Sequence[Offender]) -> int:
    return sum(one.image.startswith(_FAULTY) for one in images)


def _by_distance(ranked: RankedImages) -> RankedImages:
    """Return the images in the order of their distance along the drift alone."""
    far = np.sqrt((ranked.distances.clip(lower=0.0) ** 2).mean(axis=1).to_numpy())
    order = np.argsort(-far, kind="stable")
    return replace(
        ranked,
        labels=ranked.labels[order],
        log_ratios=np.zeros(len(order)),
        distances=ranked.distances.iloc[order],
    )


def _window(
    features: pd.DataFrame, prints: Fingerprints, is_faulty: NDArray[np.bool_]
) -> WindowImages:
    names = [f"{_FAULTY if one else 'usual'}/{place:05}.jpg" for place, one in enumerate(is_faulty)]
    rows = pd.DataFrame({"image": names, "id": names, "timestamp": pd.Timestamp(_MADE)})
    return WindowImages(rows=rows, features=features, fingerprints=prints)


def _profile(features: pd.DataFrame) -> ReferenceProfile:
    return ReferenceProfile(
        id="p-shown",
        created_at=_MADE,
        source="",
        settings_digest="",
        versions={},
        features=features,
        predictions=PredictionTable.empty(),
        left_out={},
    )
