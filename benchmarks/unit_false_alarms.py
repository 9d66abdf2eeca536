"""False alarms where the rows of a log are not the independent things that they look like.

    python -m benchmarks.unit_false_alarms                  2,100 runs, minutes on one core
    python -m benchmarks.unit_false_alarms --runs 100

Reference and window are drawn from one population, so that every alarm is a false one; the nominal
rate is that of `detection.false_alarm_rate`, 1 %. There are no images: their numbers are drawn, and
go through the same `find_units`, `line_up` and `would_alarm` as those of a run.

``rows``
    A detector: one row a box, up to eight of an image, whose classes and scores are alike within
    an image. On either side the rows of an image are in an order of its own, and some images of
    the reference are missing.
``bursts``
    Half of the rows of both sides come in bursts of fifteen near-copies with one prediction, and
    an image of the reference is missing.
``constants``
    A third of the columns are constant but for rounding, another third but for a few images.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.detection_parts.intervals import clopper_pearson
from drift.comparison.columns.align import line_up
from drift.comparison.compare import would_alarm
from drift.observations.side_copies import find_copies
from drift.observations.units import find_units
from drift.observations.window_images import WindowImages
from jobs.job_file.job import DetectionSettings
from jobs.job_file.prediction_settings import LogColumns
from reference_stats.features.registry import FEATURES
from reference_stats.fingerprint import FINGERPRINT_BYTES, stack_fingerprints
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, image_records

_FEATURES = FEATURES[:12]
_CLASSES = np.array(["person", "car", "dog", "bird"], dtype=object)
_START = datetime(2025, 3, 3, tzinfo=UTC)
_BURST = 15
_REFERENCE, _WINDOW = 150, 100

Generator = np.random.Generator
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side: its images, and what the model said of them.

    Attributes
    ----------
    features
        float64 of shape (images, features).
    fingerprints
        One per image.
    minutes
        When each image was sent.
    rows
        The log: ``image`` (a place in `features`), ``prediction``, ``confidence``.
    """

    features: Numbers
    fingerprints: list[bytes]
    minutes: Numbers
    rows: pd.DataFrame


