"""No reader meets a column that stayed beside a p that says drift, without being told why."""

import dataclasses

import pytest

from reports.findings.answers import State
from reports.findings.columns import Finding
from reports.findings.days import BesideDays
from reports.pages.run.columns.asides import axis_unit, why_steady
from reports.pages.run.report import report_html
from tests.reports.pages.run.test_html_report import text_of
from tests.support import findings as examples

BESIDE = BesideDays(usual=1.0, difference=0.1, day_spread=0.1)


def column(**changes: object) -> Finding:
    values = {
        "name": "mean", "unit": "", "state": State.STEADY, "adjusted_p_value": 0.003,
        "threshold": 0.01, "effect": 0.4, "direction": "up", **changes,
    }  # fmt: skip
    return Finding(**values)  # type: ignore[arg-type]


def test_a_move_too_small_to_count_is_said_to_be() -> None:
    words = why_steady(column(effect=0.05), 0.1)

    assert words.startswith("No drift, although p is 0.003, below 0.01: the move is smaller")
    assert "0.1 \N{GREEK SMALL LETTER SIGMA}" in words


def test_beside_normal_days_one_score_has_to_be_unusual_by_itself() -> None:
    assert "unusual by itself" in why_steady(column(beside_days=BESIDE), 0.1)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": State.DRIFT},
        {"adjusted_p_value": 0.02},
        {"adjusted_p_value": None},
        {"note": "It moved by no more than its resolution."},
    ],
)
def test_where_nothing_contradicts_nothing_is_said(changes: dict[str, object]) -> None:
    assert why_steady(column(**changes), 0.1) == ""


def test_the_card_says_it() -> None:
    run = examples.steady()
    low = dataclasses.replace(run.features[0], adjusted_p_value=0.003, effect=0.05)
    run = dataclasses.replace(run, features=(low, *run.features[1:]), minimum_effect=0.1)

    assert text_of(report_html(run, {})).count("No drift, although p is 0.003") == 1


@pytest.mark.parametrize(
    ("unit", "short"),
    [
        ("grey level (0-255)", "grey level"),
        ("share of pixels (0-1)", "share of pixels"),
        ("log10(1 + grey levels squared)", ""),
        ("log ratio", ""),
        ("Hasler-Suesstrunk scale (about 0-110)", ""),
        ("", ""),
    ],
)
def test_an_axis_has_a_unit_that_says_something(unit: str, short: str) -> None:
    assert axis_unit(unit) == short
