"""Whether fetching hides behind computing: images of a Google Cloud Storage server on loopback.

Interleaved rounds of three things over the same images: fetching alone, computing alone (all
features, from memory, as a run computes them), and both as a run does them. The ratios are those of
both to each of the two alone; 1 to the slower one would be perfect. The server is a process of its
own whose pause before every answer costs nothing, but its work shares the machine's cores. The
images are photographs of 500 x 375 pixels and PNG files of 28 x 28, or those of any folder. Run as
``python -m benchmarks.fetching``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.fetching_parts.images import KINDS
from benchmarks.fetching_parts.rounds import BUCKET, Round, Work
from jobs.buckets.registry import open_bucket
from jobs.job_file.image_settings import ImageSettings
from reference_stats.extraction.workers import available_cores


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


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Measure one kind of images at one latency; returns the medians and every round."""
    with contextlib.ExitStack() as stack:
        folder = options.images
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="drift-images-")))
            KINDS[options.kind](folder, options.bytes)
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
    seen = [one.figures() for one in rounds]
    return {
        "kind": options.kind if options.images is None else options.images.name,
        "objects": options.objects,
        "mean_bytes": round(statistics.mean(len(data) for data in contents.values())),
        "latency_ms": options.latency_ms,
        "fetch_workers": options.fetch_workers,
        "cores": available_cores(),
        "load": round(os.getloadavg()[0], 1),
        "medians": {
            name: round(statistics.median(one[name] for one in seen), 3) for name in seen[0]
        },
        "rounds": seen,
    }


def _print(found: dict[str, Any]) -> None:
    medians = found["medians"]
    print(
        f"{found['objects']} images ({found['kind']}) of {found['mean_bytes']} bytes, "
        f"{found['latency_ms']:g} ms each, {found['fetch_workers']} threads fetch, "
        f"{found['cores']} cores, load {found['load']}"
    )
    print(
        f"  fetching alone {medians['fetch_s']:.2f} s, computing alone "
        f"{medians['compute_s']:.2f} s, both {medians['both_s']:.2f} s: "
        f"{medians['to_fetching']:.2f} x fetching, {medians['to_computing']:.2f} x computing, "
        f"{medians['to_slower']:.2f} x the slower one"
    )
    print(
        f"  CPU an image: {medians['fetch_cpu_ms']:.3f} ms to fetch, "
        f"{medians['compute_cpu_ms']:.3f} ms to compute; of both {medians['both_cpu_ms']:.3f} ms "
        f"here and {medians['server_cpu_ms']:.3f} ms in the server"
    )


def main() -> None:
    """Print the medians of each kind of images at each latency."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=KINDS, nargs="+", default=list(KINDS))
    parser.add_argument("--images", type=Path, help="a folder of images in place of the packaged")
    parser.add_argument("--objects", type=int, default=2000)
    parser.add_argument("--latency-ms", type=float, nargs="+", default=[20.0])
    parser.add_argument("--bytes", type=int, default=40_000, help="about this many a photograph")
    parser.add_argument("--fetch-workers", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    found = []
    for kind in options.kind if options.images is None else [""]:
        for latency_ms in options.latency_ms:
            chosen = {**vars(options), "kind": kind, "latency_ms": latency_ms}
            found.append(run(argparse.Namespace(**chosen)))
            _print(found[-1])
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
