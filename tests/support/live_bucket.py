"""Buckets whose newest image is of now: two cameras, one of which lately slips out of focus."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from tests.support.worlds import Shot, shots, write_images, write_log

DAYS, REQUESTS, REFERENCES = 9, 160, 250
BLURRED = timedelta(hours=14)
CAMERAS = ("gate", "yard")


def make_live_bucket(folder: Path) -> None:
    """Write a log, its images and a reference into a folder."""
    rows = _with_reference(folder)
    write_images(folder / "images", rows)
    write_log(folder / "predictions_log.csv", rows, cameras=2)


def make_camera_folders(folder: Path) -> None:
    """Write the images of two cameras, named by their times, and a reference into a folder."""
    for number, shot in enumerate(_with_reference(folder)):
        path = folder / f"{CAMERAS[number % 2]}/{shot.time:%Y/%m/%d/%Y%m%d_%H%M%S}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(shot.data)


def _with_reference(folder: Path) -> list[Shot]:
    generator = np.random.default_rng(1)
    now = datetime.now(UTC).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    write_images(folder / "reference", shots(generator, now - timedelta(days=60), REFERENCES, 1.0))
    rows = [
        shot
        for day in range(DAYS, 0, -1)
        for shot in shots(generator, now - timedelta(days=day), REQUESTS, 1.0)
    ]
    return out_of_focus(rows, now - BLURRED)


def out_of_focus(rows: Sequence[Shot], since: datetime) -> list[Shot]:
    """Return the rows with the second camera's images blurred from a moment on."""
    return [
        replace(shot, data=_blurred(shot.data)) if number % 2 and shot.time > since else shot
        for number, shot in enumerate(rows)
    ]


def _blurred(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.filter(ImageFilter.GaussianBlur(2)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
