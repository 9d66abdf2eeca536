"""Running cells: spread over processes, the same result for any number of them."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from benchmarks.detection_parts.cells import Cell, World
from benchmarks.detection_parts.detectors import DETECTORS, OURS
from benchmarks.detection_parts.results import CellResult, Count, Results

_SECONDS_BETWEEN_SAVES = 20.0
_RUNS_IN_A_BATCH = 10
_LARGE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    cell: Cell
    detectors: tuple[str, ...]
    seed: int
    first: int
    runs: int


@dataclass(frozen=True, slots=True)
class _Said:
    run: int
    detector: str
    alarm: bool | None
    seconds: float


class _Shared:
    """What every batch of this process draws from: set once, since it is large."""

    world: World | None = None


def prepare_process(world: World) -> None:
    """Give a worker process what all cells draw from."""
    _Shared.world = world
    # Constant columns and empty bins make numpy and scipy warn in peers' rules; once is too often.
    warnings.simplefilter("ignore")


def run_cell(
    cell: Cell, detectors: Sequence[str], *, seed: int, pool: Executor, results: Results
) -> CellResult:
    """Run what is left of a cell, and keep its result from time to time and at the end.

    Parameters
    ----------
    cell
        The cell.
    detectors
        Whom to ask, names of `DETECTORS`.
    seed
        Fixes every draw together with the cell's key.
    pool
        Its processes were prepared with `prepare_process`.
    results
        Where the cell's earlier runs are, and where the new ones go.
    """
    result = results.cells.setdefault(cell.key, CellResult())
    for name in detectors:
        result.counts.setdefault(name, Count())
    saved = time.monotonic()
    for done, said in _in_order(cell, detectors, seed, pool, result.done):
        for one in said:
            _add(result.counts[one.detector], one, cell)
        result.done = done
        _show(cell, result)
        if time.monotonic() - saved > _SECONDS_BETWEEN_SAVES:
            results.save()
            saved = time.monotonic()
    results.save()
    return result


def runs_of(cell: Cell, detectors: Sequence[str]) -> int:
    """Return how many runs a cell takes for these detectors."""
    most = cell.runs if OURS in detectors else 0
    return max(most, cell.peer_runs if set(detectors) - {OURS} else 0)


def _in_order(
    cell: Cell, detectors: Sequence[str], seed: int, pool: Executor, done: int
) -> Iterator[tuple[int, list[_Said]]]:
    total = runs_of(cell, detectors)
    size = 1 if max(cell.window, cell.reference) >= _LARGE else _RUNS_IN_A_BATCH
    batches = [
        _Batch(
            cell=cell,
            detectors=tuple(detectors),
            seed=seed,
            first=first,
            runs=min(size, total - first),
        )
        for first in range(done, total, size)
    ]
    for batch, said in zip(batches, pool.map(_run_batch, batches), strict=True):
        yield batch.first + batch.runs, said


def _run_batch(batch: _Batch) -> list[_Said]:
    if _Shared.world is None:
        raise RuntimeError("the process was not prepared with `prepare_process`")
    said = []
    for run in range(batch.first, batch.first + batch.runs):
        trial = batch.cell.draw(_Shared.world, batch.seed, run)
        for name in batch.detectors:
            if run >= (batch.cell.runs if name == OURS else batch.cell.peer_runs):
                continue
            start = time.perf_counter()
            alarm = DETECTORS[name](trial)
            said.append(_Said(run, name, alarm, time.perf_counter() - start))
    return said


def _add(count: Count, said: _Said, cell: Cell) -> None:
    count.seconds += said.seconds
    if said.alarm is None:
        count.declined += 1
        return
    count.runs += 1
    count.alarms += said.alarm
    if cell.runs_per_reference > 1:
        number = cell.reference_number(said.run)
        missing = number + 1 - len(count.alarms_by_reference)
        count.alarms_by_reference.extend([0] * missing)
        count.alarms_by_reference[number] += said.alarm


def _show(cell: Cell, result: CellResult) -> None:
    counted = ", ".join(
        f"{name} {count.alarms}/{count.runs}" for name, count in result.counts.items()
    )
    print(f"\r{cell.key}: {result.done:,} runs; {counted} ", end="", file=sys.stderr, flush=True)
