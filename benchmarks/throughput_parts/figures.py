"""What the times say: ratios, and the lines that are printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.process_tree import KNOWS_CHILDREN
from benchmarks.throughput_parts.corpora import Corpus
from benchmarks.throughput_parts.timing import MODES, Cost
from benchmarks.throughput_parts.ways import ALL, NEW, PILLOW, USED
from reference_stats.extraction.workers import available_cores

_YARDSTICKS = (USED, NEW, PILLOW)


def ratios(costs: Mapping[str, Cost]) -> dict[str, float]:
    """Return what the project promises, as ratios of times measured in the same rounds."""
    reference, extract = costs["reference"], costs["extract()"]
    alone = costs[f"{ALL}, 1 thread"]
    found = {
        "extract() vs reference": reference.wall / extract.wall,
        "extract() vs reference, CPU time": reference.cpu / extract.cpu,
        "extract() / compute alone, CPU time": extract.cpu / alone.cpu,
        "all vs reference": reference.wall / costs[f"{ALL}, processes"].wall,
        "seven vs reference": reference.wall / costs["seven, processes"].wall,
    }
    for mode in MODES:
        for decoder in _YARDSTICKS:
            if f"{decoder}, {mode}" not in costs:
                continue
            for what in (ALL, "seven"):
                bare, full = costs[f"{decoder}, {mode}"], costs[f"{what}, {mode}"]
                found[f"{what} / {decoder}, {mode}"] = bare.wall / full.wall
                found[f"{what} / {decoder}, {mode}, CPU time"] = bare.cpu / full.cpu
    return {name: round(value, 3) for name, value in found.items()}


def lines(corpus: Corpus, costs: Mapping[str, Cost]) -> Iterator[str]:
    """Yield what is printed of one corpus, its heading first."""
    found = ratios(costs)
    extract, alone = costs["extract()"], costs[f"{ALL}, 1 thread"]
    yield f"{corpus.name}"
    yield f"  {found['extract() vs reference']:7.2f} x  extract() vs reference"
    in_cpu, cores = found["extract() vs reference, CPU time"], available_cores()
    yield (
        f"  {in_cpu:7.2f} x  the same in CPU time, so {cores * in_cpu:.2f} x at most where "
        f"{cores} cores are free"
    )
    share = found["extract() / compute alone, CPU time"]
    yield (
        f"  {_ms(extract.cpu)} CPU ms an image of extract(): {_ms(extract.parent).strip()} in its "
        f"own process, {_ms(extract.cpu - extract.parent).strip()} in those that decode"
    )
    yield f"  {_ms(alone.cpu)} CPU ms of compute alone; extract() takes {share:.2f} of that"
    if not KNOWS_CHILDREN:
        yield "  CPU time of running child processes is unknown on this system and left out."
    yield f"  {len(corpus.files):,} images a round, {corpus.average_bytes:,} bytes each"
    yield "   wall ms   CPU ms  an image"
    for name, cost in costs.items():
        yield f"  {_ms(cost.wall)} {_ms(cost.cpu)}  {name}"
    yield "      wall      CPU  as shares of bare decoding"
    for name, value in found.items():
        if name.endswith(MODES):
            yield f"  {value:8.3f} {found[f'{name}, CPU time']:8.3f}  {name}"
    for name in ("all vs reference", "seven vs reference"):
        yield f"  {found[name]:8.2f} x         {name}, processes"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:8.3f}"
