"""An API that logs its predictions as the reference system's own does, line by line.

It shares no code with the project: what it writes is what the job has to cope with.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from PIL import Image
from skimage.filters import sobel
from skimage.measure import shannon_entropy

from tests.support.gcs_server import GcsServer

LOG = "predictions_log.csv"
REFERENCE = "labels_metrics_sampled.csv"
HEADER = (
    "timestamp",
    "id",
    "filename",
    "breed",
    "mean",
    "std_dev",
    "median",
    "min_pixel",
    "max_pixel",
    "entropy",
    "edge_density",
)


class Store(Protocol):
    """Where the API keeps its objects."""

    def get(self, name: str) -> bytes | None:
        """Return an object, or None where there is none."""

    def put(self, name: str, data: bytes) -> None:
        """Write an object over whatever is there."""


@dataclass(frozen=True, kw_only=True)
class FolderStore:
    """A folder."""

    root: Path

    def get(self, name: str) -> bytes | None:
        path = self.root / name
        return path.read_bytes() if path.exists() else None

    def put(self, name: str, data: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@dataclass(frozen=True, kw_only=True)
class GcsStore:
    """A bucket of a GCS server."""

    server: GcsServer
    bucket: str

    def get(self, name: str) -> bytes | None:
        names = self.server.names(self.bucket)
        return self.server.get(self.bucket, name) if name in names else None

    def put(self, name: str, data: bytes) -> None:
        self.server.put(self.bucket, name, data)


@dataclass(kw_only=True)
class Clock:
    """A clock that stands still until it is set, for `datetime.now`."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class ReferenceApi:
    """The API.

    Attributes
    ----------
    store
        Its bucket.
    now
        Stands for ``datetime.now``: the server's local time without a zone.
    joins_with_pandas
        Whether the log is read and written with pandas at each request, which writes all rows
        anew, instead of a line being added.
    """

    store: Store
    now: Callable[[], datetime]
    joins_with_pandas: bool = False

    def post(self, filename: str, upload: bytes, breed: str) -> str:
        """Answer one request; return the name that the image was stored under."""
        image = as_rgb(upload)
        row: dict[str, object] = {
            "timestamp": self.now().isoformat(),
            "id": self.now().strftime("%Y%m%d%H%M%S"),
            "filename": filename,
            "breed": breed,
            **image_metrics(image),
        }
        name = f"images/{row['id']}_{filename}"
        self.store.put(name, upload)
        log = self.store.get(LOG)
        append = _joined if self.joins_with_pandas else _appended
        self.store.put(LOG, append(log, row))
        return name


def as_rgb(upload: bytes) -> Image.Image:
    """Return an upload as the API opens it."""
    with warnings.catch_warnings():
        # PIL advises against it for palettes with transparency; the API converts all the same.
        warnings.simplefilter("ignore")
        return Image.open(io.BytesIO(upload)).convert("RGB")


def image_metrics(image: Image.Image) -> dict[str, object]:
    """Return the seven numbers of an RGB image as the API computes them."""
    grey = np.array(image.convert("L"))
    return {
        "mean": grey.mean(),
        "std_dev": np.std(grey),
        "median": np.median(grey),
        "min_pixel": grey.min(),
        "max_pixel": grey.max(),
        "entropy": shannon_entropy(grey),
        "edge_density": sobel(grey).mean(),
    }


def write_reference(
    store: Store, images: Iterable[bytes], *, label: str = "beagle", with_index: bool = True
) -> None:
    """Write the reference's CSV: the seven metrics and a label, nothing else."""
    rows = [{**image_metrics(as_rgb(data)), "label": label} for data in images]
    store.put(REFERENCE, pd.DataFrame(rows).to_csv(index=with_index).encode())


def _appended(log: bytes | None, row: dict[str, object]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADER)
    if log is None:
        writer.writeheader()
    writer.writerow(row)
    return (log or b"") + text.getvalue().encode()


def _joined(log: bytes | None, row: dict[str, object]) -> bytes:
    line = pd.DataFrame([row], columns=list(HEADER))
    whole = line if log is None else pd.concat([pd.read_csv(io.BytesIO(log)), line])
    return whole.to_csv(index=False).encode()
