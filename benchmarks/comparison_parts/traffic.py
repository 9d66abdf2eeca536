"""A window and its reference as a run has them before it compares: numbers, no images."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from drift.observations.logged_images import LoggedImages
from jobs.images.locations import ImageLocation
from jobs.job_file.job import Job
from jobs.predictions.rows.frames import fields_frame, raw_frame
from jobs.predictions.rows.number_columns import RowPositions, read_number_columns
from jobs.predictions.rows.rows import LogTally, PredictionRows
from jobs.times.windows import TimeWindow, WindowRequest
from reference_stats.extraction.names_used_again import NamesUsedAgain
from reference_stats.extraction.result import ExtractionResult
from reference_stats.features.registry import FEATURES, feature_names
from reference_stats.file_facts.column import FileColumn
from reference_stats.file_facts.facts import FileFacts
from reference_stats.fingerprint import FINGERPRINT_BYTES, WORDS
from reference_stats.outcome_columns import OutcomeColumns, OutcomesByLocation
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, image_records

END = datetime(2025, 3, 10, tzinfo=UTC)
CLASSES = tuple(f"class {number:02d}" for number in range(20))
PROBABILITIES = tuple(f"p_{number}" for number in range(5))
CAMERAS = ("entrance", "gate", "roof", "warehouse")
# What one camera adds to every number of its images, in standard deviations.
SHIFT = 2.0
_COPIED = 0.05
_MOST_LOCATED = 1_000_000
_RESOLUTIONS_WIDE = 20.0
_FLIPPED_BITS = 6
_WIDTHS = np.array([640.0, 800.0, 1280.0, 1920.0])


@dataclass(slots=True, kw_only=True)
class Traffic:
    """What the stages before the comparison deliver."""

    job: Job
    request: WindowRequest
    predictions: PredictionRows
    located: list[ImageLocation]
    names: pd.Series[str] | None
    extracted: ExtractionResult
    profile: ReferenceProfile

    def logged(self) -> LoggedImages:
        """Return the rows with their images."""
        if self.located:
            return LoggedImages.of(self.predictions, self.located, self.extracted)
        # The locations of more images than these are objects that nothing behind them needs.
        rows = len(self.predictions)
        return LoggedImages(
            predictions=self.predictions,
            kept=np.ones(rows, dtype=np.bool_),
            rows=self.predictions.fields.assign(image=self.names),
            locations=(),
            paths=np.broadcast_to(np.array("", dtype=object), rows),
            outcomes=self.extracted.columns(()),
            pictures=np.arange(rows),
            first=np.arange(rows),
            numbers=self.extracted.names,
            names_used_again=NamesUsedAgain(gone=np.zeros(rows, dtype=np.bool_)),
            refused=(),
        )

    def forget_images(self) -> None:
        """Drop the outcomes of the images one by one."""
        self.located, self.names = [], None
        self.extracted = ExtractionResult(outcomes={}, names=self.extracted.names)


def make_traffic(rows: int, reference: int, *, drifts: bool, seed: int = 0) -> Traffic:
    """Return `rows` requests of one week and a profile of `reference` images.

    One image of twenty is a near-copy of the one before it. Where the window drifts, one camera of
    four shifts every number. Of more than a million images the locations are not made, and the
    log's texts of times, ids and names not kept: both are objects that no stage looks at.
    """
    generator = np.random.default_rng(seed)
    window = TimeWindow(start=END - timedelta(days=7), end=END)
    cameras = generator.integers(len(CAMERAS), size=rows)
    job = _job()
    texts = _texts(rows, cameras, generator)
    names = None if rows <= _MOST_LOCATED else pd.Series(pd.array(texts["image"], dtype="str"))
    predictions = _predictions(job, window, texts, rows)
    located = [
        ImageLocation(bucket_url="gs://photographs", name=name, path=name)
        for name in (predictions.raw["image"] if names is None else ())
    ]
    shift = SHIFT * (cameras == CAMERAS.index("warehouse")) if drifts else np.zeros(rows)
    return Traffic(
        job=job,
        request=WindowRequest(end=END, last=timedelta(days=7)),
        predictions=predictions,
        located=located,
        names=names,
        extracted=_extracted(located, shift, generator),
        profile=_profile(reference, generator),
    )


def _job() -> Job:
    columns = {"prediction": "prediction", "confidence": "confidence", "id": "id"}
    columns["probabilities"] = list(PROBABILITIES)  # type: ignore[assignment]
    return Job.model_validate(
        {
            "name": "scale",
            "bucket": {"url": "gs://photographs"},
            "predictions": {"path": "log.parquet", "columns": columns},
            "images": {"path": "image"},
            "window": {"last": "7d"},
            "reference": {"images": "reference/"},
            "segments": {"columns": ["camera"]},
        }
    )


def _moments(rows: int) -> NDArray[np.int64]:
    start = int((END - timedelta(days=7)).timestamp()) * 1_000_000
    return start + np.arange(rows, dtype=np.int64) * (7 * 86_400_000_000 // rows)


def _texts(
    rows: int, cameras: NDArray[np.int64], generator: np.random.Generator
) -> dict[str, pa.Array]:
    """Return the log's columns as its reader delivers them."""
    moments = pa.array(_moments(rows)).cast(pa.timestamp("us"))
    shares = generator.dirichlet(np.ones(len(PROBABILITIES)), size=rows).round(4)
    numbered = pc.utf8_lpad(pa.array(np.arange(rows)).cast(pa.string()), 9, "0")
    return {
        "timestamp": moments.cast(pa.string()),
        "id": numbered,
        "image": pc.binary_join_element_wise("images/", numbered, ".jpg", ""),
        "camera": pa.array(CAMERAS).take(pa.array(cameras)),
        "prediction": pa.array(CLASSES).take(pa.array(_classes(rows, generator))),
        "confidence": pa.array(shares.max(axis=1)).cast(pa.string()),
        **{
            name: pa.array(shares[:, column]).cast(pa.string())
            for column, name in enumerate(PROBABILITIES)
        },
    }


