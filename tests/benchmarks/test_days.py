"""The simulated days of `benchmarks.days`: their sums are the product's, their rules as stated."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.days_parts.cases import CASES, draw_world
from benchmarks.days_parts.drawing import Counts, Fault, ScoredPool, drawn, recorded
from benchmarks.days_parts.making import PoolSource, made_pool
from benchmarks.days_parts.measures import covered, false_alarms, faults_found
from benchmarks.days_parts.ours import Means, plan
from benchmarks.days_parts.peer_rules import PEERS, three_sigma
from benchmarks.days_parts.pool import CLASS_COLUMN, CONFIDENCE, Pool, load_pool
from benchmarks.days_parts.printing import table
from benchmarks.days_parts.rates import Tally, rate_of
from benchmarks.days_parts.steps import step_of
from benchmarks.days_parts.tasks import Measure, Task, usual_case
from benchmarks.days_parts.variants import FAULTS
from benchmarks.days_parts.worlds import Weather, World
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.model.replay import replay
from drift.days.sums import FamilySums
from reference_stats.features.registry import feature_names


@pytest.fixture(scope="module")
def pool() -> Pool:
    """A pool of made-up features: five conditions, a photograph's own part, and five faults."""
    random = np.random.default_rng(5)
    photographs, variants = 120, 8
    of = np.repeat(np.arange(photographs), variants)
    conditions = 1.3 * random.standard_normal((len(of), 5))
    names = feature_names()
    own = random.standard_normal((photographs, len(names)))
    rows = own[of] + 0.2 * conditions @ random.standard_normal((5, len(names)))
    rows += 0.3 * random.standard_normal(rows.shape)
    chosen = np.tile(np.arange(0, len(of), variants), len(FAULTS))
    fault = np.repeat(np.arange(len(FAULTS)), photographs)
    moved = rows[chosen] + 1.5 * random.standard_normal((len(FAULTS), len(names)))[fault]
    return Pool(
        rows=np.concatenate([rows, moved]),
        names=tuple(names),
        photographs=np.concatenate([of, of[chosen]]),
        conditions=np.concatenate([conditions, conditions[chosen]]),
        fault=np.concatenate([np.full(len(of), -1), fault]),
        faults=tuple(FAULTS),
        classes=np.array([f"class {one % 4}" for one in range(photographs)]),
    )


def expanded(table: pd.DataFrame, counts: Counts) -> pd.DataFrame:
    return table.iloc[np.repeat(np.arange(len(counts)), counts)].reset_index(drop=True)


def test_sums_by_counts_are_those_of_the_table_of_all_images(pool):
    world = World(pool=pool, weather=Weather.MODERATE, seed=1)
    random = np.random.default_rng(1)
    scored = ScoredPool.of(pool, drawn(world, world.at_training, 500, random))
    counts = drawn(world, world.next(), 400, random, Fault(number=2, part=0.1))

    assert counts.sum() == 400
    assert counts[pool.fault == 2].sum() == 40

    rows = expanded(pool.predictions, counts)
    whole = {
        "features": (scored.features, expanded(pool.features, counts), None),
        "predictions": (
            scored.predictions,
            rows[[CONFIDENCE]],
            {CLASS_COLUMN: rows[CLASS_COLUMN].value_counts().astype(float).to_dict()},
        ),
    }
    for ours, numbers, classes in whole.values():
        expected = FamilySums.of(ours.scale, numbers, np.arange(400), classes)
        found = ours.sums(counts)
        assert found.images == expected.images
        assert found.effective == pytest.approx(expected.effective)
        assert found.classes == expected.classes
        assert found.scores.keys() == expected.scores.keys()
        for key, one in expected.scores.items():
            assert found.scores[key] == pytest.approx(one)
        for name, column in expected.columns.items():
            assert found.columns[name].known == column.known
            assert found.columns[name].total == pytest.approx(column.total)
            assert found.columns[name].squares == pytest.approx(column.squares)
            assert (found.columns[name].above, found.columns[name].below) == (
                column.above,
                column.below,
            )


def test_a_record_holds_at_most_300_of_the_images(pool):
    counts = np.zeros(len(pool.rows), dtype=np.int64)
    counts[:50] = 10
    random = np.random.default_rng(2)

    kept = recorded(counts, random)

    assert kept.sum() == 300
    assert (kept <= counts).all()
    assert (recorded(kept, random) == kept).all()


