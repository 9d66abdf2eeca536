"""How fast images become numbers, against the reference system's function and bare decoding.

Interleaved rounds in one process, medians, ratios; absolute times say as much about the machine as
about the code. Run as ``python -m benchmarks.throughput`` for pictures that scikit-image and
scikit-learn ship, or with ``--folder`` for the images in a folder of your own.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image
from skimage import data as pictures
from skimage.filters import sobel
from skimage.measure import shannon_entropy

from jobs.buckets.registry import open_bucket
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.decoding.decode import decode_image
from reference_stats.extraction.extract import extract
from reference_stats.extraction.measuring.measure import measure
from reference_stats.extraction.workers import available_cores
from reference_stats.features.registry import FEATURES, compute_features
from reference_stats.outcomes import ImageFeatures
from reference_stats.size_limits import SizeLimits
from reference_stats.sums.decoded_image import DecodedImage

SHIPPED = ("astronaut", "coffee", "chelsea", "rocket", "immunohistochemistry", "hubble_deep_field")
SETTINGS = ImageSettings(path="{id}")
LIMITS = SizeLimits(max_pixels=SETTINGS.max_pixels, max_bytes=SETTINGS.max_bytes)
MODES = ("1 thread", "threads", "processes")
SEVEN = FEATURES[:7]
JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Files of one kind and size, and how many of them make a round."""

    width: int
    height: int
    file_format: str
    files: tuple[bytes, ...]

    @property
    def name(self) -> str:
        """The kind and size in words."""
        return f"{self.width}x{self.height} {self.file_format}"


CORPORA = (
    (500, 375, "JPEG", 48),
    (1920, 1080, "JPEG", 12),
    (4000, 3000, "JPEG", 4),
    (28, 28, "PNG", 400),
    (32, 32, "PNG", 400),
)


def reference_features(data: bytes) -> tuple[float, ...]:
    """Return the seven features as the reference system computes them."""
    grey = np.array(Image.open(io.BytesIO(data)).convert("RGB").convert("L"))
    return (
        float(np.mean(grey)),
        float(np.std(grey)),
        float(np.median(grey)),
        float(np.min(grey)),
        float(np.max(grey)),
        float(shannon_entropy(grey)),
        float(np.mean(sobel(grey))),
    )


def decode_with_pil(data: bytes) -> object:
    """Decode to red, green and blue, as most programs do."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def decode_with_turbo(data: bytes) -> object:
    """Decode a JPEG with libjpeg-turbo, the fastest there is; other files with PIL."""
    if data.startswith(b"\xff\xd8"):
        return simplejpeg.decode_jpeg(data, "RGB")
    return decode_with_pil(data)


def seven_features(data: bytes) -> object:
    """Return the seven features alone, by this project's code."""
    image = decode_image(data, max_pixels=SETTINGS.max_pixels, reuse_memory=True)
    return compute_features(image, SEVEN) if isinstance(image, DecodedImage) else image


def all_features(data: bytes) -> object:
    """Return all families of features and the fingerprint, by this project's code."""
    return measure(data, LIMITS, FEATURES)


FUNCTIONS: dict[str, Callable[[bytes], object]] = {
    "PIL": decode_with_pil,
    "turbo": decode_with_turbo,
    "seven": seven_features,
    "all": all_features,
}


def source_pictures(folder: Path | None) -> list[Image.Image]:
    """Return the photographs that the corpora are made of."""
    if folder is not None:
        names = sorted(
            path for path in folder.rglob("*") if path.suffix.lower() in {".jpg", ".png"}
        )
        return [Image.open(path).convert("RGB") for path in names[:60]]
    from sklearn.datasets import load_sample_images  # noqa: PLC0415 - not needed for --folder

    shipped = [getattr(pictures, name)() for name in SHIPPED if hasattr(pictures, name)]
    return [Image.fromarray(np.asarray(one)).convert("RGB") for one in shipped] + [
        Image.fromarray(one) for one in load_sample_images().images
    ]


def make_corpora(sources: Sequence[Image.Image]) -> Iterator[Corpus]:
    """Yield every corpus, its pictures cropped to the wanted shape and resized."""
    for width, height, file_format, count in CORPORA:
        made = [_encode(one, (width, height), file_format) for one in sources[:count]]
        files = tuple(islice(cycle(made), count))
        yield Corpus(width=width, height=height, file_format=file_format, files=files)


def _encode(picture: Image.Image, size: tuple[int, int], file_format: str) -> bytes:
    scale = min(picture.width / size[0], picture.height / size[1])
    box = (0.0, 0.0, size[0] * scale, size[1] * scale)
    target = io.BytesIO()
    resized = picture.resize(size, Image.Resampling.LANCZOS, box=box)
    resized.save(
        target, file_format, **({"quality": JPEG_QUALITY} if file_format == "JPEG" else {})
    )
    return target.getvalue()


