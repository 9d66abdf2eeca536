"""Parts of the traffic beside the whole: an episode of one part stops nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.matrix import FamilyMeans
from drift.days.model.dependence.calibration import Calibration
from drift.days.model.parts_course import PartsCourse
from drift.days.model.plan import ModelPlan
from drift.days.model.random_effects.family_rows import known_days, rows_of, without_scores
from drift.days.model.replay import Replay, ReplayCourse
from drift.days.model.times import BlockTimes
from drift.days.model.verdict import judge

PARTS, COLUMNS, BLOCKS = 4, 5, 30
BROKEN = range(15, 22)
WHOLE = ModelPlan(level=0.0025, minimum_effect=0.1, draws=1000)
OF_PARTS = replace(WHOLE, needed_days=7)


def family(means: np.ndarray, groups: int, *, images: float = 60.0) -> FamilyMeans:
    columns = means.shape[1] // groups
    keys = tuple(
        StatisticKey(group=f"part {group}", method=LOCATION.name, number=f"column {column}")
        for group in range(groups)
        for column in range(columns)
    )
    return FamilyMeans(
        keys=keys,
        means=means,
        variances=np.where(np.isfinite(means), 1.0, np.nan),
        images=np.where(np.isfinite(means), images, 0.0),
        correlations=tuple(np.eye(columns) for _ in range(groups)),
        skewness=np.zeros(means.shape[1]),
        unit=np.ones(means.shape[1]),
        matters=np.ones(means.shape[1]),
        reference_units=2000,
    )


def parts(*, broken: range = BROKEN, part: int = 1, by: float = 1.2, seed: int = 3) -> np.ndarray:
    """Parts that differ from each other for good; one of them is off for some blocks."""
    random = np.random.default_rng(seed)
    levels = random.normal(0, 0.6, PARTS * COLUMNS)
    means = levels + 0.17 * random.standard_normal((BLOCKS, PARTS * COLUMNS))
    means[np.ix_(list(broken), range(part * COLUMNS, (part + 1) * COLUMNS))] += by
    return means


def whole(*, broken: range = range(0), by: float = 1.0, seed: int = 4) -> np.ndarray:
    means = 0.15 * np.random.default_rng(seed).standard_normal((BLOCKS, COLUMNS))
    means[list(broken)] += by
    return means


def times_of(blocks: int, regimes: np.ndarray | None = None) -> BlockTimes:
    return BlockTimes(
        positions=np.arange(blocks, dtype=np.float64),
        phases=np.arange(blocks) % 7,
        regimes=np.zeros(blocks, dtype=np.int64) if regimes is None else regimes,
    )


def course_of(
    of_whole: np.ndarray, of_parts: np.ndarray, regimes: np.ndarray | None = None
) -> ReplayCourse:
    times = times_of(BLOCKS, regimes)
    course = PartsCourse.of([family(of_parts, PARTS)], times, [OF_PARTS])
    return ReplayCourse.of([family(of_whole, 1, images=300.0)], times, [WHOLE], course)


def replayed(
    of_whole: np.ndarray, of_parts: np.ndarray, regimes: np.ndarray | None = None
) -> Replay:
    course = course_of(of_whole, of_parts, regimes)
    for row in range(BLOCKS):
        course.meet(row)
    return course.so_far()


def test_an_episode_of_one_part_keeps_only_that_part_from_teaching() -> None:
    found = replayed(whole(), parts())
    assert found.normal.all()
    assert found.episodes == ()
    (episode,) = found.parts.episodes
    assert (episode.part, episode.start, episode.end) == ("part 1", BROKEN.start, BROKEN.stop)
    left_out = found.parts.left_out[0].reshape(BLOCKS, PARTS, COLUMNS)
    assert left_out[list(BROKEN), 1].all()
    assert left_out.sum() == len(BROKEN) * COLUMNS


def test_an_open_episode_is_found_by_its_part() -> None:
    found = replayed(whole(), parts(broken=range(20, BLOCKS), part=2))
    running = found.parts.open_episode("part 2")
    assert running is not None
    assert running.start == 20
    assert found.parts.open_episode("part 1") is None


def test_a_part_that_is_broken_for_weeks_is_still_seen_beside_its_days_before() -> None:
    of_parts = parts(broken=range(12, BLOCKS))
    found = replayed(whole(), of_parts)
    means, normal = family(of_parts, PARTS), np.arange(BLOCKS - 1)
    past = without_scores(rows_of(means, normal), found.parts.left_out[0][normal])
    times = times_of(BLOCKS)
    verdict = judge(
        past,
        times.take(normal),
        rows_of(means, [BLOCKS - 1]),
        times.window(BLOCKS - 1),
        found.parts.calibrations[0],
        OF_PARTS,
    )
    assert {key.group for key in verdict.alarms} == {"part 1"}
    assert verdict.groups["part 1"].adjusted_p_value < WHOLE.level
    # The others have learnt all along.
    assert known_days(past, times.take(normal)).tolist() == (
        [29] * COLUMNS + [12] * COLUMNS + [29] * 2 * COLUMNS
    )


def test_a_part_is_not_judged_before_it_has_seven_days_of_its_own() -> None:
    of_parts = parts(broken=range(11, 14))
    of_parts[:6, COLUMNS : 2 * COLUMNS] = np.nan
    assert replayed(whole(), of_parts).parts.episodes == ()
    later = parts(broken=range(14, 17))
    later[:6, COLUMNS : 2 * COLUMNS] = np.nan
    assert [one.start for one in replayed(whole(), later).parts.episodes] == [14]


def test_while_the_whole_is_in_an_episode_no_part_learns() -> None:
    found = replayed(whole(broken=range(15, 20)), parts(broken=range(15, 20)))
    assert not found.normal[15:20].any()
    assert found.parts.episodes == ()
    assert not found.parts.left_out[0].any()


def test_parts_and_whole_do_not_teach_each_other_how_well_days_are_predicted() -> None:
    odd, alone = replayed(whole(), parts()), replayed(whole(), parts(broken=range(0)))
    assert odd.calibrations[0].logs == pytest.approx(alone.calibrations[0].logs)
    assert odd.parts.calibrations[0].predicted == alone.parts.calibrations[0].predicted
    unknown = Calibration.unknown()
    assert odd.parts.calibrations[0].typical_factor < 1.2 * unknown.typical_factor


def test_a_new_level_ends_the_episodes_of_all_parts() -> None:
    regimes = (np.arange(BLOCKS) >= 18).astype(np.int64)
    found = replayed(whole(), parts(broken=range(15, BLOCKS)), regimes)
    assert [(one.start, one.end) for one in found.parts.episodes] == [(15, 18)]


def test_a_copy_of_a_course_leaves_the_first_one_alone() -> None:
    course = course_of(whole(), parts())
    for row in range(BROKEN.start):
        course.meet(row)
    copied = course.copy()
    for row in range(BROKEN.start, BLOCKS):
        copied.meet(row)
    assert course.so_far().parts.episodes == ()
    assert not course.so_far().parts.left_out[0].any()
    told = replayed(whole(), parts()).parts
    assert copied.so_far().parts.episodes == told.episodes
    assert (copied.so_far().parts.left_out[0] == told.left_out[0]).all()


def test_a_part_that_is_gone_stays_in_its_episode() -> None:
    of_parts = parts(broken=range(15, 18))
    of_parts[18:24, COLUMNS : 2 * COLUMNS] = np.nan
    (episode,) = replayed(whole(), of_parts).parts.episodes
    assert (episode.start, episode.end) == (15, 24)


def test_days_are_counted_by_date() -> None:
    means = family(parts(), PARTS)
    times = replace(times_of(BLOCKS), dates=np.arange(BLOCKS) // 3)
    assert known_days(means, times).tolist() == [10] * PARTS * COLUMNS
    gone = without_scores(means, np.arange(BLOCKS)[:, None] < 15)
    assert known_days(gone, times).tolist() == [5] * PARTS * COLUMNS