def main() -> None:
    """Print alarms, rates and exact 95 % intervals of each kind and of all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=700, help="of each kind (700)")
    parser.add_argument("--seed", type=int, default=20_250_303)
    options = parser.parse_args()
    alarms = {}
    for place, (kind, draw) in enumerate(KINDS.items()):
        started = time.perf_counter()
        alarms[kind] = sum(
            has_alarm(draw, np.random.default_rng([options.seed, place, run]))
            for run in range(options.runs)
        )
        each = 1000 * (time.perf_counter() - started) / options.runs
        print(f"{_line(kind, alarms[kind], options.runs)} {each:7.1f} ms a run", flush=True)
    print(_line("all", sum(alarms.values()), options.runs * len(KINDS)))


def has_alarm(draw: Callable[[Generator, int], Side], generator: Generator) -> bool:
    """Draw two sides from one population and tell whether they are called drift."""
    reference = _profile(draw(generator, _REFERENCE), generator)
    window = _window(draw(generator, _WINDOW))
    detection = DetectionSettings()
    units = find_units(reference, window, find_copies(reference, window, burst=detection.burst))
    named = LogColumns(prediction="prediction", confidence="confidence")
    return would_alarm(line_up(reference, window, units, named, ()), detection)


def draw_rows(generator: Generator, images: int) -> Side:
    """Return images with several boxes each."""
    boxes = generator.integers(1, 9, size=images)
    image = np.repeat(np.arange(images), boxes)
    liking = generator.dirichlet(np.ones(len(_CLASSES)), size=images)
    picked = [generator.choice(len(_CLASSES), p=liking[one]) for one in image]
    ease = generator.uniform(0.6, 1, size=images)
    scores = generator.beta(6, 2, size=len(image)) * ease[image]
    rows = _log(image, np.array(picked), scores)
    order = np.lexsort((generator.random(len(rows)), image))
    return _side(_usual_features(generator, images), rows.iloc[order], generator)


def draw_bursts(generator: Generator, images: int) -> Side:
    """Return images half of which come in bursts of near-copies."""
    alone = images // 2
    sources = np.concatenate([np.arange(alone), np.repeat(alone + np.arange(images // 30), _BURST)])
    number = int(sources.max()) + 1
    features = _usual_features(generator, number)[sources]
    features += 0.01 * generator.normal(size=features.shape)
    classes = generator.integers(0, len(_CLASSES), size=number)[sources]
    scores = generator.beta(6, 2, size=number)[sources].round(3)
    side = _side(features, _log(np.arange(len(sources)), classes, scores), generator)
    sent = generator.uniform(0, 10_000, size=number)[sources] + np.arange(len(sources)) / 60
    prints = [side.fingerprints[place] for place in sources]
    order = np.argsort(sent)
    return Side(
        features=features[order],
        fingerprints=[prints[place] for place in order],
        minutes=sent[order],
        rows=_log(np.arange(len(sources)), classes[order], scores[order]),
    )


def draw_constants(generator: Generator, images: int) -> Side:
    """Return images most of whose numbers do not vary, or hardly."""
    features = _usual_features(generator, images)
    third = len(_FEATURES) // 3
    rounding = generator.choice([-1.0, 0.0, 1.0], size=(images, third))
    features[:, :third] = 0.3 + rounding * np.spacing(0.3)
    rare = generator.random((images, third)) < 0.02
    features[:, third : 2 * third] = 255.0 - rare
    classes = generator.integers(0, len(_CLASSES), size=images)
    rows = _log(np.arange(images), classes, np.full(images, 0.5))
    return _side(features, rows, generator)


KINDS: dict[str, Callable[[Generator, int], Side]] = {
    "rows": draw_rows,
    "bursts": draw_bursts,
    "constants": draw_constants,
}


def _line(kind: str, alarms: int, runs: int) -> str:
    low, high = clopper_pearson(alarms, runs)
    rate = f"{alarms / runs:6.2%} [{low:6.2%}, {high:6.2%}]"
    return f"{kind:10} {runs:6,} runs {alarms:4,} alarms  {rate}"


def _usual_features(generator: Generator, images: int) -> Numbers:
    shared = generator.normal(size=(images, 1))
    features: Numbers = shared + generator.normal(size=(images, len(_FEATURES)))
    return features


def _log(images: NDArray[np.int64], classes: NDArray[np.int64], scores: Numbers) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "image": images,
            "prediction": pd.Series(_CLASSES[classes], dtype="str"),
            "confidence": scores.round(3),
        }
    )


def _side(features: Numbers, rows: pd.DataFrame, generator: Generator) -> Side:
    prints = generator.integers(0, 256, size=(len(features), FINGERPRINT_BYTES), dtype=np.uint8)
    return Side(
        features=features,
        fingerprints=[one.tobytes() for one in prints],
        minutes=np.sort(generator.uniform(0, 10_000, size=len(features))),
        rows=rows.reset_index(drop=True),
    )


def _profile(side: Side, generator: Generator) -> ReferenceProfile:
    """Return a side as a profile from a stretch of a log, an image of which is missing."""
    there = np.delete(np.arange(len(side.features)), generator.integers(len(side.features)))
    names = np.array([f"reference/{place:05d}.jpg" for place in range(len(side.features))])
    records = image_records(names[there].tolist(), [side.fingerprints[place] for place in there])
    return ReferenceProfile(
        id="p-0",
        created_at=_START,
        source="drawn numbers",
        settings_digest="",
        versions={feature.name: feature.version for feature in _FEATURES},
        features=pd.DataFrame(side.features[there], columns=[one.name for one in _FEATURES]),
        predictions=PredictionTable(rows=side.rows[["prediction", "confidence"]]),
        left_out={},
        records=records.assign(
            client=pd.Series([None] * len(there), dtype="str"),
            timestamp=_times(side.minutes[there]),
        ),
        prediction_images=pd.Series(names[side.rows["image"]], dtype="str", name="image"),
    )


def _window(side: Side) -> WindowImages:
    place = side.rows["image"].to_numpy()
    names = np.array([f"images/{one:05d}.jpg" for one in place], dtype=object)
    rows = side.rows.assign(image=names, client=None, timestamp=_times(side.minutes[place]))
    return WindowImages(
        rows=rows,
        features=pd.DataFrame(side.features[place], columns=[one.name for one in _FEATURES]),
        fingerprints=stack_fingerprints([side.fingerprints[one] for one in place]),
    )


def _times(minutes: Numbers) -> pd.Series:
    return pd.Series([_START + timedelta(minutes=float(one)) for one in minutes]).dt.as_unit("us")


if __name__ == "__main__":
    main()
