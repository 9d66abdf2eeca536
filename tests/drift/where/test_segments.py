"""Where a drift sits: levels, power, and the odd windows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from drift.observations.segments.segment_values import segment_columns
from drift.where import permuted_sums
from drift.where.segments import Concentration, concentrate
from jobs.job_file.job import Job
from tests.support.worlds import JOB

START = np.datetime64("2026-11-17T00:00", "us")
HOUR_S = 3600


class Window:
    """A day of traffic that moved half a standard deviation, the same everywhere."""

    def __init__(self, seed: int, units: int = 300, *, bursts: bool = False) -> None:
        self.random = np.random.default_rng(seed)
        sizes = self.random.geometric(0.4, units) if bursts else np.ones(units, dtype=np.int64)
        self.units = np.repeat(np.arange(units), sizes)
        # Near-copies score alike and share client, version and camera; the class may differ.
        self.scores = self.random.normal(0.5, 1, units)[self.units]
        self.scores += self.random.normal(0, 0.05 * bursts, len(self.units))
        self.seconds = np.sort(self.random.integers(0, 24 * HOUR_S, units))[self.units]
        self.table = pd.DataFrame(
            {
                "model_version": self._pick(10)[self.units],
                "camera": self._pick(4)[self.units],
                "client": self._pick(units // 8)[self.units],
                "breed": self._pick(12)[self.units],
            }
        )

    def _pick(self, values: int) -> np.ndarray:
        return self.random.integers(0, values, self.units[-1] + 1).astype(str).astype(object)

    def where(self, column: str, value: str) -> np.ndarray:
        return (self.table[column] == value).to_numpy()

    def between(self, start_h: float, end_h: float) -> np.ndarray:
        return (self.seconds >= start_h * HOUR_S) & (self.seconds < end_h * HOUR_S)

    def concentrate(self, level: float = 0.05, *, hours: bool = True) -> Concentration:
        times = pd.Series(START + self.seconds.astype("timedelta64[s]")).dt.tz_localize("UTC")
        return concentrate(
            self.scores, self.units, self.table, times, level=level, seed=3, hours=hours
        )


def names(found: Concentration) -> list[tuple[str, str]]:
    return [(one.column, one.value) for one in found.segments if not one.echo_of]


def skewed(window: Window) -> None:
    """One image in ten moved far, whatever it belongs to."""
    far = window.random.random(window.units[-1] + 1) < 0.1
    window.scores = window.random.normal(0, 0.3, len(far))[window.units] + 6 * far[window.units]


def unchanged(window: Window) -> None:
    pass


@pytest.mark.no_cover
@pytest.mark.parametrize("change", [unchanged, skewed])
def test_nothing_is_named_more_often_than_stated_where_the_change_is_everywhere(
    change: Callable[[Window], None],
) -> None:
    runs, level = 200, 0.1
    named = 0
    for seed in range(runs):
        window = Window(seed, units=120, bursts=True)
        change(window)
        found = window.concentrate(level)
        named += bool(found.segments) or found.onset is not None

    # Upper end of the central 99 % of the binomial distribution at the stated level: 32 of 200.
    assert named <= binom.ppf(0.995, runs, level)


def test_the_level_holds_where_sums_are_drawn_instead_of_permuted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(permuted_sums, "EXACT_UNITS", 100)
    runs, level = 60, 0.1
    named = 0
    for seed in range(runs):
        window = Window(seed, units=400)
        skewed(window)
        found = window.concentrate(level, hours=False)
        named += bool(found.segments) or found.onset is not None

    # 13 of 60 at most.
    assert named <= binom.ppf(0.995, runs, level)


def test_one_bad_model_version_of_ten_is_named_first_in_most_windows() -> None:
    runs, right = 40, 0
    for seed in range(runs):
        window = Window(seed)
        window.scores -= 0.45
        window.scores[window.where("model_version", "7")] += 1
        right += names(window.concentrate(0.05))[:1] == [("model_version", "7")]

    # One standard deviation in a tenth of 300 images, beside some 60 other segments.
    assert right >= 0.9 * runs


def test_a_segment_comes_with_its_share_and_both_effects() -> None:
    window = Window(2)
    window.scores -= 0.5
    bad = window.where("model_version", "7")
    window.scores[bad] += 3

    segment = window.concentrate().segments[0]

    assert segment.images == bad.sum()
    assert segment.share_of_images == pytest.approx(bad.mean())
    assert segment.effect == pytest.approx(window.scores[bad].mean())
    assert segment.rest_effect == pytest.approx(window.scores[~bad].mean())
    assert segment.share_of_shift == pytest.approx(window.scores[bad].sum() / window.scores.sum())
    assert segment.adjusted_p_value == pytest.approx(1 / 2000)


def test_a_second_name_of_the_same_images_is_an_echo_of_the_first() -> None:
    window = Window(4)
    bad = window.where("model_version", "7")
    window.scores[bad] += 3
    window.table["camera"] = np.where(bad, "B", window.table["camera"])

    found = window.concentrate()

    assert names(found) == [("model_version", "7")]
    echo = next(one for one in found.segments if one.column == "camera")
    assert (echo.value, echo.echo_of) == ("B", "model_version: 7")
    assert echo.images == found.segments[0].images


def test_a_larger_group_that_holds_the_bad_one_is_an_echo() -> None:
    window = Window(5, units=600)
    bad = window.where("model_version", "7")
    window.scores[bad] += 3
    window.table["camera"] = np.where(bad | window.where("model_version", "6"), "B", "A")

    found = window.concentrate()

    assert names(found) == [("model_version", "7")]
    assert {one.echo_of for one in found.segments[1:]} == {"model_version: 7"}


def test_two_faults_are_both_named_by_themselves() -> None:
    window = Window(6, units=600)
    window.scores[window.where("model_version", "7")] += 3
    window.scores[window.where("camera", "1")] += 2

    assert set(names(window.concentrate())) == {("model_version", "7"), ("camera", "1")}


def test_a_part_that_moved_the_other_way_is_not_named() -> None:
    window = Window(7)
    window.scores[window.where("model_version", "7")] -= 3

    assert ("model_version", "7") not in names(window.concentrate())


def test_a_part_that_lies_hardly_farther_is_not_named_however_sure() -> None:
    window = Window(8, units=20_000)
    window.scores[window.where("camera", "1")] += 0.15

    assert window.concentrate().segments == ()


def test_one_bad_hour_is_named_and_is_no_onset() -> None:
    window = Window(9, units=1_000)
    window.scores[window.between(14, 15)] += 3

    found = window.concentrate()

    assert names(found) == [("hour", "2026-11-17T14:00Z")]
    assert found.onset is None


@pytest.mark.parametrize("seed", range(5))
def test_the_onset_is_within_a_few_images_of_the_truth(seed: int) -> None:
    window = Window(seed)
    window.scores -= 0.5
    window.scores[window.between(14, 24)] += 2

    found = window.concentrate()

    assert found.onset is not None
    since = np.datetime64(found.onset.since.removesuffix("Z"))
    passed = (START + window.seconds.astype("timedelta64[s]") >= since).sum()
    assert abs(int(passed) - int(window.between(14, 24).sum())) <= 8
    assert found.onset.effect_after - found.onset.effect_before == pytest.approx(2, abs=0.4)
    assert found.onset.within == ""
    assert not [one for one in found.segments if one.column == "hour"]


def test_the_onset_of_one_camera_is_found_among_its_own_images() -> None:
    window = Window(11, units=600)
    window.scores -= 0.5
    broken = window.where("camera", "1") & window.between(16, 24)
    window.scores[broken] += 4

    onset = window.concentrate().onset

    assert onset is not None
    assert onset.within == "camera: 1"
    assert "2026-11-17T15:40" < onset.since < "2026-11-17T16:20"


def test_a_change_is_never_put_between_equal_times() -> None:
    window = Window(12)
    window.seconds = window.seconds // (6 * HOUR_S) * (6 * HOUR_S)
    window.scores[150:] += 2

    onset = window.concentrate().onset

    assert onset is not None
    assert onset.since in {f"2026-11-17T{hour}:00:00Z" for hour in ("06", "12", "18")}


def test_one_time_for_all_has_no_onset() -> None:
    window = Window(13)
    window.seconds[:] = 0
    window.scores[150:] += 5

    assert window.concentrate().onset is None


def test_a_burst_counts_once() -> None:
    window = Window(14)
    window.units[:60] = 0
    window.scores[:60] += 4
    window.table.loc[:59, "client"] = "the one with the burst"

    found = window.concentrate()

    assert ("client", "the one with the burst") not in names(found)
    assert found.onset is None


def test_rows_without_a_score_are_left_out() -> None:
    window = Window(15)
    window.scores[window.where("model_version", "7")] += 3
    window.scores[::10] = np.nan

    found = window.concentrate()

    assert names(found) == [("model_version", "7")]
    known = np.isfinite(window.scores) & window.where("model_version", "7")
    assert found.segments[0].images == known.sum()


@pytest.mark.parametrize("missing", [None, np.nan, "", "  "])
def test_a_missing_value_is_a_segment_of_its_own(missing: object) -> None:
    window = Window(16)
    bad = window.where("model_version", "7")
    window.scores[bad] += 3
    window.table["model_version"] = window.table["model_version"].where(~bad, missing)

    assert names(window.concentrate()) == [("model_version", "(empty)")]


def test_a_column_with_one_value_is_not_looked_at() -> None:
    window = Window(17)
    window.table = pd.DataFrame({"model_version": ["7"] * 300})

    found = window.concentrate(hours=False)

    assert found.segments == ()
    assert found.scan is not None
    assert (found.scan.columns, found.scan.segments, found.scan.passed_over) == ((), 0, 1)


@pytest.mark.parametrize("scores", [1.0, 0.1, 1e-12])
def test_scores_that_are_all_alike_name_nothing(scores: float) -> None:
    window = Window(18)
    window.scores[:] = scores

    found = window.concentrate()

    assert found.segments == ()
    assert found.onset is None


@pytest.mark.parametrize("scores", [np.nan, -1.0])
def test_a_window_without_a_direction_is_not_looked_at(scores: float) -> None:
    window = Window(18)
    window.scores[:] = scores

    assert window.concentrate() == Concentration()


def test_small_segments_and_the_values_beyond_the_most_frequent_are_counted() -> None:
    window = Window(19, units=3_000)
    window.table = pd.DataFrame({"client": [str(n % 250) for n in range(2_994)] + ["rare"] * 6})

    scan = window.concentrate(hours=False).scan

    assert scan is not None
    assert (scan.segments, scan.passed_over) == (200, 51)


def test_days_take_the_place_of_hours_with_few_images() -> None:
    window = Window(20)
    window.seconds = window.seconds * 6
    window.scores[window.between(48, 72)] += 3

    assert names(window.concentrate()) == [("day", "2026-11-19")]


def test_the_same_window_gives_the_same_answer_in_any_order_of_clusters_and_rows() -> None:
    window = Window(21, bursts=True)
    window.scores[window.where("model_version", "7")] += 3
    before = window.concentrate()
    window.units = 7 * (window.units.max() - window.units) - 1_000

    again = window.concentrate()

    assert [one.value for one in again.segments] == [one.value for one in before.segments]
    assert window.concentrate() == again


def test_class_and_client_are_segment_columns_beside_the_named_ones() -> None:
    settings = {**JOB, "bucket": {"url": "somewhere"}, "segments": {"columns": ["camera", "breed"]}}

    assert segment_columns(Job.model_validate(settings)) == ("camera", "breed")
    assert segment_columns(Job.model_validate({**settings, "segments": {}})) == ("breed",)
