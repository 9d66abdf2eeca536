"""Processor seconds of whole runs at two sizes: fixed cost, and efficiency beyond it."""

from __future__ import annotations

import json
import shutil
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.many_machines_parts.arithmetic import CostLine, efficiency_beyond
from benchmarks.many_machines_parts.engines import LOCAL, Engine
from benchmarks.many_machines_parts.world import JOB, REPORTS, copied
from benchmarks.process_tree import CommandFailedError

Seconds = dict[str, dict[int, float]]


def run(
    worlds: Mapping[int, Path],
    scratch: Path,
    engines: Sequence[Engine],
    *,
    shard_images: int,
    rounds: int,
) -> dict[str, Any]:
    """Do runs of all engines in turns at each size; print and return what they took, medians."""
    taken: dict[str, dict[int, list[float]]] = {}
    for images, world in worlds.items():
        for number in range(rounds):
            for engine in (LOCAL, *engines):
                folder = copied(world, scratch / f"cost-{number}", engine.settings(shard_images))
                spent = engine.run(folder)
                _require_images(folder, images, spent.output)
                taken.setdefault(engine.name, {}).setdefault(images, []).append(spent.cpu_s)
                print(
                    f"  {engine.name:18} {images:9,} images {spent.cpu_s:8.1f} CPU s "
                    f"{spent.wall_s:8.1f} s by the clock",
                    flush=True,
                )
                shutil.rmtree(folder)
    seconds = {
        name: {images: statistics.median(some) for images, some in sizes.items()}
        for name, sizes in taken.items()
    }
    return {"cpu_s": seconds, "engines": show(seconds, engines)}


def show(seconds: Seconds, engines: Sequence[Engine]) -> dict[str, dict[str, float]]:
    """Print and return the fixed cost of each engine and its efficiency beyond it."""
    local = CostLine.through(seconds[LOCAL.name])
    largest = max(seconds[LOCAL.name])
    print(f"  local: {local.fixed_s:.1f} CPU s and {1000 * local.each_s:.3f} CPU ms an image")
    found = {}
    for engine in engines:
        line = CostLine.through(seconds[engine.name])
        whole = line.fixed_beyond(local)
        of_largest = efficiency_beyond(
            seconds[LOCAL.name][largest], seconds[engine.name][largest], whole
        )
        found[engine.name] = {
            "fixed_s": whole,
            "fixed_s_of_each": line.fixed_beyond(local, engine.parties),
            "efficiency_of_an_image": line.efficiency(local),
            "efficiency": of_largest,
        }
        print(
            f"  {engine.name}: fixed cost {whole:.1f} CPU s, {whole / engine.parties:.1f} for "
            f"each of {engine.parties}; efficiency beyond it {of_largest:.2f} of a run, "
            f"{line.efficiency(local):.2f} of an image",
            flush=True,
        )
    return found


def _require_images(folder: Path, images: int, output: str) -> None:
    """Make sure that a run measured what it should: a run that loses images is fast."""
    latest = json.loads((folder / "bucket" / REPORTS / JOB / "latest.json").read_bytes())
    analysed = latest["images"]["analysed"]
    if analysed < images:
        raise CommandFailedError(
            f"a run analysed {analysed:,} images. Expected {images:,}.\n{output[-2000:]}"
        )
