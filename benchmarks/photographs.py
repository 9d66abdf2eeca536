"""Photographs to measure with: those of a folder, or views of pictures that packages ship."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from drift.demo.pictures import Pixels, encode, load_photographs
from drift.setup.image_sets import find_images
from jobs.buckets.registry import open_bucket

VIEW_SIZE = (500, 375)
_SMALLEST_VIEW = 0.6


class TooFewPhotographsError(Exception):
    """A folder holds fewer photographs than asked for; the message is what a user reads."""


def put_photographs(target: Path, count: int, source: Path | None) -> list[Path]:
    """Put photographs into a folder, in an order by chance with a fixed seed; return their paths.

    Parameters
    ----------
    source
        The folder that they are taken from, with its subfolders; None for views of 500 x 375
        pixels of packaged pictures.

    Raises
    ------
    TooFewPhotographsError
        If the folder does not hold so many.
    """
    target.mkdir(parents=True)
    return list(_made(target, count) if source is None else _taken(target, count, source))


def put_link(source: Path, target: Path) -> None:
    """Have a file in a second place, without its bytes twice where the file system can."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        shutil.copyfile(source, target)


def _taken(target: Path, count: int, source: Path) -> Iterator[Path]:
    if not source.is_dir():
        raise TooFewPhotographsError(f"{source} is not a folder. Name a folder of photographs.")
    bucket = open_bucket(str(source))
    names = find_images(bucket, list(bucket.list()))
    if len(names) < count:
        raise TooFewPhotographsError(
            f"{source} holds {len(names):,} images. Expected at least {count:,}; name another "
            "folder or ask for fewer."
        )
    order = np.random.default_rng(7).permutation(len(names))[:count]
    for number, place in enumerate(order.tolist()):
        path = target / f"{number:06}{Path(names[place]).suffix}"
        put_link(source / names[place], path)
        yield path


def _made(target: Path, count: int) -> Iterator[Path]:
    generator = np.random.default_rng(7)
    photographs = [photograph for _, photograph in sorted(load_photographs().items())]
    for number in range(count):
        view = _view(photographs[number % len(photographs)], generator)
        path = target / f"{number:06}.jpg"
        path.write_bytes(encode(view, generator))
        yield path


def _view(photograph: Pixels, generator: np.random.Generator) -> Image.Image:
    height, width = photograph.shape[:2]
    scale = generator.uniform(_SMALLEST_VIEW, 1) * min(width / VIEW_SIZE[0], height / VIEW_SIZE[1])
    wide, high = VIEW_SIZE[0] * scale, VIEW_SIZE[1] * scale
    left, top = generator.uniform(0, width - wide), generator.uniform(0, height - high)
    box = (left, top, min(left + wide, width), min(top + high, height))
    return Image.fromarray(photograph).resize(VIEW_SIZE, Image.Resampling.LANCZOS, box=box)
