"""Many small images in a bucket: digits with noise, by day or packed by hour; their log."""

from __future__ import annotations

import csv
import io
import math
import os
import tarfile
from bisect import bisect_left
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.datasets import load_digits

from reference_stats.extraction.workers import available_cores

SIDE = 28
DAY = datetime(2025, 3, 3)  # noqa: DTZ001 - the log holds local times without a zone
DAYS = 7
MOST_REFERENCE = 10_000
_QUIET = timedelta(hours=4)
# A file takes a block of the file system, and its name as much again in part.
_BYTES_A_FILE = 5_000
_CHUNK = 2_000
JOB_FILE = """\
name = "million"
[bucket]
url = "bucket"
[predictions]
path = "predictions_log.csv"
[images]
path = "IMAGES"
[window]
last = "7d"
[reference]
images = "reference/"
"""
# Files in folders by day, and members of a tar an hour.
FILES = "images/{timestamp:%Y-%m-%d}/{id}.png"
MEMBERS = "images/{timestamp:%Y-%m-%d}/{timestamp:%H}.tar#{id}.png"


class NoRoomError(Exception):
    """The disk cannot hold the files; the message is what a user reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """How many images of what are made.

    Attributes
    ----------
    images
        Those of the window, seven days.
    packed
        Whether they are members of tars in place of files.
    seed
        What the pictures depend on besides their numbers.
    """

    images: int
    packed: bool = False
    seed: int = 0

    @property
    def reference(self) -> int:
        """The images of the reference."""
        return max(100, min(MOST_REFERENCE, self.images // 10))

    @property
    def files(self) -> int:
        """How many files are made, about."""
        return self.reference + (24 * DAYS if self.packed else self.images)

    def moment(self, number: int) -> datetime:
        """Return when an image was asked about: evenly over the days but for the last hours.

        So several windows of seven days hold all of them.
        """
        return DAY + number * (timedelta(days=DAYS) - _QUIET) / self.images


def require_room(folder: Path, pile: Pile) -> None:
    """Make sure that the disk holds the files of a pile.

    Raises
    ------
    NoRoomError
        If it has too few bytes or too few places for files left.
    """
    files, images = pile.files, pile.images + pile.reference
    disk = os.statvfs(folder)
    free, places = disk.f_bavail * disk.f_frsize, disk.f_favail
    # A file system without a limit of files says 0 of 0.
    if free < images * _BYTES_A_FILE or (disk.f_files and places < files):
        raise NoRoomError(
            f"{folder} has room for {free / 1e9:.1f} GB in {places:,} files. Expected room for "
            f"{images * _BYTES_A_FILE / 1e9:.1f} GB in {files:,} files: name another folder by "
            "--scratch, or fewer images by --images."
        )


def make_world(folder: Path, pile: Pile) -> None:
    """Write the job file, its bucket with all images, and the log."""
    bucket = folder / "bucket"
    for day in range(DAYS):
        (bucket / "images" / f"{DAY + timedelta(days=day):%Y-%m-%d}").mkdir(parents=True)
    (bucket / "reference").mkdir()
    with ProcessPoolExecutor(available_cores()) as pool:
        starts = range(0, pile.reference, _CHUNK)
        list(pool.map(partial(_write_reference, bucket, pile), starts))
        if pile.packed:
            list(pool.map(partial(_write_shard, bucket, pile), range(24 * DAYS)))
        else:
            list(pool.map(partial(_write_images, bucket, pile), range(0, pile.images, _CHUNK)))
    _write_log(bucket / "predictions_log.csv", pile)
    job = JOB_FILE.replace("IMAGES", MEMBERS if pile.packed else FILES)
    (folder / "job.toml").write_text(job, encoding="utf-8")


def name_of(number: int) -> str:
    """Return the id of an image."""
    return f"{number:07}"


def picture(number: int, seed: int) -> bytes:
    """Return an image file: a digit somewhere, turned a little, in another light, with noise."""
    generator = np.random.default_rng((seed, number))
    digits = _digits()
    digit = Image.fromarray(digits[int(generator.integers(len(digits)))])
    angle, scale = generator.uniform(-0.25, 0.25), generator.uniform(0.33, 0.45)
    left, top = generator.uniform(2, 6, size=2)
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    turned = digit.transform(
        (SIDE, SIDE),
        Image.Transform.AFFINE,
        (cosine, -sine, -scale * left, sine, cosine, -scale * top),
        Image.Resampling.BILINEAR,
    )
    light, noise = generator.uniform(10, 15), generator.uniform(2, 14)
    level = np.asarray(turned) * light + generator.normal(20, noise, (SIDE, SIDE))
    target = io.BytesIO()
    Image.fromarray(np.clip(level, 0, 255).astype(np.uint8)).save(target, "PNG")
    return target.getvalue()


@cache
def _digits() -> NDArray[np.uint8]:
    """Return 8 x 8 digits, levels from 0 to 16."""
    found: NDArray[np.uint8] = load_digits().images.astype(np.uint8)
    return found


def _write_images(bucket: Path, pile: Pile, start: int) -> None:
    for number in range(start, min(start + _CHUNK, pile.images)):
        target = bucket / "images" / f"{pile.moment(number):%Y-%m-%d}" / f"{name_of(number)}.png"
        target.write_bytes(picture(number, pile.seed))


def _write_shard(bucket: Path, pile: Pile, hour: int) -> None:
    """Write the images of one hour into a tar; none for an hour without requests."""
    begin = DAY + timedelta(hours=hour)
    numbers = range(
        bisect_left(range(pile.images), begin, key=pile.moment),
        bisect_left(range(pile.images), begin + timedelta(hours=1), key=pile.moment),
    )
    if not numbers:
        return
    target = bucket / "images" / f"{begin:%Y-%m-%d}" / f"{begin:%H}.tar"
    with tarfile.open(target, "w") as shard:
        for number in numbers:
            data = picture(number, pile.seed)
            member = tarfile.TarInfo(f"{name_of(number)}.png")
            member.size = len(data)
            shard.addfile(member, io.BytesIO(data))


def _write_reference(bucket: Path, pile: Pile, start: int) -> None:
    for number in range(start, min(start + _CHUNK, pile.reference)):
        (bucket / "reference" / f"{name_of(number)}.png").write_bytes(
            picture(number, pile.seed + 1)
        )


def _write_log(path: Path, pile: Pile) -> None:
    generator = np.random.default_rng(pile.seed)
    classes = generator.integers(0, 10, pile.images).tolist()
    confidences = generator.beta(8, 2, pile.images).tolist()
    with path.open("w", newline="", encoding="utf-8") as file:
        log = csv.writer(file)
        log.writerow(["timestamp", "id", "prediction", "confidence"])
        for number, (one, confidence) in enumerate(zip(classes, confidences, strict=True)):
            moment = pile.moment(number).isoformat(timespec="milliseconds")
            log.writerow([moment, name_of(number), one, f"{confidence:.4f}"])
