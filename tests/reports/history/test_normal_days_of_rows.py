"""What a history row keeps of normal days, and rows that know nothing of them."""

import dataclasses
import json
import math

import pytest

from reports.findings.days import Basis, LevelState
from reports.history.history import history_bytes, history_row
from reports.history.normal_days import usual_shift
from reports.history.parsing import parse_history_row
from tests.support import findings as examples
from tests.support import normal_days


def test_a_row_keeps_the_basis_the_level_and_the_learning() -> None:
    kept = history_row(normal_days.drifted_from_days()).normal_days
    assert kept is not None
    assert kept.basis is Basis.DAYS
    assert (kept.blocks, kept.needed, kept.unit) == (28, 7, "day")
    assert (kept.level, kept.level_summary) == (LevelState.DIFFERS, normal_days.LEVEL.summary)
    assert kept.episode_since == normal_days.EPISODE.since
    assert kept.level_stands_out
    assert not kept.is_learning


def test_a_row_of_before_knows_as_many_days_as_blocks() -> None:
    hours = dataclasses.replace(normal_days.BASELINE, blocks=30, days=2, unit="hour")
    row = history_row(dataclasses.replace(normal_days.learning(), baseline=hours))
    document = json.loads(history_bytes(row))
    assert row.normal_days is not None
    assert (row.normal_days.days, row.normal_days.is_learning) == (2, True)
    del document["normal_days"]["days"]
    older = parse_history_row(json.dumps(document).encode()).normal_days
    assert older is not None
    assert (older.days, older.is_learning) == (30, False)


def test_the_usual_shift_is_that_of_the_mean_on_normal_days() -> None:
    run = normal_days.quiet_day()
    row = history_row(run)
    kept = row.normal_days
    assert kept is not None
    for column in run.features:
        beside = column.beside_days
        if beside is None or column.reference is None:
            assert column.name not in kept.usual_shifts
            continue
        mean, deviation = column.reference.mean, column.reference.std
        usual = kept.usual_shifts[column.name] * (deviation or 0.0) + (mean or 0.0)
        assert usual == pytest.approx(beside.usual)
        assert kept.day_spreads[column.name] == beside.day_spread
    assert "breed" not in kept.usual_shifts


def test_a_constant_reference_and_an_unknown_mean_have_no_usual_shift() -> None:
    mean = normal_days.quiet_day().features[0]
    assert mean.beside_days is not None
    assert mean.reference is not None
    assert usual_shift(mean) is not None
    constant = dataclasses.replace(mean.reference, std=0.0)
    unknown = dataclasses.replace(mean.beside_days, usual=None)
    assert usual_shift(dataclasses.replace(mean, reference=constant)) is None
    assert usual_shift(dataclasses.replace(mean, beside_days=unknown)) is None
    assert usual_shift(dataclasses.replace(mean, beside_days=None)) is None


def test_the_band_holds_three_deviations_of_a_day_and_of_its_mean() -> None:
    row = history_row(normal_days.quiet_day())
    assert row.normal_days is not None
    low, high = row.band("mean") or (0.0, 0.0)
    usual = row.normal_days.usual_shifts["mean"]
    assert (low + high) / 2 == pytest.approx(usual)
    assert high - usual == pytest.approx(3 * math.sqrt(0.12**2 + 1 / row.current_units))
    assert row.widest_band == pytest.approx(high - usual)
    assert row.band("breed") is None


@pytest.mark.parametrize(
    "run", [normal_days.drifted_from_days(), normal_days.quiet_day(), normal_days.learning()]
)
def test_a_row_beside_normal_days_reads_back_the_same(run) -> None:
    row = history_row(run)
    assert parse_history_row(history_bytes(row)) == row
    rejected = dataclasses.replace(row, rejected=True)
    assert parse_history_row(history_bytes(rejected)) == rejected


def test_a_row_without_normal_days_has_no_new_key() -> None:
    row = history_row(examples.drifted())
    assert row.normal_days is None
    assert (row.band("mean"), row.widest_band) == (None, None)
    assert not {"normal_days", "rejected"} & set(json.loads(history_bytes(row)))


def test_a_reference_run_that_wants_normal_days_is_told_from_an_old_one() -> None:
    none = dataclasses.replace(normal_days.BASELINE, blocks=0)
    row = history_row(dataclasses.replace(examples.steady(), baseline=none))
    assert row.normal_days is not None
    assert row.normal_days.basis is Basis.REFERENCE
    assert row.normal_days.is_learning
    assert row.widest_band is None


@pytest.mark.parametrize("broken", [3, {}, {"basis": "weeks"}, {"basis": "days", "level": "odd"}])
def test_a_row_with_broken_normal_days_is_refused(broken: object) -> None:
    document = json.loads(history_bytes(history_row(examples.steady())))
    with pytest.raises(ValueError, match=r"."):
        parse_history_row(json.dumps({**document, "normal_days": broken}).encode())


def test_a_quiet_number_beside_days_is_as_far_as_its_mean_is_from_the_usual_one() -> None:
    row = history_row(normal_days.quiet_day())
    assert row.normal_days is not None
    usual = row.normal_days.usual_shifts
    assert row.distance("mean") == pytest.approx(abs(row.shifts["mean"] - usual["mean"]))
    assert row.distance("breed") is None
    distances = [abs(row.shifts[name] - usual[name]) for name in usual]
    assert row.largest_effect == pytest.approx(max(distances))


def test_a_drifted_number_beside_days_is_as_far_as_its_effect() -> None:
    row = history_row(normal_days.drifted_from_days())
    assert row.distance("mean") == row.effects["mean"]
    assert row.distance("breed") == row.effect_in_deviations("breed")
