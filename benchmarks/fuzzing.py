"""Damaged and hostile image files by the hundred thousand, through the decoding processes.

Each file is a small picture of some format with random damage: bits turned, bytes replaced, pieces
cut out, doubled or swapped with another file's, numbers set to their extremes. Whatever a decoder
makes of it has to be an outcome: numbers, or a reason. Run as ``python -m benchmarks.fuzzing
--mutations 100000``; files that crashed or hung a decoder are kept in ``--keep``.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from reference_stats.extraction.isolated.messages import Order
from reference_stats.extraction.isolated.processes import Decoders
from reference_stats.extraction.workers import available_cores
from reference_stats.features.registry import feature_names
from reference_stats.outcomes import ImageFeatures, Outcome, UnreadableReason
from reference_stats.size_limits import SizeLimits

LIMITS = SizeLimits(max_pixels=4_000_000, max_bytes=10_000_000)
ORDER = Order(names=feature_names(), limits=LIMITS)
# At whatever place of a file they land, one of them is a size, a length or an offset.
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
_AT_ONCE = 500
Files = dict[str, list[bytes]]

_NOISE = np.random.default_rng(0).integers(0, 256, (40, 56, 3), dtype=np.uint8)
_SMOOTH = np.add.outer(np.arange(40) * 3, np.arange(56) * 2).astype(np.uint8)
PICTURE = Image.fromarray((_NOISE // 4 + _SMOOTH[:, :, np.newaxis] // 2).astype(np.uint8))
TURNED = [PICTURE.rotate(90), PICTURE.rotate(180)]
GREY, FEW = PICTURE.convert("L"), PICTURE.convert("P", palette=Image.Palette.ADAPTIVE)
DEEP = Image.fromarray(_SMOOTH.astype(np.uint16) * 257)


def originals() -> Files:
    """Return small pictures of every kind that is read, by format."""
    return {
        "JPEG": _jpegs(),
        "PNG": _pngs(),
        "WEBP": [
            _saved(PICTURE, "WEBP"),
            _saved(PICTURE, "WEBP", lossless=True),
            _saved(PICTURE, "WEBP", save_all=True, append_images=TURNED),
        ],
        "TIFF": _tiffs(),
        "GIF": [_saved(FEW, "GIF"), _saved(FEW, "GIF", save_all=True, append_images=TURNED)],
        "BMP": [_saved(PICTURE, "BMP"), _saved(FEW, "BMP")],
    }


def _jpegs() -> list[bytes]:
    turned = Image.Exif()
    turned[0x0112] = 6
    return [
        _saved(PICTURE, "JPEG"),
        _saved(PICTURE, "JPEG", progressive=True, exif=turned),
        _saved(PICTURE, "JPEG", subsampling=0, quality=98),
        _saved(GREY, "JPEG"),
        _saved(PICTURE.convert("CMYK"), "JPEG"),
    ]


def _pngs() -> list[bytes]:
    return [
        _saved(PICTURE, "PNG"),
        _saved(PICTURE.convert("RGBA"), "PNG"),
        _saved(GREY, "PNG", optimize=True),
        _saved(FEW, "PNG", bits=4),
        _saved(DEEP, "PNG"),
        _saved(PICTURE, "PNG", save_all=True, append_images=TURNED),
    ]


def _tiffs() -> list[bytes]:
    return [
        _saved(one, "TIFF", compression=how)
        for one, how in (
            (PICTURE, "raw"),
            (PICTURE, "tiff_lzw"),
            (PICTURE, "tiff_adobe_deflate"),
            (PICTURE, "jpeg"),
            (DEEP, "packbits"),
            (GREY.convert("1"), "group4"),
        )
    ]


def _saved(picture: Image.Image, file_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


Damage = Callable[[bytearray, bytes, np.random.Generator], None]


def _turn_bits(file: bytearray, _: bytes, random: np.random.Generator) -> None:
    for place in random.integers(0, len(file), random.integers(1, 9)).tolist():
        file[place] ^= 1 << int(random.integers(8))


def _replace_bytes(file: bytearray, _: bytes, random: np.random.Generator) -> None:
    for place in random.integers(0, len(file), random.integers(1, 5)).tolist():
        file[place] = int(random.integers(256))


def _set_extreme(file: bytearray, _: bytes, random: np.random.Generator) -> None:
    value, size = int(random.choice(EXTREMES)), int(random.choice([1, 2, 4]))
    # Most numbers that matter are in the head.
    reach = len(file) if random.random() < 0.5 else min(len(file), 200)
    place = int(random.integers(reach))
    order = "big" if random.random() < 0.5 else "little"
    file[place : place + size] = (value & (256**size - 1)).to_bytes(size, order)


def _cut_short(file: bytearray, _: bytes, random: np.random.Generator) -> None:
    del file[int(random.integers(len(file))) :]


def _cut_out(file: bytearray, _: bytes, random: np.random.Generator) -> None:
    start = int(random.integers(len(file)))
    del file[start : start + int(random.integers(1, 64))]


def _double(file: bytearray, _: bytes, random: np.random.Generator) -> None:
    start, place = (int(one) for one in random.integers(0, len(file), 2))
    file[place:place] = file[start : start + int(random.integers(1, 200))]


def _splice(file: bytearray, other: bytes, random: np.random.Generator) -> None:
    place = int(random.integers(len(file)))
    file[place:] = other[int(random.integers(len(other))) :]


def _blank(file: bytearray, _: bytes, random: np.random.Generator) -> None:
    start = int(random.integers(len(file)))
    length = min(int(random.integers(1, 100)), len(file) - start)
    file[start : start + length] = bytes([int(random.choice([0, 255]))]) * length


DAMAGES: tuple[Damage, ...] = (
    _turn_bits,
    _replace_bytes,
    _set_extreme,
    _cut_short,
    _cut_out,
    _double,
    _splice,
    _blank,
)


def mutations(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield damaged files with the format that they were of; the same for the same seed."""
    random = np.random.default_rng(seed)
    files = originals()
    formats = sorted(files)
    everything = [one for of_format in files.values() for one in of_format]
    for number in range(count):
        name = formats[number % len(formats)]
        file = bytearray(files[name][int(random.integers(len(files[name])))])
        for _ in range(int(random.integers(1, 4))):
            damage = DAMAGES[int(random.integers(len(DAMAGES)))]
            if file:
                damage(file, everything[int(random.integers(len(everything)))], random)
        yield name, bytes(file)