def _classes(rows: int, generator: np.random.Generator) -> NDArray[np.int64]:
    return np.minimum(generator.geometric(0.2, rows) - 1, len(CLASSES) - 1)


def _predictions(
    job: Job, window: TimeWindow, texts: dict[str, pa.Array], rows: int
) -> PredictionRows:
    moments, named = _moments(rows), job.predictions.columns
    left_out = () if rows <= _MOST_LOCATED else ("timestamp", "id", "image")
    positions = RowPositions(
        moments=moments, sources=np.full(rows, "log", dtype=object), lines=np.arange(rows)
    )
    columns = read_number_columns(texts, named, PROBABILITIES, positions)
    numbers = {field: column.values for field, column in columns.items()}  # noqa: PD011
    return PredictionRows(
        window=window,
        fields=fields_frame(texts, moments, named, numbers),
        raw=raw_frame({one: text for one, text in texts.items() if one not in left_out}),
        probabilities=PROBABILITIES,
        tally=LogTally(rows=rows),
        assumed_timezone=None,
    )


def _extracted(
    located: list[ImageLocation], shift: NDArray[np.float64], generator: np.random.Generator
) -> ExtractionResult:
    names, images = feature_names(), len(shift)
    columns = OutcomeColumns(
        names=names,
        numbers=_features(images, shift, generator),
        fingerprints=_fingerprints(images, generator),
        deep=np.zeros(images, dtype=np.bool_),
        files=FileColumn((FileFacts(kind="JPEG", mode="RGB"),), np.zeros(images, dtype=np.int32)),
        lost={},
    )
    places = {location: row for row, location in enumerate(located)}
    return ExtractionResult(outcomes=OutcomesByLocation(places, columns), names=names)


def _features(
    rows: int, shift: NDArray[np.float64], generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return correlated numbers, some of them whole, some skewed, some of few values."""
    shared = generator.normal(size=rows)
    columns = np.empty((len(FEATURES), rows)).T
    for column, feature in enumerate(FEATURES):
        numbers = 0.5 * shared + generator.normal(size=rows) + shift
        if feature.name in {"width", "height"}:
            numbers = _WIDTHS[np.clip(np.abs(numbers).astype(np.int64), 0, 3)]
        elif "pixel" in feature.name or feature.name == "median":
            numbers = np.round(128 + 20 * numbers)
        else:
            # As in photographs: far wider than the smallest difference that means anything.
            numbers = np.exp(numbers) if column % 3 == 0 else numbers
            numbers *= _RESOLUTIONS_WIDE * feature.resolution
        columns[:, column] = numbers
    return columns


def _fingerprints(rows: int, generator: np.random.Generator) -> NDArray[np.uint64]:
    """Return fingerprints with about a third of the gradients set; some are near-copies."""
    bits = generator.integers(0, 2**64, size=(2, rows, WORDS), dtype=np.uint64)
    prints: NDArray[np.uint64] = bits[0] & bits[1]
    copied = np.flatnonzero(generator.random(rows) < _COPIED)
    copied = copied[copied > 0]
    prints[copied] = prints[copied - 1]
    for _ in range(_FLIPPED_BITS):
        places = generator.integers(0, 8 * FINGERPRINT_BYTES - 32, size=len(copied))
        flips = np.uint64(1) << (places % 64).astype(np.uint64)
        prints[copied, places // 64] ^= flips
    return prints


def _profile(rows: int, generator: np.random.Generator) -> ReferenceProfile:
    numbers = _features(rows, np.zeros(rows), generator)
    shares = generator.dirichlet(np.ones(len(PROBABILITIES)), size=rows).round(4)
    said = {
        "prediction": pd.Series(np.array(CLASSES)[_classes(rows, generator)], dtype="str"),
        "confidence": shares.max(axis=1),
        **{name: shares[:, column] for column, name in enumerate(PROBABILITIES)},
    }
    return ReferenceProfile(
        id="p-scale",
        created_at=END - timedelta(days=30),
        source="synthetic numbers",
        settings_digest="",
        versions={feature.name: feature.version for feature in FEATURES},
        features=pd.DataFrame(numbers, columns=list(feature_names())),
        predictions=PredictionTable(rows=pd.DataFrame(said)),
        left_out={},
        records=image_records(
            [f"reference/{number:07d}.jpg" for number in range(rows)],
            [one.tobytes() for one in _fingerprints(rows, generator)],
        ),
    )
