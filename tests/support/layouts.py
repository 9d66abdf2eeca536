"""Buckets laid out in many ways, as teams have them, to be looked into by ``drift init``."""

from __future__ import annotations

import csv
import gzip
import io
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

START = datetime(2025, 3, 3, 8, 0, 5)
BREEDS = ("beagle", "boxer", "collie", "golden retriever")
CAMERAS = ("entrance", "yard")
ROWS = 60
LAYOUTS: dict[str, Layout] = {}
# Those that are only looked into, not run.
ODD_LAYOUTS: dict[str, Layout] = {}


@dataclass(frozen=True, kw_only=True)
class Request:
    """One logged request of a made-up service."""

    number: int
    time: datetime
    id: str
    breed: str
    confidence: float
    camera: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A way to lay out a bucket, and what ``drift init`` has to say of it.

    Attributes
    ----------
    make
        Writes the bucket into an empty folder; may return the folder below it to start from.
    expects
        Lines that the job file has to hold.
    share
        The least share of the rows whose image a run has to analyse.
    """

    make: Callable[[Path], Path | None]
    expects: tuple[str, ...] = ()
    share: float = 1.0


def layout(
    *expects: str, share: float = 1.0, odd: bool = False
) -> Callable[[Callable[[Path], Path | None]], Callable[[Path], Path | None]]:
    """Enter a maker of buckets into `LAYOUTS`, or `ODD_LAYOUTS`, under its own name."""

    def enter(make: Callable[[Path], Path | None]) -> Callable[[Path], Path | None]:
        layouts = ODD_LAYOUTS if odd else LAYOUTS
        layouts[make.__name__] = Layout(make=make, expects=expects, share=share)
        return make

    return enter


def requests(
    count: int = ROWS, *, start: datetime = START, minutes: float = 67, seed: int = 3
) -> list[Request]:
    """Return requests at even distances in time."""
    generator = np.random.default_rng(seed)
    return [
        Request(
            number=number,
            time=start + timedelta(minutes=minutes * number, seconds=int(generator.integers(50))),
            id=str(uuid.UUID(bytes=generator.bytes(16), version=4)),
            breed=str(generator.choice(BREEDS)),
            confidence=round(float(generator.beta(8, 2)), 4),
            camera=str(generator.choice(CAMERAS)),
        )
        for number in range(count)
    ]


@lru_cache(maxsize=4)
def pictures(kind: str = "JPEG") -> tuple[bytes, ...]:
    """Return a few small views of a photograph."""
    generator = np.random.default_rng(8)
    photograph = skimage.data.astronaut()
    made = []
    for _ in range(30):
        top, left = generator.integers(0, 440, 2)
        buffer = io.BytesIO()
        Image.fromarray(photograph[top : top + 64, left : left + 72]).save(buffer, kind)
        made.append(buffer.getvalue())
    return tuple(made)


def put(folder: Path, name: str, number: int, kind: str = "JPEG") -> None:
    """Write one picture."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pictures(kind)[number % 30])


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def write_csv(path: Path, rows: Sequence[Mapping[str, object]], delimiter: str = ",") -> None:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_text(path, buffer.getvalue())


def write_jsonl(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def feature_table(folder: Path, name: str = "reference_metrics.csv", rows: int = 80) -> None:
    """Write a reference of three features, which keeps a run short."""
    generator = np.random.default_rng(5)
    table = [
        {
            "filename": f"t{row}.jpg",
            "mean": round(float(generator.normal(110, 30)), 3),
            "std_dev": round(float(generator.normal(55, 9)), 3),
            "entropy": round(float(generator.normal(7, 0.4)), 3),
        }
        for row in range(rows)
    ]
    write_csv(folder / name, table)


def epoch_ms(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000)
