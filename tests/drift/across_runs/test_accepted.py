"""Accepted windows widen the null: enough to cover their like, not so far as to hide more."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.across_runs.accepted_windows import accepted_windows, widening
from drift.comparison.compare import compare
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.comparison.scoring import DISTANCE, HOTELLING, JOINT
from jobs.job_file.job import DetectionSettings
from reference_stats.model_view.view_scores import NOVELTY
from reports.findings.answers import Verdict
from reports.history.history import AcceptedWindow, HistoryRow
from reports.history.run_view import AcceptedView
from tests.support.columns import lined_up, numeric

ALARMS_AT = 4.2  # |z| that alarms at 1 % of runs with about 80 statistics
MEAN = StatisticKey(group="mean", method="location")
BRIGHT = StatisticKey(group="mean", method="upper_tail")
FAR_OFF = StatisticKey(group=JOINT, method="upper_tail", number=DISTANCE)


def window(z, units=300, key=MEAN, reference=1000):
    return AcceptedWindow(statistics={key.text: z}, reference_units=reference, current_units=units)


def factor(accepted, units=300, key=MEAN, reference=1000):
    made = widening(accepted, [key], reference_units=reference, current_units=units)
    return made[key]


def test_nothing_accepted_widens_nothing():
    assert factor([]) == 1


@pytest.mark.parametrize("key", [MEAN, HOTELLING], ids=lambda key: key.text)
def test_one_accepted_window_covers_its_equal_and_not_three_times_as_much(key):
    for z in (5.0, -5.0, 8.0, 20.0):
        made = factor([window(z, key=key)], key=key)
        assert abs(z) / made < 0.5 * ALARMS_AT
        assert 3 * abs(z) / made > ALARMS_AT


def test_one_deviating_window_of_ten_is_still_covered():
    ordinary = np.random.default_rng(2).standard_normal(9)
    made = factor([window(5.0), *(window(float(z)) for z in ordinary)])
    assert 5 / made < 0.9 * ALARMS_AT
    assert 15 / made > ALARMS_AT


def test_a_statistic_that_no_accepted_window_has_stays_as_it_is():
    assert factor([window(9.0)], key=StatisticKey(group="blur", method="spread")) == 1


def test_a_statistic_is_found_by_the_text_that_older_rows_hold():
    """As rows of the history hold them since the first version."""
    old = AcceptedWindow(
        statistics={
            "mean.location": 5.0,
            "joint.hotelling": 5.0,
            "joint.distance.upper_tail": 5.0,
            "breed.v2.share of 'cat, 1.5 kg'": 5.0,
        },
        reference_units=1000,
        current_units=300,
    )
    share = StatisticKey(group="breed.v2", method="share of 'cat, 1.5 kg'")
    keys = [MEAN, HOTELLING, FAR_OFF, share]
    factors = widening([old], keys, reference_units=1000, current_units=300)
    assert set(factors.values()) == {factor([window(5.0)])}


def test_numbers_that_are_not_there_count_for_nothing():
    assert factor([window(5.0), window(math.nan)]) == factor([window(5.0)])
    assert factor([window(5.0, units=0)]) == 1


def test_what_blocks_differ_by_weighs_more_in_a_larger_window():
    accepted = [window(5.0)]
    small, equal, large = (factor(accepted, units=units) for units in (30, 300, 3000))
    assert 1 < small < equal < large


def test_the_same_blocks_seen_through_windows_of_other_sizes_say_the_same():
    """Blocks that differ by 0.3 sigma: z grows with the window, the variance of blocks does not."""
    small = 0.3 / math.sqrt(1 / 100 + 1 / 1000)
    large = 0.3 / math.sqrt(1 / 1000 + 1 / 1000)
    first = factor([window(math.hypot(small, 1), units=100)])
    second = factor([window(math.hypot(large, 1), units=1000)])
    assert first == pytest.approx(second)


@given(
    st.lists(st.floats(-1e6, 1e6), max_size=20),
    st.integers(1, 10**6),
    st.integers(1, 10**6),
)
def test_it_never_narrows_and_always_is_a_number(sizes, units, reference):
    made = factor([window(z) for z in sizes], units=units, reference=reference)
    assert made >= 1
    assert math.isfinite(made)


def test_the_more_accepted_windows_the_closer_to_the_truth():
    """Blocks of sd 2 in z: the factor is sqrt(5); within 10 % after 1,000 windows."""
    z = math.sqrt(5) * np.random.default_rng(1).standard_normal(1000)
    assert factor([window(float(one)) for one in z]) == pytest.approx(math.sqrt(5), rel=0.1)


def test_where_people_accept_what_alarmed_false_alarms_become_rare_at_once():
    """4,000 jobs whose blocks have sd 2 in z, one alarm accepted in each.

    Without acceptance 6 % of windows alarm. The 99.9 % upper end of a binomial with 1 % is 61.
    """
    random = np.random.default_rng(4)
    spread = math.sqrt(5)
    drawn = spread * random.standard_normal(400_000)
    alarmed = drawn[np.abs(drawn) > ALARMS_AT][:4000]
    assert len(alarmed) == 4000
    factors = [factor([window(float(z))]) for z in alarmed]
    later = np.abs(spread * random.standard_normal(4000) / factors)
    assert (later > ALARMS_AT).sum() <= 61


@pytest.mark.parametrize("tail", [BRIGHT, FAR_OFF], ids=lambda key: key.text)
def test_a_day_without_bright_images_does_not_dull_the_bright_tail(tail):
    dark = window(-4.7, key=tail)
    assert factor([dark], key=tail) == 1
    assert factor([window(-4.7)]) > 1.4


def test_a_day_with_many_bright_images_widens_the_bright_tail():
    bright = window(4.7, key=BRIGHT)
    assert factor([bright], key=BRIGHT) == factor([window(4.7)])


def test_days_without_bright_images_do_not_water_down_a_day_with_many():
    bright, dark = (window(z, key=BRIGHT) for z in (5.0, -5.0))
    assert factor([bright, dark], key=BRIGHT) == factor([window(5.0)])


def test_tails_of_older_versions_have_lost_their_sign_and_count_for_nothing():
    old = dataclasses.replace(window(4.7, key=BRIGHT), signed_tails=False)
    assert factor([old], key=BRIGHT) == 1
    older = dataclasses.replace(window(4.7), signed_tails=False)
    assert factor([older]) == factor([window(4.7)])


def test_accepting_a_day_without_bright_images_leaves_the_bright_tail_as_sharp_as_it_was():
    random = np.random.default_rng(6)
    reference = random.normal(100, 20, 600)
    today = np.minimum(random.normal(100, 20, 300), 115)
    compared = compare(lined_up(numeric("mean", reference, today)), DetectionSettings())
    evidence = compared.evidence
    assert evidence.signed_tails
    assert evidence.statistics["mean.upper_tail"] < -3
    stored = AcceptedWindow(
        statistics=evidence.statistics,
        reference_units=evidence.reference_units,
        current_units=evidence.current_units,
        signed_tails=evidence.signed_tails,
    )
    assert factor([stored], key=BRIGHT) == 1
    assert factor([stored], key=MEAN) > 1


NOVEL = StatisticKey(group=NOVELTY.name, method="location")
SEEN = AcceptedView(view_id="v-1", reference_units=500, current_units=250)


def seen_window(z, view=SEEN):
    return dataclasses.replace(window(z, key=NOVEL), view=view)


def seen_factor(accepted, view_id="v-1"):
    """Return the factor for a window of as many images as the accepted one."""
    return widening(accepted, [NOVEL], reference_units=500, current_units=250, view_id=view_id)[
        NOVEL
    ]


def test_the_scores_of_a_view_rest_on_the_images_that_the_model_saw():
    """What an accepted window teaches of an equal one does not depend on the pixels' units."""
    assert seen_factor([seen_window(5.0)]) == pytest.approx(factor([window(5.0)]))
    with_pixels = {MEAN.text: 5.0, NOVEL.text: 5.0}
    both = dataclasses.replace(seen_window(0.0), statistics=with_pixels)
    assert factor([both]) == factor([window(5.0)])


@pytest.mark.parametrize("view", [None, dataclasses.replace(SEEN, view_id="v-2")])
def test_a_window_that_another_model_saw_or_none_teaches_nothing_of_a_view(view):
    assert seen_factor([seen_window(5.0, view)]) == 1
    assert seen_factor([seen_window(5.0)], view_id="") == 1


def row(run_id, profile_id, accepted):
    return HistoryRow(
        run_id=run_id,
        window_start="2025-03-01T00:00:00Z",
        window_end="2025-03-02T00:00:00Z",
        verdict=Verdict.DRIFT,
        summary="",
        images=300,
        false_alarm_rate=0.01,
        profile_id=profile_id,
        accepted=accepted,
    )


def test_only_accepted_windows_of_the_same_profile_count():
    here, there = window(5.0), window(6.0)
    rows = [row("a", "p-1", here), row("b", "p-2", there), row("c", "p-1", None)]
    assert accepted_windows(rows, "p-1") == (here,)
    assert accepted_windows(rows, "p-3") == ()
