"""Thumbnails of images of the window and of the reference, as they are now in the bucket."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

import pandas as pd

from drift.observations.window_images import WindowImages
from drift.read_ahead import read_ahead
from drift.workplace import Workplace
from jobs.errors import ObjectError
from reference_stats.extraction.isolated.processes import DECODERS

logger = logging.getLogger(__name__)

_SIZE = "size_bytes"


def has_pictures(workplace: Workplace) -> bool:
    """Whether the reference is made of images that may still be there."""
    job = workplace.job
    return job.has_images and job.reference.kinds[0] in {"images", "window"}


def sizes_now(window: WindowImages, images: Sequence[str]) -> dict[str, float]:
    """Return the bytes of those images that are of the window, as they were measured."""
    rows = window.rows["image"].loc[window.features.index]
    shown = rows.isin(images)
    return sizes_of(rows[shown], window.features[shown])


def sizes_of(images: pd.Series, features: pd.DataFrame) -> dict[str, float]:
    """Return the bytes of each image by its path; empty where the features do not tell them.

    Parameters
    ----------
    images, features
        The path of each image and its features, row by row.
    """
    if _SIZE not in features:
        return {}
    pairs = zip(images.tolist(), features[_SIZE].tolist(), strict=True)
    return {image: size for image, size in pairs if not math.isnan(size)}


def thumbnails(
    workplace: Workplace, images: Sequence[str], sizes: Mapping[str, float]
) -> Iterator[tuple[str, bytes | None]]:
    """Yield a thumbnail of each image, None where there is none; see `files_now`."""
    for image, file in files_now(workplace, images, sizes):
        yield image, None if file is None else DECODERS.thumbnail(file)


def files_now(
    workplace: Workplace, images: Sequence[str], sizes: Mapping[str, float]
) -> Iterator[tuple[str, bytes | None]]:
    """Yield the file of each image, None where there is none.

    A picture of another size than the one that was measured has been overwritten since: it is not
    shown for that one.
    """
    allowed = workplace.locator.named_before(images)

    def read(image: str) -> bytes | ObjectError:
        location = allowed[image]
        try:
            bucket = workplace.open_bucket(location.bucket_url)
            file = bucket.read(location.name, workplace.job.image_rules.max_bytes).data
            measured = sizes.get(image, len(file))
            # What is there now is asked before a picture is called overwritten: a connection that
            # was behind may have answered with another object.
            if len(file) != measured and bucket.info(location.name).size_bytes == measured:
                file = bucket.read(location.name, workplace.job.image_rules.max_bytes).data
            return file
        except ObjectError as error:
            return error

    with closing(read_ahead(read, allowed)) as files:
        for image, file in files:
            if isinstance(file, ObjectError):
                logger.warning("no picture of %s: %s", allowed[image].path, file)
                yield image, None
            elif len(file) != sizes.get(image, len(file)):
                logger.warning("no picture of %s: it was overwritten since", allowed[image].path)
                yield image, None
            else:
                yield image, file
