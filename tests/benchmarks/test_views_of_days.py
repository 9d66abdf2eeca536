"""The simulated view of `benchmarks.days`: as new as the reference's own, but for faults."""

import numpy as np
import pytest

from benchmarks.days_parts.ours import Said
from benchmarks.days_parts.pool import Pool
from benchmarks.days_parts.simulated_view import scored_view
from benchmarks.days_parts.view_lines import view_lines
from benchmarks.days_parts.views import ViewsSaid
from reference_stats.model_view.view_scores import NOVELTY

PHOTOGRAPHS, VARIANTS = 60, 10


@pytest.fixture(scope="module")
def pool() -> Pool:
    random = np.random.default_rng(5)
    of = np.repeat(np.arange(PHOTOGRAPHS), VARIANTS)
    return Pool(
        rows=random.standard_normal((len(of) + PHOTOGRAPHS, 3)),
        names=("a", "b", "c"),
        photographs=np.concatenate([of, np.arange(PHOTOGRAPHS)]),
        conditions=1.3 * random.standard_normal((len(of) + PHOTOGRAPHS, 5)),
        fault=np.concatenate([np.full(len(of), -1), np.zeros(PHOTOGRAPHS, dtype=np.int64)]),
        faults=("fog",),
        classes=np.array([f"class {one % 4}" for one in range(PHOTOGRAPHS)]),
    )


def test_pictures_with_a_fault_are_newer_than_others_of_the_same_photographs(pool):
    random = np.random.default_rng(1)
    normal = np.flatnonzero(pool.normal)
    reference = np.bincount(random.choice(normal, 800), minlength=len(pool.rows))
    view = scored_view(pool, reference)
    counts = np.bincount(random.choice(normal, 2_000), minlength=len(pool.rows))

    usual, faulty = view.sums(counts), view.sums((~pool.normal).astype(np.int64))

    at = view.scale.columns.index(NOVELTY.name)
    key = view.scale.keys[at].text
    deviation, middle = view.scale.deviations[at], view.scale.means[at]
    moved = [(one.scores[key][1] / one.images - middle) / deviation for one in (usual, faulty)]
    assert abs(moved[0]) < 0.15
    assert moved[1] > 0.5


def said(alarms: int, runs: int) -> list[Said]:
    return [Said(block=at, age=1, alarm=at < alarms) for at in range(runs)]


def test_rates_stand_beside_their_bar():
    quiet, loud = said(0, 900), said(60, 900)
    worlds = [ViewsSaid(without=quiet, seen=loud, new_model=quiet, learning=said(0, 7))] * 3

    lines = list(view_lines(worlds))

    assert [line.met for line in lines] == [True, False, True, True]
    assert not list(view_lines([]))
