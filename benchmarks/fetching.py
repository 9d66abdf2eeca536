"""Whether fetching hides behind computing: images of a Google Cloud Storage server on loopback.

Interleaved rounds of three things over the same images: fetching alone, computing alone (all
features, from memory), and both as a run does them. The ratio is that of both to the slower of the
two alone; 1 would be perfect. The server is a process of its own whose pause before every answer
costs nothing, but its work shares the machine's cores. The images are scikit-image's and
scikit-learn's photographs, or a folder of JPEGs. Run as ``python -m benchmarks.fetching``.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skimage.data
from PIL import Image
from sklearn.datasets import load_sample_image

from jobs.buckets.bucket import Bucket
from jobs.buckets.registry import open_bucket
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.extract import extract
from reference_stats.extraction.isolated.process import Order
from reference_stats.extraction.isolated.processes import DECODERS
from reference_stats.extraction.workers import available_cores
from reference_stats.features.registry import feature_names
from reference_stats.size_limits import SizeLimits

BUCKET = "gs://benchmark"
SIZE = (500, 375)
DIFFERENT_IMAGES = 200
_PICTURES = ("astronaut", "chelsea", "coffee", "rocket", "china.jpg", "flower.jpg")


@dataclass(frozen=True, kw_only=True)
class Round:
    """Seconds of one round, and its CPU milliseconds an image where fetching takes part."""

    fetch_s: float
    compute_s: float
    both_s: float
    fetch_client_cpu_ms: float
    compute_cpu_ms: float
    both_client_cpu_ms: float
    both_server_cpu_ms: float

    @property
    def ratio(self) -> float:
        """How much longer both take than the slower of the two alone."""
        return self.both_s / max(self.fetch_s, self.compute_s)


def write_images(folder: Path, size_bytes: int) -> None:
    """Write different JPEGs of about `size_bytes`, random views of the packaged photographs."""
    random = np.random.default_rng(0)
    for number in range(DIFFERENT_IMAGES):
        name = _PICTURES[number % len(_PICTURES)]
        load = load_sample_image if name.endswith(".jpg") else None
        picture = Image.fromarray(load(name) if load else getattr(skimage.data, name)())
        share = random.uniform(0.6, 1.0)
        left, top = random.uniform(0, 1 - share, 2) * picture.size
        width, height = (share * side for side in picture.size)
        box = (int(left), int(top), int(left + width), int(top + height))
        data = _jpeg_of_size(picture.crop(box).resize(SIZE), size_bytes)
        Path(folder, f"{number:06}.jpg").write_bytes(data)


def _jpeg_of_size(picture: Image.Image, size_bytes: int) -> bytes:
    low, high = 5, 97
    while low < high:
        middle = (low + high + 1) // 2
        if len(_jpeg(picture, middle)) <= size_bytes:
            low = middle
        else:
            high = middle - 1
    return _jpeg(picture, low)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return target.getvalue()


@contextlib.contextmanager
def running_server(folder: Path, latency_ms: float) -> Iterator[str]:
    """Run the server of a folder; yields its URL."""
    command = [sys.executable, "-m", "benchmarks.object_server", "--folder", str(folder)]
    command += ["--latency-ms", str(latency_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@dataclass(frozen=True, kw_only=True)
class Work:
    """What every round does."""

    host: str
    bucket: Bucket
    settings: ImageSettings
    names: list[str]
    contents: dict[str, bytes]

    def round(self) -> Round:
        """Do the three things once."""
        compute_s, compute_cpu_s = self._timed(self._compute)
        fetch_s, fetch_cpu_s = self._timed(self._fetch)
        server_before_s = self._server_cpu_s()
        both_s, both_cpu_s = self._timed(self._both)
        server_cpu_s = self._server_cpu_s() - server_before_s
        to_ms = 1000 / len(self.names)
        return Round(
            fetch_s=fetch_s,
            compute_s=compute_s,
            both_s=both_s,
            fetch_client_cpu_ms=fetch_cpu_s * to_ms,
            compute_cpu_ms=compute_cpu_s * to_ms,
            both_client_cpu_ms=both_cpu_s * to_ms,
            both_server_cpu_ms=server_cpu_s * to_ms,
        )

    def _compute(self) -> None:
        cores = self.settings.decode_workers or available_cores()
        limits = SizeLimits(max_pixels=self.settings.max_pixels, max_bytes=self.settings.max_bytes)
        order = Order(names=feature_names(), limits=limits)
        with ThreadPoolExecutor(cores) as pool:
            for _ in pool.map(
                lambda name: DECODERS.measure(self.contents[name], order), self.names
            ):
                pass

    def _fetch(self) -> None:
        with ThreadPoolExecutor(self.settings.fetch_workers) as pool:
            for _ in pool.map(self.bucket.read, self.names):
                pass

    def _both(self) -> None:
        # Every name is an image of its own to a run, although the server has fewer.
        locations = [
            ImageLocation(bucket_url=BUCKET, name=name, path=f"{number}/{name}")
            for number, name in enumerate(self.names)
        ]
        extract(locations, self.settings, open_bucket=lambda _: self.bucket)

    def _server_cpu_s(self) -> float:
        with urllib.request.urlopen(f"{self.host}/-/cpu_s", timeout=30) as answer:
            return float(answer.read())

    def _timed(self, work: Callable[[], None]) -> tuple[float, float]:
        start_s, start_cpu_s = time.perf_counter(), _cpu_s()
        work()
        return time.perf_counter() - start_s, _cpu_s() - start_cpu_s


def _cpu_s() -> float:
    """Return the processor time of this process and of those that decode for it."""
    ticks = 0
    for task in Path("/proc/self/task").iterdir():
        # Threads and processes end while they are looked at.
        with contextlib.suppress(OSError):
            for child in (task / "children").read_text(encoding="ascii").split():
                command = Path("/proc", child, "cmdline").read_bytes()
                state = Path("/proc", child, "stat").read_text(encoding="ascii")
                if b"isolated.worker" in command:
                    ticks += sum(map(int, state.rpartition(")")[2].split()[11:13]))
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure at one latency; returns the medians and every round."""
    with contextlib.ExitStack() as stack:
        folder = options.images
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="drift-images-")))
            write_images(folder, options.bytes)
        host = stack.enter_context(running_server(folder, options.latency_ms))
        os.environ["STORAGE_EMULATOR_HOST"] = host
        contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        known = list(contents)
        work = Work(
            host=host,
            bucket=open_bucket(BUCKET),
            settings=ImageSettings(path="{id}", fetch_workers=options.fetch_workers),
            names=[known[number % len(known)] for number in range(options.objects)],
            contents=contents,
        )
        # Compilation, imports and connections come before the first round.
        Work(**{**work.__dict__, "names": work.names[:200]}).round()
        rounds = [work.round() for _ in range(options.rounds)]
    return _summary(options, rounds, contents)