def test_without_day_effects_all_days_are_alike(pool):
    world = World(pool=pool, weather=Weather.NONE, seed=3)
    weights = [world.weights(world.next()) for _ in range(3)]

    assert weights[0] == pytest.approx(weights[1])
    assert weights[0] == pytest.approx(world.weights(world.at_training))


def test_a_replay_block_by_block_is_the_replay_of_all(pool):
    case = replace(usual_case(Weather.MODERATE), blocks=25)
    world = draw_world(case, 4, pool)
    scored = ScoredPool.of(pool, world.reference)
    means = Means.of(pool, scored, world.records, [])
    course = means.course(case.times())
    for block in range(20):
        course.meet(block)
    past = [rows_of(family, range(20)) for family in means.families]
    whole = replay(
        past, case.times().take(range(20)), np.zeros(20, dtype=np.bool_), [plan(), plan()]
    )

    assert course.so_far().normal[:20].tolist() == whole.normal.tolist()
    for one, other in zip(course.so_far().calibrations, whole.calibrations, strict=True):
        assert one.logs == pytest.approx(other.logs)


def test_three_sigma_sees_a_chunk_that_moved():
    values = np.linspace(0, 1, 50)
    usual = np.random.default_rng(1).multinomial(500, np.full(50, 0.02), size=12)
    moved = usual.copy()
    moved[-1] = np.where(values > 0.5, 20, 0)

    assert not three_sigma(values, usual)
    assert three_sigma(values, moved)
    assert three_sigma(np.array(["a", "b"])[(values > 0.5).astype(int)], moved)


def test_a_rate_knows_that_the_days_of_a_world_go_together():
    one_bad_world = rate_of([Tally(alarms=20, runs=100)] + [Tally(alarms=0, runs=100)] * 9)
    spread = rate_of([Tally(alarms=2, runs=100)] * 10)
    none = rate_of([Tally(alarms=0, runs=100)] * 3)

    assert one_bad_world.rate == spread.rate == 0.02
    assert one_bad_world.high > spread.high
    assert 0 < none.high < 0.02
    assert np.isnan(rate_of([]).rate)


@pytest.mark.slow
def test_every_measure_of_a_small_world_is_printed_beside_its_bar(pool):
    measured = []
    for weather in (Weather.NONE, Weather.MODERATE):
        case = usual_case(weather)
        short = replace(case, blocks=16)
        found = false_alarms(short, 1, pool, with_peers=True)
        assert [one.age for one in found.said][:3] == [0, 1, 2]
        assert len(found.said) == 16
        assert set(found.peers) <= set(PEERS)
        measured.append((Task(measure=Measure.ALARMS, case=case.name, seed=1), found))
    case = usual_case(Weather.MODERATE)
    faults = faults_found(case, 2, pool, (3, 7))
    assert np.mean([one.ours for one in faults if one.part == 1 and one.days == 7]) > 0.5
    measured.append((Task(measure=Measure.FAULTS, case=case.name, seed=2), faults))
    step = step_of(replace(case, blocks=45), 3, pool)
    measured.append((Task(measure=Measure.STEP, case=case.name, seed=3), step))
    levels = covered(replace(case, blocks=15), 4, pool, (14,))
    assert levels[14].runs > 20
    levels |= dict.fromkeys((28, 60), levels[14])
    measured.append((Task(measure=Measure.LEVEL, case=case.name, seed=4), levels))

    text = table(measured)

    assert "false alarms, moderate days, all sizes" in text
    assert "faults in all images at 7 past days" in text
    assert "level's interval holds the truth, 14 days" in text


@pytest.mark.slow
def test_a_pool_is_made_of_packaged_pictures_once(tmp_path: Path):
    source = PoolSource(folder=None, photographs=3, variants=2, faulty=1, cache=tmp_path)
    with ThreadPoolExecutor(2) as threads:
        made = made_pool(source, threads)
        again = made_pool(source, threads)

    assert made.rows.shape == (3 * 2 + 3 * len(FAULTS), len(feature_names()))
    assert np.isfinite(made.rows).all()
    assert (made.fault >= 0).sum() == 3 * len(FAULTS)
    assert (again.rows == made.rows).all()
    assert (load_pool(next(tmp_path.glob("days-*.npz"))).photographs == made.photographs).all()


def test_names_of_cases_are_their_own():
    names = [case.name for case in CASES]

    assert len(set(names)) == len(names)


@pytest.mark.slow
def test_a_folder_without_photographs_is_an_error(tmp_path: Path):
    command = [sys.executable, "-m", "benchmarks.days", "--photographs", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "holds no file that ends in" in done.stderr
