"""What a model's view costs beside the model itself, and how much memory it takes.

    python -m benchmarks.model_view --folder DIR        photographs of a folder, efficientnet-lite0
    python -m benchmarks.model_view                     views of pictures that packages ship
    python -m benchmarks.model_view --only small        28 x 28 pixels with a small net alone

Interleaved rounds, medians. The bare model is opened in this process and looks at ready pictures in
batches, with as many threads as it takes by itself; beside it stand the same pictures through the
model's own process, the extraction of the same images with the model and without, and a second run
that finds everything in the caches. Processor time is that of all processes. Where the machine is
busy with others compare ratios of processor time.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.model_view_parts.peak import watched_memory
from benchmarks.model_view_parts.small_net import SIDE, save_small_net
from benchmarks.photographs import put_photographs
from benchmarks.process_tree import end_reading, start_reading
from drift.run_model.run_model import LazyViewer
from jobs.buckets.registry import open_bucket
from jobs.images.locations import ImageLocation
from jobs.job_file.image_settings import ImageSettings
from reference_stats.decoding.decode import decode_image
from reference_stats.extraction.extract import extract
from reference_stats.extraction.result import ExtractionResult
from reference_stats.extraction.viewing.seeing import Seeing
from reference_stats.feature_cache.cache import FeatureCache
from reference_stats.model_view.cache.view_cache import ViewCache
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.preprocessing import picture_of
from reference_stats.model_view.process.model_process import ModelProcess
from reference_stats.model_view.runtimes.opening import open_model
from reference_stats.model_view.viewer import Pictures, Viewer
from reference_stats.sums.decoded_image import DecodedImage

_MANY = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Files in a folder, and the model that looks at them."""

    folder: Path
    names: tuple[str, ...]
    file: ModelFile
    choice: ModelChoice


@dataclass(slots=True, kw_only=True)
class Costs:
    """Seconds by the clock and of processors for each way, a number a round."""

    clock: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, list[float]] = field(default_factory=dict)

    @contextlib.contextmanager
    def of(self, way: str) -> Iterator[None]:
        """Take in what is done while this is entered."""
        spent, began = start_reading(), time.perf_counter()
        yield
        self.clock.setdefault(way, []).append(time.perf_counter() - began)
        total = end_reading().since(spent).total
        self.processor.setdefault(way, []).append(total)

    def table(self, images: int) -> Iterator[str]:
        """Yield a line for each way: milliseconds an image, and beside the bare model."""
        bare = statistics.median(self.clock["bare model"])
        bare_processor = statistics.median(self.processor["bare model"])
        for way, seconds in self.clock.items():
            clock, processor = statistics.median(seconds), statistics.median(self.processor[way])
            each, spent = 1000 * clock / images, 1000 * processor / images
            yield (
                f"  {way:28}{each:9.3f} ms, {spent:9.3f} ms of processors an image; beside the "
                f"bare model {bare / clock:6.2f}, {bare_processor / processor:6.2f}"
            )


def pictures_of(images: Images, viewer: ModelProcess) -> Pictures:
    """Return the pictures that enter the model, ready."""
    how = viewer.definition.preprocessing
    made = []
    for name in images.names:
        image = decode_image((images.folder / name).read_bytes(), max_pixels=_MANY)
        if isinstance(image, DecodedImage):
            made.append(picture_of(image, how))
    return np.stack(made)


def run_over(images: Images, viewer: Viewer | None, caches: Path | None) -> ExtractionResult:
    """Extract all images; with a folder for what is remembered."""
    bucket = open_bucket(str(images.folder))
    own = None if caches is None else open_bucket(str(caches))
    views = None
    if own is not None and viewer is not None:
        views = ViewCache(bucket=own, prefix="reports", definition=viewer.definition)
    return extract(
        [ImageLocation(bucket_url=bucket.url, name=name, path=name) for name in images.names],
        ImageSettings(path="unused"),
        open_bucket=lambda _: bucket,
        cache=None if own is None else FeatureCache(bucket=own, prefix="reports"),
        seeing=None if viewer is None else Seeing(viewer=viewer, cache=views),
    )


