"""What reading an image out of a packed object costs a processor, beside a file of its own.

Run as ``python -m benchmarks.packed_images [--images 100000] [--rounds 3]``. Grey images of 28 x 28
pixels as PNG are packed into ten objects of a folder bucket, one kind after the other, and all of
them are read in calls of 128; nothing is decoded. The rounds of all kinds take turns. The medians
of user and system time are printed, for an image, and as a ratio to files of a folder bucket.
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from jobs.buckets.registry import open_bucket
from jobs.errors import ObjectError
from jobs.images.packed.bucket import PackedImages
from jobs.images.packed.opening import PackedRules
from tests.support.packed_images import PACKERS, parquet_of

_OBJECTS = 10
_DIFFERENT = 500
_AT_ONCE = 128
_MOST_BYTES = 100_000_000
_FILES = "files"
Contents = Sequence[tuple[str, bytes]]


def main() -> None:
    """Print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        names = {
            kind: _write(Path(folder), kind, pack, given.images) for kind, pack in _KINDS.items()
        }
        taken: dict[str, list[float]] = defaultdict(list)
        for _ in range(given.rounds):
            for kind in _KINDS:
                taken[kind].append(_read(folder, names[kind]))
    files = statistics.median(taken[_FILES])
    for kind, seconds in taken.items():
        each = statistics.median(seconds) / given.images
        ratio = statistics.median(seconds) / files
        print(f"{kind:16} {each * 1e6:6.1f} us of a core an image, {ratio:5.2f} x files")


def _read(folder: str, names: Sequence[str]) -> float:
    """Return the seconds of processor time that reading all images takes."""
    started = time.process_time()
    images = PackedImages(open_bucket(folder), PackedRules())
    images.expect(names)
    for start in range(0, len(names), _AT_ONCE):
        for one in images.read_many(names[start : start + _AT_ONCE], _MOST_BYTES):
            if isinstance(one, ObjectError):
                raise one
    return time.process_time() - started


def _write(
    folder: Path, kind: str, pack: Callable[[Contents], bytes] | None, count: int
) -> list[str]:
    pictures = _pictures()
    names: list[str] = []
    for number in range(_OBJECTS):
        contents = [
            (f"{number}/{image:06}.png", pictures[image % _DIFFERENT])
            for image in range(count // _OBJECTS)
        ]
        if pack is not None:
            (folder / f"{number}-{kind}").write_bytes(pack(contents))
            names += [f"{number}-{kind}#{name}" for name, _ in contents]
            continue
        (folder / kind / str(number)).mkdir(parents=True)
        for name, data in contents:
            (folder / kind / name).write_bytes(data)
            names.append(f"{kind}/{name}")
    return names


def _pictures() -> list[bytes]:
    generator = np.random.default_rng(0)
    made = []
    for _ in range(_DIFFERENT):
        file = io.BytesIO()
        pixels = generator.random((28, 28)) ** 3 * 255
        Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG")
        made.append(file.getvalue())
    return made


_KINDS: dict[str, Callable[[Contents], bytes] | None] = {
    _FILES: None,
    **PACKERS,
    "shard.parquet": partial(parquet_of, rows_in_a_group=1000),
}


if __name__ == "__main__":
    main()
