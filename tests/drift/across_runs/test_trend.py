"""Slow drift across runs: which runs count, what they say, and how rarely they say it in vain."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from drift.across_runs.trend import FEWEST_RUNS, RUN_LENGTH, TodaysRun, find_trend
from drift.remarks.words.slow_drift import told_trend
from reports.findings.answers import State, Verdict
from reports.history.history import AcceptedWindow, HistoryRow

DAY = timedelta(days=1)
END = datetime(2025, 6, 1, tzinfo=UTC)
COLUMNS = ("blur", "light", "noise")
UNITS, REFERENCE = 300, 1000


def iso(moment):
    return moment.isoformat().replace("+00:00", "Z")


def row(back, shifts, *, length=DAY, **other):
    """Return the row of the run whose window ended `back` days before today's."""
    end = END - back * DAY
    values = {
        "run_id": f"{end:%Y%m%d}-{length.days}",
        "window_start": iso(end - length),
        "window_end": iso(end),
        "verdict": Verdict.STEADY,
        "summary": "",
        "images": UNITS,
        "false_alarm_rate": 0.01,
        "shifts": dict(shifts),
        "reference_units": REFERENCE,
        "current_units": UNITS,
        "profile_id": "p-1",
    }
    return HistoryRow(**{**values, **other})


def today(shifts, *, length=DAY, **other):
    values = {
        "window_start": iso(END - length),
        "window_end": iso(END),
        "profile_id": "p-1",
        "shifts": dict(shifts),
        "reference_units": REFERENCE,
        "current_units": UNITS,
    }
    return TodaysRun(**{**values, **other})


def shifts_of(light, seed=0):
    noise = np.random.default_rng(seed).normal(0, UNITS**-0.5, len(COLUMNS))
    return {
        name: float(size) for name, size in zip(COLUMNS, np.add(noise, [0, light, 0]), strict=True)
    }


def slow(runs, per_run, **other):
    """Return the rows before today of a column that moves by so much a run."""
    return [
        row(back, shifts_of(per_run * (runs - back), seed=back), **other)
        for back in range(runs - 1, 0, -1)
    ]


def trend_of(rows, now, minimum_effect=0.1):
    return told_trend(find_trend(rows, now, minimum_effect=minimum_effect))


def test_a_slow_drift_is_named_with_column_direction_size_and_start():
    found = trend_of(slow(20, 0.03), today(shifts_of(0.6)))
    assert found.state is State.DRIFT
    assert found.evidence >= found.run_length == RUN_LENGTH
    assert found.runs == 20
    (column,) = found.columns
    assert (column.name, column.direction) == ("light", "up")
    assert 0.2 < column.shift < 0.6
    assert iso(END - 18 * DAY) <= column.since <= iso(END - 8 * DAY)
    assert found.summary.startswith("Slow drift since ")
    assert "light up by 0." in found.summary


def test_a_drift_downwards_is_named_as_such():
    (column,) = trend_of(slow(20, -0.03), today(shifts_of(-0.6))).columns
    assert column.direction == "down"
    assert column.shift < 0


def test_quiet_runs_are_steady():
    found = trend_of(slow(30, 0.0), today(shifts_of(0.0)))
    assert found.state is State.STEADY
    assert found.columns == ()
    assert found.summary == "No slow drift over the last 30 runs."


def test_a_lasting_move_below_the_minimum_effect_is_steady_for_years():
    rows = [row(back, {"light": 0.09}) for back in range(1, 1000)]
    assert trend_of(rows, today({"light": 0.09})).state is State.STEADY
    assert trend_of(rows, today({"light": 0.09}), minimum_effect=0.2).evidence < 1


@pytest.mark.parametrize("runs", range(FEWEST_RUNS))
def test_with_too_few_runs_it_says_how_many_there_are(runs):
    rows = [row(back, shifts_of(5.0)) for back in range(1, runs)]
    now = today(shifts_of(5.0), current_units=UNITS if runs else 3)
    found = trend_of(rows, now)
    assert found.state is State.INCONCLUSIVE
    assert found.runs == runs
    assert ("there is none" if runs == 0 else f" {runs} with this reference") in found.summary


def test_windows_that_overlap_count_once():
    week = 7 * DAY
    rows = [row(back, shifts_of(0.0, seed=back), length=week) for back in range(1, 36)]
    found = trend_of(rows, today(shifts_of(0.0), length=week))
    assert found.runs == 1 + 35 // 7
    kept = [one for one in rows if (END - one.end).days % 7 == 0]
    assert trend_of(kept, today(shifts_of(0.0), length=week)) == found


