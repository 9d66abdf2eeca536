"""Pictures as numbers, by the project's own decoder and features; computed once and cached."""

from __future__ import annotations

import enum
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

import reference_stats.features.registry as feature_registry
from benchmarks.detection_parts import corruptions, pipeline_faults
from benchmarks.detection_parts.corruptions import corrupt
from benchmarks.detection_parts.pipeline_faults import PIPELINE_FAULTS, break_picture
from reference_stats.decoding.decode import decode_image
from reference_stats.features.registry import compute_features, feature_names, feature_set_id
from reference_stats.outcomes import UnreadableImage

Pixels = NDArray[np.uint8]

_BLOCK = 50
_JPEG_QUALITY = 95
_MOST_PIXELS = 10**8
# The folders of `reference_stats` whose code decides about a picture's numbers.
_MAKE_NUMBERS = ("decoding", "features", "kernels", "pixels", "sums")


class Encoding(enum.StrEnum):
    """The kind of file that every picture, clean or corrupted, is stored as before it is read."""

    JPEG = "jpeg"
    PNG = "png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is done to a picture: a corruption of ImageNet-C, or a fault of a pipeline.

    Attributes
    ----------
    severity
        1 (mild) to 5 for a corruption; 0 for a fault of a pipeline, which has one strength.
    """

    name: str
    severity: int = 0

    @property
    def is_of_pipeline(self) -> bool:
        """Whether it is one of `PIPELINE_FAULTS`."""
        return self.name in PIPELINE_FAULTS

    def applied_to(self, picture: Pixels, number: int) -> Pixels:
        """Return a copy of a picture with this fault; noise depends on the picture's number."""
        if self.is_of_pipeline:
            return break_picture(picture, self.name, number)
        return corrupt(picture, self.name, self.severity, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    pictures: tuple[Pixels, ...]
    first: int
    fault: Fault | None
    encoding: Encoding
    path: Path


def measure(
    pictures: Sequence[Pixels],
    fault: Fault | None,
    encoding: Encoding,
    *,
    cache: Path,
    pool: Executor,
    report: Callable[[int], None],
) -> pd.DataFrame:
    """Return one row of features per picture, from the cache where it has them.

    Parameters
    ----------
    pictures
        uint8 of shape (height, width, 3), or (height, width) for grey.
    fault
        What is done to each picture first; None for nothing.
    encoding
        The kind of file that is made of each picture and read again.
    cache
        A folder; its files are named by the pixels, the fault, the encoding and the source of the
        features, so that one that is there is never out of date.
    pool
        Where missing ones are computed.
    report
        Called with the number of pictures that are done, block by block.
    """
    cache.mkdir(parents=True, exist_ok=True)
    blocks = [
        _block(pictures[first : first + _BLOCK], first, fault, encoding, cache)
        for first in range(0, len(pictures), _BLOCK)
    ]
    parts = []
    for block, numbers in zip(blocks, pool.map(_load_or_compute, blocks), strict=True):
        parts.append(numbers)
        report(block.first + len(numbers))
    return pd.DataFrame(np.vstack(parts), columns=list(feature_names()))


def encode(picture: Pixels, encoding: Encoding) -> bytes:
    """Return a picture as a file: JPEG of quality 95, or PNG."""
    buffer = io.BytesIO()
    if encoding is Encoding.JPEG:
        Image.fromarray(picture).save(buffer, "JPEG", quality=_JPEG_QUALITY)
    else:
        Image.fromarray(picture).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _block(
    pictures: Sequence[Pixels], first: int, fault: Fault | None, encoding: Encoding, cache: Path
) -> _Block:
    words: Iterable[object] = (first, fault, encoding, [one.shape for one in pictures])
    digest = hashlib.sha256(repr(words).encode() + code_digest().encode())
    for picture in pictures:
        digest.update(picture.tobytes())
    return _Block(
        pictures=tuple(pictures),
        first=first,
        fault=fault,
        encoding=encoding,
        path=cache / f"{digest.hexdigest()[:32]}.npy",
    )


def code_digest() -> str:
    """Return what changes whenever the features or the faults may give other numbers."""
    package = Path(str(feature_registry.__file__)).parents[1]
    folders = [package / name for name in _MAKE_NUMBERS]
    sources = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    sources += [Path(str(module.__file__)) for module in (corruptions, pipeline_faults)]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    return feature_set_id() + digest.hexdigest()


def _load_or_compute(block: _Block) -> NDArray[np.float64]:
    if block.path.exists():
        known: NDArray[np.float64] = np.load(block.path)
        return known
    numbers = np.stack(
        [
            _numbers(picture, block.first + place, block)
            for place, picture in enumerate(block.pictures)
        ]
    )
    half = block.path.with_suffix(f".{os.getpid()}.part")
    with half.open("wb") as file:
        np.save(file, numbers)
    half.replace(block.path)
    return numbers


def _numbers(picture: Pixels, number: int, block: _Block) -> NDArray[np.float64]:
    if block.fault is not None:
        picture = block.fault.applied_to(picture, number)
    image = decode_image(encode(picture, block.encoding), max_pixels=_MOST_PIXELS)
    if isinstance(image, UnreadableImage):
        raise TypeError(f"picture {number} could not be read again: {image.summary}")
    return compute_features(image).numbers