def time_ways(corpus: Corpus, rounds: int, folder: Path) -> dict[str, float]:
    """Return seconds per image of every way, medians over interleaved rounds."""
    _check(corpus)
    locations = _store(corpus, folder)
    forked = multiprocessing.get_context("fork")
    processes = ProcessPoolExecutor(
        available_cores(), forked, initializer=_remember, initargs=(corpus.files,)
    )
    # Its processes are made here: a fork after the first thread could copy a lock that is held.
    list(processes.map(abs, range(8 * available_cores())))
    _remember(corpus.files)
    with processes, ThreadPoolExecutor(available_cores()) as threads:
        ways: dict[str, Callable[[], object]] = {
            "reference": lambda: [reference_features(data) for data in corpus.files],
        }
        for name in FUNCTIONS:
            ways[f"{name}, 1 thread"] = partial(_do_share, name, 0, 1)
            ways[f"{name}, threads"] = partial(_do_shares, threads, name)
            ways[f"{name}, processes"] = partial(_do_shares, processes, name)
        ways["extract()"] = partial(
            extract, locations, SETTINGS, open_bucket=open_bucket, cache=None
        )
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for way in ways.values():
            way()
        for _ in range(rounds):
            for name, way in ways.items():
                start = time.perf_counter()
                way()
                seconds[name].append((time.perf_counter() - start) / len(corpus.files))
    return {name: statistics.median(values) for name, values in seconds.items()}


def _check(corpus: Corpus) -> None:
    """Compare the seven numbers before their time: a fast wrong number is worth nothing."""
    for data in corpus.files[:4]:
        found = measure(data, LIMITS, FEATURES)
        if not isinstance(found, ImageFeatures):
            raise SystemExit(f"{corpus.name}: {found}")
        if not np.allclose(found.values.numbers[:7], reference_features(data), rtol=0, atol=1e-9):
            raise SystemExit(f"{corpus.name}: the seven differ from the reference")


def _store(corpus: Corpus, folder: Path) -> list[ImageLocation]:
    target = folder / corpus.name.replace(" ", "_")
    target.mkdir()
    names = [f"{number}.img" for number in range(len(corpus.files))]
    for name, data in zip(names, corpus.files, strict=True):
        (target / name).write_bytes(data)
    return [ImageLocation(bucket_url=str(target), name=name, path=name) for name in names]


_files: tuple[bytes, ...] = ()


def _remember(files: tuple[bytes, ...]) -> None:
    """Have the files in this process, so that handing them over takes no time."""
    global _files  # noqa: PLW0603 - what a process of a pool is given lasts as long as it
    _files = files


def _do_share(name: str, start: int, step: int) -> None:
    function = FUNCTIONS[name]
    for data in _files[start::step]:
        function(data)


def _do_shares(workers: Executor, name: str) -> None:
    # Whole shares: what handing over single images costs is in extract().
    shares = [
        workers.submit(_do_share, name, start, available_cores())
        for start in range(available_cores())
    ]
    for share in shares:
        share.result()


def ratios(seconds: dict[str, float]) -> dict[str, float]:
    """Return what the project promises, as ratios of times measured in the same rounds."""
    reference = seconds["reference"]
    found = {
        "all vs reference": reference / seconds["all, processes"],
        "seven vs reference": reference / seconds["seven, processes"],
        "extract() vs reference": reference / seconds["extract()"],
    }
    for mode in MODES:
        for decoder in ("turbo", "PIL"):
            for what in ("all", "seven"):
                share = seconds[f"{decoder}, {mode}"] / seconds[f"{what}, {mode}"]
                found[f"{what} / {decoder} decoding, {mode}"] = share
    return {name: round(value, 2) for name, value in found.items()}


def machine() -> dict[str, object]:
    """Return what has to be known to read the figures."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": available_cores(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
    }


def main() -> None:
    """Measure, print, and write the figures where `--json` says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="a folder of your own images")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    options = parser.parse_args()
    report: dict[str, object] = {"machine": machine(), "corpora": {}}
    print(json.dumps(report["machine"]))
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        for corpus in make_corpora(source_pictures(options.folder)):
            seconds = time_ways(corpus, options.rounds, Path(folder))
            average = round(sum(map(len, corpus.files)) / len(corpus.files))
            print(f"\n{corpus.name}, {average:,} bytes, {len(corpus.files)} images a round")
            for name, value in seconds.items():
                print(f"  {1000 * value:9.3f} ms  {name}")
            for name, value in ratios(seconds).items():
                print(f"  {value:9.2f}     {name}")
            found[corpus.name] = {"seconds": seconds, "ratios": ratios(seconds), "bytes": average}
    report["corpora"] = found
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