def test_rows_that_cannot_be_compared_are_passed_over():
    good = slow(8, 0.0)
    expected = trend_of(good, today(shifts_of(0.0)))
    odd = [
        row(20, shifts_of(9.0), profile_id="p-2"),
        row(21, shifts_of(9.0), profile_id=""),
        row(22, shifts_of(9.0), current_units=9),
        row(23, shifts_of(9.0), reference_units=0),
        row(24, {}),
        row(-3, shifts_of(9.0)),
        row(0, shifts_of(9.0), run_id="the same window before"),
    ]
    assert trend_of([*odd, *good], today(shifts_of(0.0))) == expected


def test_a_run_without_a_profile_has_no_trend():
    found = trend_of(slow(8, 0.0, profile_id=""), today(shifts_of(0.0), profile_id=""))
    assert found.runs == 1


def test_the_order_of_the_rows_does_not_matter():
    rows = slow(20, 0.03)
    now = today(shifts_of(0.6))
    assert trend_of(rows[::-1], now) == trend_of(rows, now)


def test_a_tiny_window_today_leaves_the_trend_of_the_runs_before():
    found = trend_of(slow(25, 0.03), today({"light": -9.0}, current_units=4))
    assert found.state is State.DRIFT
    assert found.runs == 24


def test_other_false_alarm_rates_and_drifted_runs_stay_in():
    rows = slow(20, 0.03, verdict=Verdict.DRIFT, false_alarm_rate=0.5)
    assert trend_of(rows, today(shifts_of(0.6))).runs == 20


def accepted(back, light, **other):
    window = AcceptedWindow(statistics={}, reference_units=REFERENCE, current_units=UNITS)
    return row(back, shifts_of(light), accepted=window, **other)


def lasting(light, runs=30):
    return [row(back, shifts_of(light, seed=back)) for back in range(1, runs)]


def test_what_was_accepted_is_normal_from_then_on():
    assert trend_of(lasting(0.4), today(shifts_of(0.4))).state is State.DRIFT
    rows = [*lasting(0.4), accepted(40, 0.4)]
    assert trend_of(rows, today(shifts_of(0.4))).state is State.STEADY


def test_a_drift_beyond_what_was_accepted_and_one_the_other_way_still_alarm():
    normal = accepted(40, 0.4)
    assert trend_of([*lasting(0.8), normal], today(shifts_of(0.8))).state is State.DRIFT
    assert trend_of([*lasting(-0.4), normal], today(shifts_of(-0.4))).state is State.DRIFT


def test_runs_accepted_against_another_profile_or_later_do_not_count():
    for other in (accepted(40, 0.4, profile_id="p-2"), accepted(-2, 0.4)):
        assert trend_of([*lasting(0.4), other], today(shifts_of(0.4))).state is State.DRIFT


def test_after_a_repair_it_is_steady_within_a_few_runs():
    rows = [row(back, shifts_of(0.6 if back > 4 else 0.0, seed=back)) for back in range(1, 60)]
    assert trend_of(rows[4:], today(shifts_of(0.6))).state is State.DRIFT
    assert trend_of(rows, today(shifts_of(0.0))).state is State.STEADY


def history_of(random, runs, columns, units, reference):
    """Return shifts of runs without drift, all against one reference of heavy-tailed numbers."""
    images = random.lognormal(0, 0.8, (reference, columns))
    windows = random.lognormal(0, 0.8, (runs, units, columns))
    return (windows.mean(axis=1) - images.mean(axis=0)) / images.std(axis=0, ddof=1)


def test_without_drift_no_alarm_comes_sooner_than_stated():
    """60 histories of 60 runs, skewed numbers, small windows, small references.

    At a run length of 1,000 the chance of an alarm within 60 runs is at most 6 %, so 3.6 histories
    are expected at most and 10 is the 99.9 % upper end of the binomial. Measured: none.
    """
    random = np.random.default_rng(17)
    names = [f"column {number}" for number in range(6)]
    alarms = 0
    for _ in range(60):
        shifts = history_of(random, 60, len(names), units=15, reference=120)
        runs = [dict(zip(names, line, strict=True)) for line in shifts.tolist()]
        sizes = {"current_units": 15, "reference_units": 120}
        rows = [row(back, runs[back], **sizes) for back in range(1, 60)]
        found = trend_of(rows, today(runs[0], **sizes), minimum_effect=0.0)
        alarms += found.state is State.DRIFT
    assert alarms <= 10
