"""Other programs over the same photographs: processor seconds and seconds by the clock.

    python -m benchmarks.peers                       1,000 views of pictures that packages ship
    python -m benchmarks.peers --folder DIR          1,000 photographs of a folder
    python -m benchmarks.peers --only ours cleanvision --rounds 1

Each is a process of its own with its start and imports, in interleaved rounds, medians; what each
does of an image is said beside its time, for none does the same. cleanvision and whylogs run in
virtual environments of their own (whylogs needs an older numpy), which the first call makes below
``~/.cache/image-drift/peers`` or `--environments`, and which may be deleted at any time. torch and
torchvision are never installed. A peer that cannot be installed is said as not measured.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.peers_parts.environments import NotInstalledError, cache_folder, python_with
from benchmarks.photographs import TooFewPhotographsError, put_photographs
from benchmarks.process_tree import CommandFailedError, Spent, run_measured
from benchmarks.throughput import machine
from reference_stats.extraction.warm_up import warm_up

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = "benchmarks/peers_parts/scripts"
# One run of a peer is given up after this time.
MOST_S = 1_800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A program to be measured.

    Attributes
    ----------
    name
        What it is called.
    script
        Its file in `SCRIPTS`.
    does
        What it does with an image, in words.
    packages
        What its environment needs; empty for the project's own.
    """

    name: str
    script: str
    does: str
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run of a peer.

    Attributes
    ----------
    spent
        What it took.
    images
        How many images it says to have measured.
    features
        How many numbers an image it says to have.
    start_s
        Processor seconds of its start and its imports, before the first image.
    """

    spent: Spent
    images: int
    features: int
    start_s: float


PEERS = (
    Peer(
        name="ours",
        script="ours.py",
        does="extract(): all features and a fingerprint for near-copies; decodes in processes",
    ),
    Peer(
        name="reference system",
        script="reference.py",
        does="grey levels, entropy and Sobel by Pillow, numpy, scikit-image; one process",
    ),
    Peer(
        name="cleanvision",
        script="with_cleanvision.py",
        does="seven scores of issues, two of hashes that tell copies; a process per physical core",
        packages=("cleanvision",),
    ),
    Peer(
        name="whylogs",
        script="with_whylogs.py",
        does="width, height, entropy, mean and deviation of hue, saturation and brightness, as "
        "sketches of distributions, and tags of EXIF; one process",
        packages=("whylogs[image]", "numpy<2"),
    ),
)


def pythons(peers: Sequence[Peer], folder: Path) -> dict[str, Path]:
    """Return the Python of each peer that can be measured; say of the others why not."""
    found: dict[str, Path] = {}
    for peer in peers:
        try:
            own = Path(sys.executable)
            found[peer.name] = python_with(peer.packages, folder) if peer.packages else own
        except NotInstalledError as error:
            print(f"{peer.name}: not measured, since it could not be installed: {error}")
    return found


def run(peer: Peer, python: Path, listed: Path) -> Measured:
    """Run a peer once over the files whose paths a file lists."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"DO_NOT_TRACK": "1", "WHYLOGS_NO_ANALYTICS": "True"}
    if not peer.packages:
        environment["PYTHONPATH"] = str(ROOT)
    command = [str(python), str(ROOT / SCRIPTS / peer.script), str(listed)]
    spent = run_measured(command, folder=listed.parent, environment=environment, most_s=MOST_S)
    # Others draw how far they are before it.
    _, _, said = spent.output.rpartition("{")
    return Measured(spent=spent, **json.loads("{" + said.partition("}")[0] + "}"))


def measure(peers: Sequence[Peer], options: argparse.Namespace) -> dict[str, list[Measured]]:
    """Return what every peer took in every round."""
    ready = pythons(peers, options.environments)
    # What a machine compiles once is no cost of images.
    warm_up()
    taken: dict[str, list[Measured]] = {name: [] for name in ready}
    with tempfile.TemporaryDirectory(prefix="drift-benchmark-") as name:
        paths = put_photographs(Path(name) / "photographs", options.images, options.folder)
        listed = Path(name) / "paths.txt"
        listed.write_text("\n".join(map(str, paths)) + "\n", encoding="utf-8")
        for number in range(options.rounds):
            for peer in peers:
                if peer.name not in ready:
                    continue
                try:
                    taken[peer.name].append(run(peer, ready[peer.name], listed))
                except CommandFailedError as error:
                    print(f"{peer.name}: not measured in round {number + 1}: {error}")
    return taken


def show(peers: Sequence[Peer], taken: Mapping[str, Sequence[Measured]]) -> None:
    """Print a line for each peer, with what it does below."""
    print(f"{'':17}{'CPU s':>8}{'of it start':>13}{'seconds':>9}{'images':>8}{'numbers':>9}")
    for peer in peers:
        all_ = taken.get(peer.name)
        if not all_:
            print(f"{peer.name:17}{'not measured':>14}")
            continue
        print(
            f"{peer.name:17}{statistics.median(one.spent.cpu_s for one in all_):8.2f}"
            f"{statistics.median(one.start_s for one in all_):13.2f}"
            f"{statistics.median(one.spent.wall_s for one in all_):9.2f}"
            f"{all_[0].images:8,}{all_[0].features:9}"
        )
        print(f"  {peer.does}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write the figures where `--json` says; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="photographs of your own")
    parser.add_argument("--images", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    names = [peer.name for peer in PEERS]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--environments", type=Path, default=cache_folder(), metavar="DIR")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    options = parser.parse_args(arguments)
    peers = [peer for peer in PEERS if peer.name in options.only]
    state = machine()
    print(json.dumps(state))
    try:
        taken = measure(peers, options)
    except TooFewPhotographsError as error:
        print(error, file=sys.stderr)
        return 2
    show(peers, taken)
    if options.json:
        runs = {name: [asdict(one) for one in all_] for name, all_ in taken.items()}
        report = {"machine": state, "images": options.images, "runs": runs}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
