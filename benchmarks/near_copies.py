"""How many altered copies of an image are found to be near-copies, and how many strangers are.

Run as ``python -m benchmarks.near_copies --folder PHOTOGRAPHS``; without a folder it looks at
scikit-learn's digits only.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from reference_stats.decoding.decode import decode_image, image_from_pixels
from reference_stats.fingerprint import (
    Fingerprints,
    are_near_copies,
    fingerprint_of,
    stack_fingerprints,
)
from reference_stats.sums.decoded_image import DecodedImage

Picture = Image.Image
_LEVELS = np.arange(256)


def _saved(quality: int) -> Callable[[Picture], Picture]:
    def alter(picture: Picture) -> Picture:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality)
        return Image.open(file)

    return alter


def _resized(factor: float) -> Callable[[Picture], Picture]:
    def alter(picture: Picture) -> Picture:
        size = round(picture.width * factor), round(picture.height * factor)
        return picture.resize(size, Image.Resampling.LANCZOS)

    return alter


def _brighter(levels: int) -> Callable[[Picture], Picture]:
    table = np.clip(_LEVELS + levels, 0, 255).tolist() * 3
    return lambda picture: picture.point(table)


def _noisy(picture: Picture) -> Picture:
    pixels = np.asarray(picture)
    noise = np.random.default_rng(0).normal(0, 8, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def _cropped(left: float, top: float, right: float, bottom: float) -> Callable[[Picture], Picture]:
    def alter(picture: Picture) -> Picture:
        width, height = picture.size
        return picture.crop(
            (
                round(left * width),
                round(top * height),
                round((1 - right) * width),
                round((1 - bottom) * height),
            )
        )

    return alter


ALTERATIONS: dict[str, Callable[[Picture], Picture]] = {
    "JPEG of quality 95": _saved(95),
    "JPEG of quality 50": _saved(50),
    "resized by 0.8": _resized(0.8),
    "resized by 1.25": _resized(1.25),
    "10 levels brighter": _brighter(10),
    "10 levels darker": _brighter(-10),
    "noise of 8 levels": _noisy,
    "cropped by 2 % in all": _cropped(0.01, 0.01, 0.01, 0.01),
    "cropped by 2 % at one corner": _cropped(0.02, 0.02, 0, 0),
    "cropped by 2 % at each side": _cropped(0.02, 0.02, 0.02, 0.02),
}


def fingerprint(picture: Picture) -> bytes:
    """Return the fingerprint of a picture."""
    return fingerprint_of(image_from_pixels(np.asarray(picture.convert("RGB"))))


def photographs(folder: Path) -> Iterator[Picture]:
    """Yield the pictures below a folder as displayed."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in {".jpg", ".jpeg", ".png"}:
            continue
        image = decode_image(path.read_bytes(), max_pixels=10**8)
        if isinstance(image, DecodedImage):
            yield Image.fromarray(np.ascontiguousarray(image.rgb))


def alike(prints: Fingerprints) -> tuple[int, int]:
    """Return how many pairs are near-copies, and how many pairs there are."""
    found = 0
    for place in range(len(prints) - 1):
        found += int(are_near_copies(prints[place], prints[place + 1 :]).sum())
    return found, len(prints) * (len(prints) - 1) // 2


def _print_pairs(name: str, prints: Sequence[bytes]) -> None:
    found, pairs = alike(stack_fingerprints(prints))
    print(f"{name:35} {found:,} of {pairs:,} pairs, {found / pairs:.4%}", flush=True)


def look_at_photographs(folder: Path) -> None:
    """Print both shares for the photographs in a folder."""
    originals, dark = [], []
    found = dict.fromkeys(ALTERATIONS, 0)
    for picture in photographs(folder):
        own = fingerprint(picture)
        originals.append(own)
        dark.append(fingerprint(picture.point((_LEVELS * 0.08).astype(int).tolist() * 3)))
        for name, alter in ALTERATIONS.items():
            both = stack_fingerprints([own, fingerprint(alter(picture))])
            found[name] += bool(are_near_copies(both[0], both[1]))
    for name, copies in found.items():
        print(f"{name:35} {copies:,} of {len(originals):,}, {copies / len(originals):.1%}")
    _print_pairs("different photographs", originals)
    _print_pairs("the same with 8 % of the light", dark)


def look_at_digits() -> None:
    """Print how many pairs of scikit-learn's digits are taken for near-copies."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - slow to import

    planes = (load_digits().images * 255 / 16).astype(np.uint8)
    for side in (8, 28):
        pictures = (Image.fromarray(plane).resize((side, side)) for plane in planes)
        _print_pairs(f"digits, {side} x {side}", [fingerprint(one) for one in pictures])


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="photographs of which no two are the same")
    options = parser.parse_args()
    look_at_digits()
    if options.folder is not None:
        look_at_photographs(options.folder)


if __name__ == "__main__":
    main()
