"""Whether the headline of a report names the true cause of a fault first.

    python -m benchmarks.headlines                    # views of packaged pictures
    python -m benchmarks.headlines --images DIR       # a folder of photographs

A window of 100 pictures, all of them with one fault, is compared with a clean reference of up to
400 others, all stored as PNG. The 18 faults of cameras and pipelines and five corruptions of
ImageNet-C are tried, and none. "right": the first look is the cause. "second": the cause comes
behind another look. "buried": it is not named. "misleads": something is named that is not so.
"""

from __future__ import annotations

import argparse
import enum
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from benchmarks.days_parts.variants import FAULTS
from benchmarks.detection_parts.our_detector import our_headline
from benchmarks.detection_parts.picture_features import Encoding, encode
from benchmarks.detection_parts.pictures import folder_photographs, packaged_crops
from benchmarks.detection_parts.pipeline_faults import PIPELINE_FAULTS, break_picture
from benchmarks.detection_parts.seeds import generator_for
from reference_stats.decoding.decode import decode_image
from reference_stats.features.registry import compute_features, feature_names
from reference_stats.outcomes import UnreadableImage

Pixels = NDArray[np.uint8]

NO_FAULT = "none"
WINDOW, REFERENCE = 100, 400
SIDE = 160


class Answer(enum.StrEnum):
    """How well a headline tells a fault."""

    RIGHT = "right"
    SECOND = "second"
    BURIED = "buried"
    MISLEADS = "misleads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a headline should say of a fault.

    Attributes
    ----------
    cause
        Words any of which is the cause, or as near to it as pictures can show.
    never
        Words that would send a reader the wrong way.
    """

    cause: tuple[str, ...]
    never: tuple[str, ...] = ()

    def answer(self, headline: str) -> Answer:
        """Return how well a headline tells the fault."""
        if any(word in headline for word in self.never):
            return Answer.MISLEADS
        places = [headline.index(word) for word in self.cause if word in headline]
        if not places:
            return Answer.BURIED
        behind_another = " and " in headline[: min(places)]
        return Answer.SECOND if behind_another else Answer.RIGHT


_EXPOSED, _BLUR = ("overexposed", "underexposed"), ("blurrier", "smoother", "smeared")
_DEFECTS = ("wrapped", "hot or dead", "banded", "black or plain bars")
EXPECTED = {
    "bgr_swap": Expected(cause=("colder in colour",), never=(*_BLUR, *_DEFECTS)),
    "grey_pipeline": Expected(cause=("without colour",), never=(*_BLUR, *_DEFECTS)),
    "rotated_90": Expected(cause=("turned",), never=(*_BLUR, *_EXPOSED)),
    "nearest_resize": Expected(cause=("resizing",), never=("sharper", *_DEFECTS)),
    "thumbnail_upscaled": Expected(cause=("blurrier", "resizing"), never=(*_EXPOSED, *_DEFECTS)),
    "letterbox": Expected(cause=("black or plain bars",), never=("turned", *_BLUR, *_EXPOSED)),
    "limited_range": Expected(cause=("in their levels", "blacks"), never=(*_BLUR, *_DEFECTS)),
    "gamma_twice": Expected(cause=("in their levels", "brighter"), never=(*_BLUR, *_DEFECTS)),
    "underexposed": Expected(cause=("darker",), never=("sharper", *_BLUR, *_DEFECTS)),
    "warm_light": Expected(cause=("warmer",), never=(*_BLUR, *_DEFECTS, *_EXPOSED)),
    "smudged_lens": Expected(cause=("blurrier in the centre",), never=(*_EXPOSED, *_DEFECTS)),
    "hot_pixels": Expected(cause=("hot or dead pixels",), never=("wrapped", *_BLUR, *_EXPOSED)),
    "banding": Expected(cause=("banded",), never=(*_BLUR, *_EXPOSED)),
    "wifi_jpeg": Expected(cause=("compression",), never=(*_BLUR, *_EXPOSED, *_DEFECTS)),
    "hand_shake": Expected(cause=("smeared from side to side",), never=(*_EXPOSED, *_DEFECTS)),
    "quantised": Expected(cause=("in their levels",), never=(*_BLUR, *_EXPOSED, *_DEFECTS)),
    "overflow_wrap": Expected(cause=("wrapped steps",), never=("noisier", *_BLUR, *_EXPOSED)),
    "off_crop": Expected(cause=("resizing", "blurrier"), never=(*_EXPOSED, *_DEFECTS)),
    "gaussian_noise": Expected(cause=("noisier",), never=("sharper", *_BLUR, *_DEFECTS)),
    "defocus_blur": Expected(cause=("blurrier",), never=(*_EXPOSED, *_DEFECTS, "compression")),
    "brightness": Expected(cause=("brighter",), never=(*_BLUR, *_DEFECTS, "underexposed")),
    "contrast": Expected(cause=("lower in contrast",), never=(*_BLUR, *_DEFECTS, *_EXPOSED)),
    "jpeg_compression": Expected(cause=("compression",), never=(*_BLUR, *_EXPOSED, *_DEFECTS)),
}
"""Fault to what a headline should say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One fault and what was said of it; an empty headline where nothing was seen."""

    fault: str
    headline: str
    answer: Answer


def tell_all(
    pictures: Sequence[Pixels], *, window: int = WINDOW, workers: int = 2
) -> Iterator[Told]:
    """Yield what is said of each fault, and last of a window without any.

    Parameters
    ----------
    pictures
        uint8 of shape (height, width, 3); the last `window` of them get the fault.
    """
    clean, watched = pictures[:-window], pictures[-window:]
    with ProcessPoolExecutor(workers) as pool:

        def measured(some: Sequence[Pixels], fault: str) -> pd.DataFrame:
            numbers = pool.map(_numbers, some, [fault] * len(some), range(len(some)), chunksize=20)
            return pd.DataFrame(np.stack(list(numbers)), columns=list(feature_names()))

        reference = measured(clean, NO_FAULT)
        for fault, expected in EXPECTED.items():
            headline = our_headline(reference, measured(watched, fault))
            yield Told(fault=fault, headline=headline, answer=expected.answer(headline))
        quiet = our_headline(reference, measured(watched, NO_FAULT))
        yield Told(
            fault=NO_FAULT, headline=quiet, answer=Answer.MISLEADS if quiet else Answer.RIGHT
        )


def small(pictures: Iterator[Pixels], side: int = SIDE) -> list[Pixels]:
    """Return pictures scaled to so many pixels a side."""
    size = (side, side)
    return [
        np.asarray(Image.fromarray(one).resize(size, Image.Resampling.BICUBIC)) for one in pictures
    ]


def _numbers(picture: Pixels, fault: str, number: int) -> NDArray[np.float64]:
    image = decode_image(encode(_broken(picture, fault, number), Encoding.PNG), max_pixels=10**8)
    if isinstance(image, UnreadableImage):
        raise TypeError(f"picture {number} could not be read again: {image.summary}")
    return compute_features(image).numbers


def _broken(picture: Pixels, fault: str, number: int) -> Pixels:
    if fault in PIPELINE_FAULTS:
        return break_picture(picture, fault, number)
    if fault in FAULTS:
        random = generator_for("headline", fault, number)
        return FAULTS[fault](picture.astype(np.float32), random).astype(np.uint8)
    return picture


def main(arguments: Sequence[str] | None = None) -> None:
    """Print each fault with its headline and the answer, as a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.headlines", description=__doc__)
    parser.add_argument("--images", type=Path, help="a folder of photographs")
    folder = parser.parse_args(arguments).images
    count = REFERENCE + WINDOW
    views = packaged_crops(count) if folder is None else folder_photographs(folder, count)
    print("| fault | what the page says | |\n|---|---|---|")
    right = 0
    for told in tell_all(small(views)):
        print(f"| {told.fault} | {told.headline or 'no drift'} | {told.answer} |", flush=True)
        right += told.answer is Answer.RIGHT and told.fault != NO_FAULT
    print(f"\nThe true cause comes first for {right} of {len(EXPECTED)} faults.")


if __name__ == "__main__":
    main()