@dataclass(slots=True)
class Tally:
    """What became of the files of each format, and which ones a decoder did not survive."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    fatal: list[tuple[str, bytes]] = field(default_factory=list)

    def add(self, name: str, data: bytes, outcome: Outcome) -> None:
        """Count one file."""
        counts = self.outcomes.setdefault(name, Counter())
        if isinstance(outcome, ImageFeatures):
            numbers = outcome.values.numbers
            counts["features" if not np.isinf(numbers).any() else "INFINITE NUMBERS"] += 1
            return
        counts[outcome.summary] += 1
        if outcome.summary in {UnreadableReason.CRASHED, UnreadableReason.TOO_SLOW}:
            self.fatal.append((name, data))


def fuzz(count: int, seed: int) -> Tally:
    """Send damaged files through decoding processes and count what comes back."""
    tally = Tally()
    decoders = Decoders()
    waiting: list[tuple[str, bytes]] = []

    def flush(threads: ThreadPoolExecutor) -> None:
        found = threads.map(lambda one: decoders.measure(one[1], ORDER), waiting)
        for (name, data), outcome in zip(waiting, found, strict=True):
            tally.add(name, data, outcome)
        waiting.clear()

    with ThreadPoolExecutor(available_cores()) as threads:
        for one in mutations(count, seed):
            waiting.append(one)
            if len(waiting) == _AT_ONCE:
                flush(threads)
        flush(threads)
    decoders.stop()
    return tally


def main() -> None:
    """Print what became of the files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mutations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for the files that crash a decoder")
    options = parser.parse_args()
    start = time.perf_counter()
    tally = fuzz(options.mutations, options.seed)
    for name, counts in sorted(tally.outcomes.items()):
        shown = ", ".join(f"{number:,} {what}" for what, number in counts.most_common())
        print(f"{name:5} {sum(counts.values()):>8,}: {shown}")
    seconds = time.perf_counter() - start
    fatal = len(tally.fatal)
    print(f"{options.mutations:,} files in {seconds:.0f} s; {fatal} crashed or hung a decoder")
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
        for name, data in tally.fatal:
            digest = hashlib.sha256(data).hexdigest()[:16]
            (options.keep / f"{digest}.{name.lower()}").write_bytes(data)


if __name__ == "__main__":
    main()
