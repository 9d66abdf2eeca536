"""A reference profile and a window made of numbers and fingerprints, without any file."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from drift.observations.window_images import WindowImages
from reference_stats.features.registry import FEATURES
from reference_stats.fingerprint import Fingerprints, stack_fingerprints
from reference_stats.profiles.profile import PredictionTable, ReferenceProfile, image_records

START = datetime(2026, 1, 5, tzinfo=UTC)
BURST = timedelta(minutes=10)
NAMES = [feature.name for feature in FEATURES]


def pictures(number: int, seed: int) -> pd.DataFrame:
    """Return the numbers of unlike pictures, one row each, with fingerprints beside them."""
    generator = np.random.default_rng(seed)
    numbers = generator.normal(size=(number, len(NAMES))) + generator.normal(size=(number, 1))
    slopes = generator.random((number, 112))
    bits = np.zeros((number, 256), np.uint8)
    bits[:, :112], bits[:, 112:224] = slopes < 1 / 3, slopes > 2 / 3
    prints = [row.tobytes() for row in np.packbits(bits, axis=1, bitorder="little")]
    return pd.DataFrame(numbers, columns=NAMES).assign(fingerprint=prints)


def saved_anew(images: pd.DataFrame, flips: int = 4) -> pd.DataFrame:
    """Return near-copies: other numbers, and a few bits of the fingerprint turned over."""
    generator = np.random.default_rng(7)
    prints = []
    for one in images["fingerprint"]:
        bits = np.unpackbits(np.frombuffer(one, np.uint8), bitorder="little")
        bits[generator.choice(224, flips, replace=False)] ^= 1
        prints.append(np.packbits(bits, bitorder="little").tobytes())
    moved = images[NAMES] + generator.normal(0, 0.01, (len(images), len(NAMES)))
    return moved.assign(fingerprint=prints)


def profile_of(
    images: pd.DataFrame, *, known: bool = True, minutes: Sequence[int] | None = None
) -> ReferenceProfile:
    """Return a profile of a folder; of a table without fingerprints; or of a log's stretch."""
    names = [f"reference/{number:05d}.jpg" for number in range(len(images))]
    records = image_records(names, list(images["fingerprint"])) if known else None
    if records is not None and minutes is not None:
        times = [START - timedelta(days=9) + timedelta(minutes=one) for one in minutes]
        records = records.assign(client=None, timestamp=pd.to_datetime(times, utc=True))
    return ReferenceProfile(
        id="p-1",
        created_at=START,
        source="the images below reference/",
        settings_digest="",
        versions={feature.name: feature.version for feature in FEATURES},
        features=images[NAMES].reset_index(drop=True),
        predictions=PredictionTable.empty(),
        left_out={},
        records=records,
    )


def window_of(images: pd.DataFrame, *, apart_minutes: int = 60) -> WindowImages:
    """Return a window whose images came one by one."""
    rows = len(images)
    times = [START + timedelta(minutes=apart_minutes * number) for number in range(rows)]
    names = [f"images/{number:05d}.jpg" for number in range(rows)]
    prints: Fingerprints = stack_fingerprints(list(images["fingerprint"]))
    return WindowImages(
        rows=pd.DataFrame(
            {
                "image": pd.Series(names, dtype="str"),
                "id": [str(number) for number in range(rows)],
                "client": None,
                "timestamp": times,
            }
        ),
        features=images[NAMES].reset_index(drop=True),
        fingerprints=prints,
    )
