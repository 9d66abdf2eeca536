import copy
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

from reports import findings as types
from reports.findings import RunFindings
from reports.json_report import report_json, report_schema
from reports.schema_page import schema_page
from tests.support import findings as examples

SCHEMA = cast("dict[str, Any]", report_schema())
EXAMPLES = (
    examples.drifted,
    examples.steady,
    examples.inconclusive,
    examples.empty_window,
    examples.hostile,
)
WHERE = {
    types.RunFindings: SCHEMA,
    types.WindowSpan: SCHEMA["properties"]["window"],
    types.ImageCounts: SCHEMA["properties"]["images"],
    types.LogCounts: SCHEMA["properties"]["log"],
    types.LostValues: SCHEMA["$defs"]["lost_values"],
    types.NewestRow: SCHEMA["$defs"]["newest_row"],
    types.ProfileSummary: SCHEMA["properties"]["profile"],
    types.Quality: SCHEMA["properties"]["quality"],
    types.Finding: SCHEMA["$defs"]["finding"],
    types.ConstantReference: SCHEMA["$defs"]["constant_reference"],
    types.Distribution: SCHEMA["$defs"]["distribution"],
    types.Histogram: SCHEMA["$defs"]["histogram"],
    types.Category: SCHEMA["$defs"]["category"],
    types.Statistic: SCHEMA["$defs"]["statistic"],
    types.Trouble: SCHEMA["$defs"]["trouble"],
    types.Multivariate: SCHEMA["$defs"]["multivariate"],
    types.Offender: SCHEMA["$defs"]["offender"],
    types.Segment: SCHEMA["$defs"]["segment"],
    types.SegmentScan: SCHEMA["$defs"]["segment_scan"],
    types.Onset: SCHEMA["$defs"]["onset"],
    types.Trend: SCHEMA["$defs"]["trend"],
    types.TrendColumn: SCHEMA["$defs"]["trend_column"],
    types.Evidence: SCHEMA["$defs"]["evidence"],
    types.Notice: SCHEMA["$defs"]["notice"],
    types.PictureCount: SCHEMA["$defs"]["picture_count"],
    types.PictureHealth: SCHEMA["$defs"]["picture_health"],
    types.Latency: SCHEMA["$defs"]["latency"],
    types.Remark: SCHEMA["$defs"]["remark"],
    types.LogTimes: SCHEMA["$defs"]["log_times"],
    types.JobSettings: SCHEMA["$defs"]["job_settings"],
}


def validate(report: object) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(report)


def test_the_schema_itself_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_reports_of_every_kind_are_valid(example: Callable[[], RunFindings]) -> None:
    validate(json.loads(report_json(example())))


def test_the_examples_show_every_verdict_and_every_state() -> None:
    runs = [example() for example in EXAMPLES]
    columns = [column for run in runs for column in (*run.features, *run.predictions)]

    assert {run.verdict for run in runs} == set(types.Verdict)
    assert {column.state for column in columns} == set(types.State)


def test_every_type_of_the_findings_has_its_place_in_the_schema() -> None:
    declared = {
        value
        for value in vars(types).values()
        if isinstance(value, type) and dataclasses.is_dataclass(value)
    }

    assert declared == set(WHERE)


@pytest.mark.parametrize("kind", WHERE, ids=lambda kind: kind.__name__)
def test_every_field_is_required_and_described(kind: type) -> None:
    names = [field.name for field in dataclasses.fields(kind)]
    properties = WHERE[kind]["properties"]

    assert sorted(properties) == sorted(names)
    assert sorted(WHERE[kind]["required"]) == sorted(names)
    assert all(len(properties[name]["description"]) > 5 for name in names)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("verdict",), "fine"),
        (("schema_version",), "2"),
        (("window", "end"), None),
        (("images", "logged"), -1),
        (("false_alarm_rate",), None),
        (("features", 0, "state"), "odd"),
        (("features", 0, "p_value"), 1.5),
    ],
)
def test_a_wrong_value_is_refused(path: tuple[str | int, ...], value: object) -> None:
    report = copy.deepcopy(json.loads(report_json(examples.drifted())))
    place = report
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    with pytest.raises(jsonschema.ValidationError):
        validate(report)


def test_the_settings_of_the_job_are_valid() -> None:
    settings = types.JobSettings(log="log.csv", reference="0" * 16, digest="1" * 16)
    validate(json.loads(report_json(dataclasses.replace(examples.steady(), job_settings=settings))))


def test_the_times_of_the_log_are_valid() -> None:
    times = types.LogTimes(zoned=3, rows_by_day={"2025-03-03": 3}, late_rows={"run": 2})

    validate(json.loads(report_json(dataclasses.replace(examples.steady(), log_times=times))))
    wrong = dataclasses.replace(times, rows_by_day={"2025-03-03": -1})
    with pytest.raises(jsonschema.ValidationError):
        validate(json.loads(report_json(dataclasses.replace(examples.steady(), log_times=wrong))))


def test_keys_of_a_later_version_are_accepted() -> None:
    report = json.loads(report_json(examples.steady()))

    validate({**report, "a_later_key": {"of": "any kind"}})


def test_the_page_in_docs_is_made_from_the_schema() -> None:
    page = Path("docs/report-schema.md").read_text(encoding="utf-8")

    # After a change: python -m reports.schema_page docs/report-schema.md
    assert page == schema_page()
