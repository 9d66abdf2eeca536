"""The window's rows joined with what became of their images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.near_duplicates import ImageRecords, NearCopies, as_moments, find_near_copies
from jobs.image_locations import ImageLocation, RefusedLocation
from jobs.job import DetectionSettings
from jobs.predictions.rows import PredictionRows
from reference_stats.extraction import (
    ExtractionResult,
    ImageFeatures,
    MissingImage,
    Outcome,
    UnfetchedImage,
    UnreadableImage,
)
from reference_stats.features.registry import FEATURES
from reference_stats.fingerprint import Fingerprints, stack_fingerprints
from reports.findings import ImageCounts, LogCounts, Quality, Trouble

TROUBLES_SHOWN = 20
# The log's producer computes in its own way; smaller relative differences are rounding.
_CROSS_CHECK_TOLERANCE = 1e-6
_USUAL_BURST = DetectionSettings().burst
_CROSS_CHECKED = tuple(feature.name for feature in FEATURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowImages:
    """The window row by row.

    Attributes
    ----------
    rows
        The rows whose image path is allowed: the fields of the log and ``image``, the image's path.
    features
        One row per analysed image, indexed by the position of its row in `rows`; one float64
        column per feature.
    counts, log, quality
        What the report says about the data.
    copies
        The clusters of near-copies among the analysed images, in the order of `features`; None
        where fingerprints are not known.
    fingerprints
        Those of the analysed images, in the order of `features`; None where they are not known.
    """

    rows: pd.DataFrame
    features: pd.DataFrame
    counts: ImageCounts
    log: LogCounts
    quality: Quality
    copies: NearCopies | None = None
    fingerprints: Fingerprints | None = None

    @property
    def clusters(self) -> pd.Series[int]:
        """The cluster of each analysed row, with the index of `features`.

        Rows of one cluster are one observation: they name one stored image, or near-copies that
        one client sent in one burst.
        """
        if self.copies is not None:
            return pd.Series(self.copies.clusters, index=self.features.index)
        images = self.rows["image"].loc[self.features.index]
        return pd.Series(pd.factorize(images)[0], index=self.features.index)


def allowed_rows(
    predictions: PredictionRows, located: Sequence[ImageLocation | RefusedLocation]
) -> tuple[pd.DataFrame, list[ImageLocation], list[RefusedLocation]]:
    """Split the rows by whether their image may be read at all."""
    keep = _are_allowed(located)
    locations = [place for place in located if isinstance(place, ImageLocation)]
    refused = [place for place in located if isinstance(place, RefusedLocation)]
    rows = predictions.fields[keep].reset_index(drop=True)
    return rows.assign(image=[place.path for place in locations]), locations, refused


def join(
    predictions: PredictionRows,
    located: Sequence[ImageLocation | RefusedLocation],
    extracted: ExtractionResult,
    *,
    burst: timedelta = _USUAL_BURST,
) -> WindowImages:
    """Return the window row by row with its counts; nothing that was left out is uncounted.

    Parameters
    ----------
    burst
        `detection.burst` of the job.
    """
    rows, locations, refused = allowed_rows(predictions, located)
    outcomes = [extracted[location] for location in locations]
    analysed = {
        position: outcome
        for position, outcome in enumerate(outcomes)
        if isinstance(outcome, ImageFeatures)
    }
    features = pd.DataFrame(
        [dict(outcome.values) for outcome in analysed.values()],
        index=list(analysed),
        columns=[feature.name for feature in FEATURES],
        dtype="float64",
    )
    fingerprints = stack_fingerprints([outcome.fingerprint for outcome in analysed.values()])
    copies = _find_copies(rows.loc[features.index], fingerprints, burst)
    logged = predictions.raw[_are_allowed(located)].reset_index(drop=True)
    named_once = ~rows["image"].duplicated(keep=False)
    return WindowImages(
        rows=rows,
        features=features,
        counts=_count(outcomes),
        log=_count_rows(predictions, refused),
        quality=Quality(
            troubles=_first_troubles(locations, outcomes),
            reasons=_count_reasons(outcomes),
            duplicated_rows=int(rows["image"].duplicated().sum()),
            near_duplicates=int(rows.loc[features.index, "image"][copies.is_near_copy].nunique()),
            deep_images=sum(outcome.deep for outcome in analysed.values()),
            # Of rows that share an image, all but the last describe one that was overwritten.
            cross_check=_cross_check(logged, features[named_once[features.index]]),
        ),
        copies=copies,
        fingerprints=fingerprints,
    )


def _first_troubles(
    locations: Sequence[ImageLocation], outcomes: Sequence[Outcome]
) -> tuple[Trouble, ...]:
    troubles = [
        Trouble(name=location.path, reason=_with_detail(outcome.summary, outcome.detail))
        for location, outcome in zip(locations, outcomes, strict=True)
        if not isinstance(outcome, ImageFeatures)
    ]
    return tuple(sorted(troubles, key=lambda trouble: trouble.name)[:TROUBLES_SHOWN])


def _find_copies(rows: pd.DataFrame, fingerprints: Fingerprints, burst: timedelta) -> NearCopies:
    records = ImageRecords(
        names=rows["image"].to_numpy(dtype=object),
        fingerprints=fingerprints,
        clients=rows["client"].to_numpy(dtype=object),
        times=as_moments(rows["timestamp"]),
    )
    return find_near_copies(records, burst=burst)


def _are_allowed(located: Sequence[ImageLocation | RefusedLocation]) -> NDArray[np.bool_]:
    return np.array([isinstance(place, ImageLocation) for place in located], dtype=np.bool_)


def _count_reasons(outcomes: Sequence[Outcome]) -> dict[str, int]:
    left_out = (one.summary for one in outcomes if not isinstance(one, ImageFeatures))
    return dict(sorted(Counter(left_out).items()))


def _count(outcomes: Sequence[object]) -> ImageCounts:
    kinds = Counter(type(outcome) for outcome in outcomes)
    return ImageCounts(
        logged=len(outcomes),
        analysed=kinds[ImageFeatures],
        missing=kinds[MissingImage],
        unreadable=kinds[UnreadableImage],
        unfetched=kinds[UnfetchedImage],
    )


def _count_rows(predictions: PredictionRows, refused: Sequence[RefusedLocation]) -> LogCounts:
    tally = predictions.tally
    reasons = Counter(tally.reasons) + Counter(place.reason for place in refused)
    examples = [
        Trouble(name=f"{row.source}, line {row.line}", reason=_with_detail(row.reason, row.detail))
        for row in tally.examples
    ]
    examples += sorted(
        {Trouble(name=place.detail or "(empty)", reason=place.reason) for place in refused},
        key=lambda trouble: (trouble.reason, trouble.name),
    )[:TROUBLES_SHOWN]
    return LogCounts(
        rows=tally.rows,
        rejected=sum(reasons.values()),
        reasons=dict(sorted(reasons.items())),
        examples=tuple(examples),
    )


def _with_detail(reason: str, detail: str) -> str:
    return f"{reason}: {detail}" if detail else reason


def _cross_check(raw: pd.DataFrame, features: pd.DataFrame) -> dict[str, int]:
    """Count, per feature that the log carries itself, the rows that disagree with ours."""
    return {
        name: int(_disagree(raw.loc[features.index, name], features[name]).sum())
        for name in _CROSS_CHECKED
        if name in raw.columns and raw[name].notna().any()
    }


def _disagree(logged: pd.Series, computed: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(logged, errors="coerce").astype("float64")
    tolerance = _CROSS_CHECK_TOLERANCE * np.maximum(computed.abs(), 1.0)
    return numbers.notna() & ((numbers - computed).abs() > tolerance)
