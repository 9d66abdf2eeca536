"""What is measured once: the report on a million rows, and time and memory of a verdict."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
from concurrent.futures import ProcessPoolExecutor

from benchmarks.detection_parts.cells import Cell, World
from benchmarks.detection_parts.our_detector import USUAL_RESAMPLES, Answer, ours
from benchmarks.detection_parts.seeds import generator_for
from benchmarks.detection_parts.tables import Population, Structure

_ROWS = 10_000
_WINDOW = 1_000
_NEW_WINDOW = 700
_REPEATS = 5


def describe_answer(cell: Cell, world: World, seed: int) -> dict[str, object]:
    """Return what our report says in the first run of a cell, the least probable columns first."""
    trial = cell.draw(world, seed, 0)
    start = time.perf_counter()
    answer = ours(trial.reference, trial.window, clusters=trial.clusters)
    seconds = time.perf_counter() - start
    return {
        "verdict": str(answer.verdict),
        "smallest_effect_seen": answer.smallest_effect,
        "seconds": round(seconds, 2),
        "columns": _least_probable(answer),
    }


def measure_speed(world: World) -> dict[str, object]:
    """Return the seconds of verdicts and the peak memory, each in a fresh process.

    Returns
    -------
    ``first_s`` with everything that a first verdict computes for a reference and a window size,
    ``verdict_s`` of a later window of 1,000 images (median), ``new_window_size_s`` of the first
    window of another size, and ``peak_mb`` of the process, by number of resamples relative to the
    usual one.
    """
    population = world.populations[Structure.REAL]
    found: dict[str, object] = dict(_in_fresh_process(population, None))
    more = _in_fresh_process(population, 4 * USUAL_RESAMPLES)
    peaks = {"1": found.pop("peak_mb"), "4": more["peak_mb"]}
    return found | {"peak_mb_by_resamples": peaks}


def _in_fresh_process(population: Population, resamples: int | None) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_time_verdicts, population, resamples).result()


def _time_verdicts(population: Population, resamples: int | None) -> dict[str, float]:
    reference = population.draw(_ROWS, generator_for("speed", "reference"))
    seconds = []
    for number in range(_REPEATS + 1):
        window = population.draw(_WINDOW, generator_for("speed", "window", number))
        start = time.perf_counter()
        ours(reference, window, resamples=resamples)
        seconds.append(time.perf_counter() - start)
    window = population.draw(_NEW_WINDOW, generator_for("speed", "new size"))
    start = time.perf_counter()
    ours(reference, window, resamples=resamples)
    return {
        "first_s": round(seconds[0], 3),
        "verdict_s": round(statistics.median(seconds[1:]), 3),
        "new_window_size_s": round(time.perf_counter() - start, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _least_probable(answer: Answer) -> list[dict[str, object]]:
    return [
        {
            "column": one.column,
            "state": str(one.state),
            "adjusted_p_value": one.adjusted_p_value,
            "effect": one.effect,
        }
        for one in answer.columns[:3]
    ]
