"""Whether two checkouts of this repository write the same bytes.

Run as ``python -m benchmarks.same_bytes OTHER_CHECKOUT``, where the other one comes from
``git worktree add ../before COMMIT``. Six worlds are built once, by no code of either. In each,
both checkouts run the same commands with the same interpreter and at the same path. Every object
that is there afterwards, what the commands print and what they send to a webhook is compared, but
for the clock fields. The exit status is 1 if anything differs.

A checkout compiles its machine code at its first run, which takes a minute more. Give it two idle
cores: where processes wait long for theirs, images are given up as too slow, on one side only.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from benchmarks.same_bytes_parts import (
    classifier_world,
    demo_world,
    detector_world,
    parquet_world,
    small_world,
    untidy_world,
)
from benchmarks.same_bytes_parts.comparing import Comparison, compare
from benchmarks.same_bytes_parts.sides import Stage, refuse_other_checkout

WORLDS = (
    demo_world.WORLD,
    classifier_world.WORLD,
    detector_world.WORLD,
    parquet_world.WORLD,
    small_world.WORLD,
    untidy_world.WORLD,
)
_HERE = Path(__file__).resolve().parents[1]
_SHOWN = 5


def main() -> None:
    """Print a line for each world; the exit status is 1 if anything differs."""
    options = _options()
    started = time.monotonic()
    other = options.other.resolve()
    for checkout in (_HERE, other):
        refuse_other_checkout(checkout)
    worlds = [world for world in WORLDS if options.only in {None, world.name}]
    with ExitStack() as stack:
        temporary = options.keep or stack.enter_context(_temporary())
        stages = [Stage(world, Path(temporary) / world.name, stack) for world in worlds]
        _play(stages, other)
        results = [
            compare(
                stage.left_by("this"),
                stage.left_by("other"),
                before=stage.built,
                leave_out=options.leave_out,
            )
            for stage in stages
        ]
    for world, result in zip(worlds, results, strict=True):
        print("\n".join(lines(world.name, result)))
    print(f"{time.monotonic() - started:.0f} s")
    sys.exit(any(result.differences for result in results))


def lines(name: str, result: Comparison) -> list[str]:
    """Return a world's line, with the first differences below it."""
    said = "equal" if not result.differences else f"{len(result.differences)} DIFFER"
    return [
        f"{name:<11}{result.objects:>5} objects {result.size_bytes:>12,} bytes  {said}",
        *(f"    {one.name}: {one.place}" for one in result.differences[:_SHOWN]),
    ]


def _play(stages: Sequence[Stage], other: Path) -> None:
    """Have both checkouts play at the same time, each in a world of its own at any moment."""
    half = len(stages) // 2
    orders = {"this": stages, "other": [*stages[half:], *stages[:half]]}

    def play_all(side: str, checkout: Path) -> None:
        for stage in orders[side]:
            stage.play(side, checkout)
            print(f"{side} checkout: {stage.world.name} done", file=sys.stderr)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(play_all, "this", _HERE), pool.submit(play_all, "other", other)]:
            done.result()


def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="drift-same-bytes-")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("other", type=Path, help="the top folder of another checkout")
    parser.add_argument("--only", choices=[world.name for world in WORLDS], help="one world")
    parser.add_argument("--keep", type=Path, help="a new folder in which everything is left")
    parser.add_argument(
        "--leave-out",
        action="append",
        default=[],
        metavar="KEY",
        help="a key of JSON objects that may differ, such as schema_version; several times",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
