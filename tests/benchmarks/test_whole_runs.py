"""The ten days of `benchmarks.days --only "whole runs"`: the same images on both sides."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from benchmarks.days_parts.making import PoolSource, made_pool
from benchmarks.days_parts.ours import JudgedWindow
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.whole_runs.comparing import day_beside_run
from benchmarks.days_parts.whole_runs.ten_days import DAYS, TenDays, picture_files
from benchmarks.detection_parts.our_detector import Answer, Moved
from reference_stats.decoding.decode import decode_image
from reference_stats.features.registry import compute_features


@pytest.mark.slow
def test_files_are_in_the_order_of_the_pools_rows(tmp_path: Path) -> None:
    source = PoolSource(folder=None, photographs=2, variants=2, faulty=1, cache=tmp_path)
    with ThreadPoolExecutor(1) as threads:
        pool = made_pool(source, threads)

    files = picture_files(source)

    assert len(files) == len(pool.rows)
    for row, data in zip(pool.rows, files, strict=True):
        image = decode_image(data, max_pixels=10**6)
        np.testing.assert_array_equal(compute_features(image).numbers, row)


def report(*, adjusted: float = 0.5, verdict: str = "steady") -> dict[str, object]:
    mean = {"name": "mean", "p_value": 0.2, "adjusted_p_value": adjusted, "effect": 0.1}
    return {
        "basis": "reference",
        "verdict": verdict,
        "features": [mean, {"name": "width", "p_value": None}],
        "predictions": [],
        "multivariate": None,
    }


def test_what_differs_between_a_run_and_the_benchmark_is_said() -> None:
    moved = Moved(column="mean", state="steady", adjusted_p_value=0.5, effect=0.1)
    answer = Answer(verdict="steady", smallest_effect=0.3, images_needed=None, columns=(moved,))
    judged = JudgedWindow(block=0, age=0, compared=answer)

    same = day_beside_run(judged, report())
    assert (same.same_answer, same.numbers, same.equal, same.missing) == (True, 2, 2, ())
    assert day_beside_run(judged, report(adjusted=0.75)).largest_difference == 0.25
    assert not day_beside_run(judged, report(verdict="drift")).same_answer
    lacking = day_beside_run(judged, {**report(), "features": []})
    assert lacking.missing == ("mean: adjusted p", "mean: effect")


def test_no_picture_is_in_a_day_twice_or_in_the_reference_too() -> None:
    random = np.random.default_rng(3)
    pictures = 1200
    pool = Pool(
        rows=random.standard_normal((pictures, 2)),
        names=("mean", "std_dev"),
        photographs=np.arange(pictures),
        conditions=random.standard_normal((pictures, 5)),
        fault=np.where(np.arange(pictures) < 900, -1, 0),
        faults=("defocus_blur",),
        classes=np.array(["a", "b"] * (pictures // 2)),
    )

    world = TenDays.of(pool, 1)

    assert len(world.days) == DAYS
    for day in world.days:
        assert len(np.unique(day)) == len(day)
        assert not np.isin(day, world.reference).any()
    assert (pool.fault[world.days[-1]] == 0).all()
    assert (pool.fault[world.days[0]] < 0).all()
