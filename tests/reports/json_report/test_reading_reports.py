"""A report is read back as the findings that it was made from."""

import dataclasses
import json

import pytest

from reports.json_report.reading import NoReportError, read_findings
from reports.json_report.report import report_json
from tests.support import (
    detector_findings,
    model_view_findings,
    quality_findings,
    row_findings,
    tested_segments,
)
from tests.support import findings as examples

EXAMPLES = (
    examples.drifted,
    examples.steady,
    examples.inconclusive,
    examples.empty_window,
    examples.hostile,
    detector_findings.detector_worse_with_drift,
    model_view_findings.novel_images,
    quality_findings.two_versions,
    quality_findings.hostile_classes,
    row_findings.drifted_rows,
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_what_was_read_makes_the_same_report(example):
    written = report_json(example())
    assert report_json(read_findings(written)) == written


def test_it_is_of_the_same_types():
    made = dataclasses.replace(examples.drifted(), segment_tests=tested_segments.ONE_CAMERA)
    assert read_findings(report_json(made)) == made


def changed(**keys):
    document = json.loads(report_json(examples.drifted()))
    for key, value in keys.items():
        if value is None:
            del document[key]
        else:
            document[key] = value
    return json.dumps(document).encode()


def test_a_report_of_an_older_version_has_what_is_said_by_default():
    read = read_findings(changed(segment_tests=None, numbers=None, basis=None, remarks=None))
    assert (read.segment_tests, read.numbers, read.remarks) == (None, (), ())
    assert read.headline == examples.drifted().headline


def test_a_key_of_a_newer_version_is_left_out():
    read = read_findings(changed(of_tomorrow={"a": 1}))
    assert report_json(read) == report_json(examples.drifted())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", r"it is no JSON"),
        (b"[" * 100_000, r"it is no JSON"),
        (b"[]", r"report is \[\], not dict"),
        (changed(verdict=None), r"report\.verdict is missing"),
        (changed(verdict="splendid"), r"report\.verdict is 'splendid'"),
        (changed(window={"start": "2025-03-04"}), r"report\.window\.end is missing"),
        (changed(features=[{"name": 3}]), r"report\.features\.0\.name is 3, not str"),
        (changed(images="many"), r"report\.images is 'many', not dict"),
    ],
)
def test_what_is_no_report_is_refused_with_the_place(data, said):
    with pytest.raises(NoReportError, match=said):
        read_findings(data)