def measure(images: Images, rounds: int, scratch: Path) -> None:
    """Print what every way costs."""
    opened = open_model(images.file, images.choice)
    costs = Costs()
    count = len(images.names)
    with ModelProcess(images.file, images.choice) as viewer:
        ready = pictures_of(images, viewer)
        run_over(images, viewer, None)
        opened.look(ready[:8])
        with watched_memory() as peak:
            for number in range(rounds):
                caches = scratch / f"{number}"
                caches.mkdir()
                with costs.of("bare model"):
                    opened.look(ready)
                with costs.of("through the model's process"):
                    viewer.look(ready)
                with costs.of("extraction with the model"):
                    first = run_over(images, viewer, caches)
                with costs.of("extraction without it"):
                    run_over(images, None, None)
                second = LazyViewer(viewer.definition, _refuse_to_open, lambda _: None)
                with costs.of("second run"):
                    again = run_over(images, second, caches)
                _check(first, again, len(ready))
        print(f"{count} images of {images.folder.name}, {viewer.definition.runtime}:")
        print("\n".join(costs.table(count)))
        print(
            f"  peak memory {peak.megabytes:,.0f} MB in {peak.processes} processes, of which this "
            f"one holds the bare model and {ready.nbytes / 1e6:,.0f} MB of ready pictures"
        )


def _refuse_to_open() -> Viewer:
    raise SystemExit("the second run opened the model")


def _check(first: ExtractionResult, again: ExtractionResult, readable: int) -> None:
    for one in (first, again):
        if one.views is None or int(one.views.known.sum()) != readable or one.view_problem:
            raise SystemExit(f"views are missing: {one.view_problem}")
    if again.computed:
        raise SystemExit("the second run computed something")


def photographs(scratch: Path, count: int, source: Path | None) -> Images:
    """Return photographs and the ready embedder."""
    paths = put_photographs(scratch / "photographs", count, source)
    return Images(
        folder=scratch / "photographs",
        names=tuple(path.name for path in paths),
        file=ModelFile.ready_embedder(),
        choice=ModelChoice(path="efficientnet-lite0"),
    )


def small_images(scratch: Path, count: int) -> Images:
    """Return grey PNG of 28 x 28 pixels and a small net."""
    folder = scratch / "small"
    folder.mkdir()
    random = np.random.default_rng(1)
    names = tuple(f"{number}.png" for number in range(count))
    for name in names:
        rough = Image.fromarray(random.integers(0, 256, (7, 7), dtype=np.uint8))
        rough.resize((SIDE, SIDE), Image.Resampling.BILINEAR).save(folder / name)
    path = scratch / "small.pt"
    save_small_net(path)
    choice = ModelChoice(path="small.pt", input_size=(SIDE, SIDE), grey=True)
    return Images(folder=folder, names=names, file=ModelFile.at("small.pt", path), choice=choice)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="photographs; else pictures of packages")
    parser.add_argument("--images", type=int, default=400, help="how many photographs")
    parser.add_argument("--small", type=int, default=10_000, help="how many small images")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("photographs", "small"))
    asked = parser.parse_args(arguments)
    print(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores; bars: 0.9, and 0.3 ms")
    kinds: dict[str, Callable[[Path], Images]] = {
        "photographs": lambda scratch: photographs(scratch, asked.images, asked.folder),
        "small": lambda scratch: small_images(scratch, asked.small),
    }
    for name, make in kinds.items():
        if asked.only in {None, name}:
            with tempfile.TemporaryDirectory() as scratch:
                measure(make(Path(scratch)), asked.rounds, Path(scratch))
    return 0


if __name__ == "__main__":
    sys.exit(main())
