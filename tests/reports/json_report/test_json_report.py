import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.findings.answers import Verdict
from reports.findings.run import RunFindings
from reports.json_report.report import REPORT_KEYS, json_bytes, plain, report_json
from tests.support import findings as examples


def test_keys_stand_in_the_documented_order() -> None:
    report = json.loads(report_json(examples.drifted()))

    assert tuple(report) == REPORT_KEYS
    assert list(report["window"]) == ["start", "end"]
    lost = ["missing", "unreadable", "unfetched", "overwritten"]
    assert list(report["images"]) == ["logged", "analysed", *lost, "rows"]


def test_every_field_of_the_findings_has_a_key() -> None:
    assert set(REPORT_KEYS) == {field.name for field in dataclasses.fields(RunFindings)}


def test_text_is_indented_utf8_with_a_newline_at_its_end() -> None:
    data = report_json(dataclasses.replace(examples.steady(), summary="Bär \U0001f43b"))

    assert data.endswith(b"\n}\n")
    assert b'\n  "job": "dogs",\n' in data
    assert "Bär \U0001f43b".encode() in data


def test_the_order_in_which_reasons_were_counted_does_not_show() -> None:
    one = examples.drifted()
    reasons = dict(reversed(one.log.reasons.items()))
    other = dataclasses.replace(one, log=dataclasses.replace(one.log, reasons=reasons))

    assert list(one.log.reasons) != list(other.log.reasons)
    assert report_json(one) == report_json(other)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite_become_null(value: float) -> None:
    data = report_json(dataclasses.replace(examples.steady(), smallest_effect=value))

    assert json.loads(data, parse_constant=pytest.fail)["smallest_effect"] is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_reads_back_as_the_same_number(value: float) -> None:
    assert json.loads(json_bytes(plain({"value": value})))["value"] == value


def test_a_lone_surrogate_in_a_name_is_escaped_and_reads_back() -> None:
    data = report_json(dataclasses.replace(examples.steady(), summary="a\ud800b"))

    assert json.loads(data.decode("utf-8"))["summary"] == "a\ud800b"


def test_sets_are_sorted_and_enums_are_their_values() -> None:
    assert plain({"b", "a"}) == ["a", "b"]
    assert plain(Verdict.DRIFT) == "drift"


def test_a_value_without_a_place_in_json_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="bytes has no place in a report"):
        plain({"picture": b"\xff"})