def _summary(
    options: argparse.Namespace, rounds: list[Round], contents: dict[str, bytes]
) -> dict[str, Any]:
    medians = {
        name: round(statistics.median(asdict(one)[name] for one in rounds), 3)
        for name in asdict(rounds[0])
    }
    return {
        "objects": options.objects,
        "mean_bytes": round(statistics.mean(len(data) for data in contents.values())),
        "latency_ms": options.latency_ms,
        "fetch_workers": options.fetch_workers,
        "cores": available_cores(),
        "load": round(os.getloadavg()[0], 1),
        "medians": medians,
        "ratio": round(statistics.median(one.ratio for one in rounds), 3),
        "rounds": [asdict(one) | {"ratio": one.ratio} for one in rounds],
    }


def _print(found: dict[str, Any]) -> None:
    medians = found["medians"]
    print(
        f"{found['objects']} images of {found['mean_bytes']} bytes, {found['latency_ms']:g} ms "
        f"each, {found['fetch_workers']} threads fetch, {found['cores']} cores, "
        f"load {found['load']}"
    )
    print(
        f"  fetching alone {medians['fetch_s']:.2f} s, computing alone "
        f"{medians['compute_s']:.2f} s, both {medians['both_s']:.2f} s: {found['ratio']:.2f} times "
        "the slower one"
    )
    print(
        f"  CPU an image: {medians['fetch_client_cpu_ms']:.2f} ms to fetch, "
        f"{medians['compute_cpu_ms']:.2f} ms to compute; of both "
        f"{medians['both_client_cpu_ms']:.2f} ms here and {medians['both_server_cpu_ms']:.2f} ms "
        "in the server"
    )


def main() -> None:
    """Print the medians at one latency, or at several."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=2000)
    parser.add_argument("--latency-ms", type=float, nargs="+", default=[20.0])
    parser.add_argument("--bytes", type=int, default=40_000, help="about this many an image")
    parser.add_argument("--images", type=Path, help="a folder of JPEGs in place of the packaged")
    parser.add_argument("--fetch-workers", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    found = []
    for latency_ms in options.latency_ms:
        found.append(run(argparse.Namespace(**{**vars(options), "latency_ms": latency_ms})))
        _print(found[-1])
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
