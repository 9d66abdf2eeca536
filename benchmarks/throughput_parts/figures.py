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


COLUMNS = (
    "",
    "`extract()` vs reference",
    "in CPU time",
    "CPU ms: `extract()`",
    "its own process",
    "compute alone",
    "`extract()` / alone",
    "all / turbo, used memory",
    "all / turbo, new memory",
    "all / Pillow",
    "seven / Pillow",
)


def table(found: Mapping[str, Mapping[str, Cost]]) -> Iterator[str]:
    """Yield the lines of a Markdown table: docs/performance.md shows it as it is.

    Shares of bare decoding are those of CPU time in one thread; turbo reads JPEG alone.
    """
    yield f"| {' | '.join(COLUMNS)} |"
    yield "|---" * len(COLUMNS) + "|"
    for heading, costs in found.items():
        values, extract = ratios(costs), costs["extract()"]
        alone = costs[f"{ALL}, 1 thread"]
        shares = [values.get(f"{ALL} / {one}, 1 thread, CPU time") for one in _YARDSTICKS]
        shares.append(values[f"seven / {PILLOW}, 1 thread, CPU time"])
        cells = [
            heading,
            f"{values['extract() vs reference']:.1f} x",
            f"{values['extract() vs reference, CPU time']:.1f} x",
            *(f"{1000 * one:.3f}" for one in (extract.cpu, extract.parent, alone.cpu)),
            f"{values['extract() / compute alone, CPU time']:.2f}",
            *("-" if one is None else f"{one:.2f}" for one in shares),
        ]
        yield f"| {' | '.join(cells)} |"
