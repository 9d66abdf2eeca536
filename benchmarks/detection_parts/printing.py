"""The results as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from scipy.stats import binom

from benchmarks.detection_parts.cells import Cell, PhotographCell
from benchmarks.detection_parts.detectors import OURS
from benchmarks.detection_parts.results import CellResult, Count

_HONEST = 0.02
_DETECTED = 0.9

Counted = Sequence[tuple[Cell, CellResult]]


def cell_lines(cell: Cell, result: CellResult) -> Iterator[str]:
    """Yield a line per detector: runs, alarms, rate, interval and time."""
    yield f"{cell.key}"
    for name, count in result.counts.items():
        if not count.runs:
            if count.declined:
                yield f"  {name:16} its rule does not apply at this size"
            continue
        low, high = count.interval
        yield (
            f"  {name:16} {count.runs:6,} runs {count.alarms:6,} alarms  {count.rate:7.2%} "
            f"[{low:6.2%}, {high:6.2%}] {count.milliseconds:9.1f} ms a run"
        )
        if count.alarms_by_reference:
            yield f"  {'':16} {_spread(count, cell)}"


def fault_tables(counted: Counted) -> Iterator[str]:
    """Yield a table of detection rates per kind of fault, severity and window, with its summary.

    The first row, without a fault, is the false alarm rate under the same draws. Below it stand
    the faults that a peer with an honest rate there sees more often than we do, beyond chance.
    """
    groups: dict[tuple[str, str, int, int], dict[str, Mapping[str, Count]]] = {}
    clean: dict[tuple[str, str, int], Mapping[str, Count]] = {}
    for cell, result in counted:
        if not isinstance(cell, PhotographCell):
            continue
        part, where, *_ = cell.key.split("/")
        if cell.fault is None:
            clean[part, where, cell.window] = result.counts
        else:
            group = groups.setdefault((part, where, cell.fault.severity, cell.window), {})
            group[cell.fault.name] = result.counts
    for (part, where, severity, window), rows in groups.items():
        strength = f", severity {severity}" if severity else ""
        yield ""
        yield f"{part} in {where} image{strength}, windows of {window}: seen in %"
        yield from _fault_table(rows, clean.get((part, where, window), {}))


def _fault_table(
    rows: Mapping[str, Mapping[str, Count]], clean: Mapping[str, Count]
) -> Iterator[str]:
    names = list(next(iter(rows.values())))
    yield f"  {'':18}" + "".join(f"{name:>15}" for name in names)
    if clean:
        yield _rates("(no fault)", names, clean)
    for fault, counts in rows.items():
        yield _rates(fault, names, counts)
    seen = {name: sum(_is_detected(counts[name]) for counts in rows.values()) for name in names}
    yield f"  {'seen in >= 90 %':18}" + "".join(
        f"{f'{seen[name]} of {len(rows)}':>15}" for name in names
    )
    loud = [name for name, count in clean.items() if count.runs and not _may_be_honest(count)]
    if loud:
        yield f"  more than 2 % false alarms, so seeing means little: {', '.join(loud)}"
    yield from _peers_ahead(rows, clean)


def _rates(title: str, names: Sequence[str], counts: Mapping[str, Count]) -> str:
    return f"  {title:18}" + "".join(
        f"{'-' if (rate := counts[name].rate) is None else f'{100 * rate:.1f}':>15}"
        for name in names
    )


def _is_detected(count: Count) -> bool:
    return count.rate is not None and count.rate >= _DETECTED


def _may_be_honest(count: Count) -> bool:
    """Whether a false alarm rate below 2 % goes with what was counted."""
    return count.runs > 0 and count.interval[0] < _HONEST


def _peers_ahead(
    rows: Mapping[str, Mapping[str, Count]], clean: Mapping[str, Count]
) -> Iterator[str]:
    if OURS not in clean:
        return
    honest = [name for name, count in clean.items() if name != OURS and _may_be_honest(count)]
    for fault, counts in rows.items():
        for name in honest:
            our_rate, peer = counts[OURS].rate, counts[name]
            if our_rate is not None and peer.runs and peer.interval[0] > our_rate:
                yield f"  {name} is ahead of us on {fault} by more than its interval"


def _spread(count: Count, cell: Cell) -> str:
    windows = cell.runs_per_reference
    rates = np.array(count.alarms_by_reference) / windows
    found = ", ".join(f"{rate:.2%}" for rate in np.quantile(rates, [0.05, 0.5, 0.95]))
    chance = binom(windows, count.rate or 0.0).ppf([0.05, 0.5, 0.95]) / windows
    alone = ", ".join(f"{rate:.2%}" for rate in chance)
    return (
        f"rate per reference, 5 %, 50 % and 95 % of {len(rates)} references: {found} "
        f"(if all references had one rate: {alone})"
    )
