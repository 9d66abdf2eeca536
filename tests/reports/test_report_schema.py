import copy
import dataclasses
import importlib
import json
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

import reports.findings
from reports.findings import (
    answers,
    columns,
    days,
    images,
    model_view,
    places,
    run,
    runs,
)
from reports.findings.constant_reference import ConstantReference
from reports.findings.model_quality import detection, labels, quality, scores
from reports.findings.of_log import counts, server
from reports.findings.of_log.times import LogTimes
from reports.findings.remarks import Remark
from reports.findings.run import JobSettings, RunFindings
from reports.json_report.report import report_json, report_schema
from reports.json_report.schema_page import schema_page
from tests.support import findings as examples
from tests.support import normal_days
from tests.support.boxed_findings import found_boxes
from tests.support.model_view_findings import VIEW_EXAMPLES
from tests.support.quality_findings import QUALITY_EXAMPLES
from tests.support.row_findings import drifted_rows

SCHEMA = cast("dict[str, Any]", report_schema())
EXAMPLES = (
    examples.drifted,
    examples.steady,
    examples.inconclusive,
    examples.empty_window,
    examples.hostile,
    normal_days.drifted_from_days,
    normal_days.quiet_day,
    normal_days.drifted_camera,
    normal_days.learning,
    drifted_rows,
    found_boxes,
    *QUALITY_EXAMPLES,
    *VIEW_EXAMPLES,
)
WHERE = {
    run.RunFindings: SCHEMA,
    run.WindowSpan: SCHEMA["properties"]["window"],
    images.ImageCounts: SCHEMA["properties"]["images"],
    counts.LogCounts: SCHEMA["properties"]["log"],
    counts.LostValues: SCHEMA["$defs"]["lost_values"],
    counts.Recording: SCHEMA["$defs"]["recording"],
    server.ServerFigures: SCHEMA["$defs"]["server_figures"],
    server.EarlierServing: SCHEMA["$defs"]["earlier_serving"],
    server.ServedModelFigures: SCHEMA["$defs"]["served_model"],
    counts.NewestRow: SCHEMA["$defs"]["newest_row"],
    run.ProfileSummary: SCHEMA["properties"]["profile"],
    images.Quality: SCHEMA["properties"]["quality"],
    columns.Finding: SCHEMA["$defs"]["finding"],
    ConstantReference: SCHEMA["$defs"]["constant_reference"],
    columns.Distribution: SCHEMA["$defs"]["distribution"],
    columns.Histogram: SCHEMA["$defs"]["histogram"],
    columns.Outside: SCHEMA["$defs"]["outside"],
    columns.Pile: SCHEMA["$defs"]["pile"],
    columns.Category: SCHEMA["$defs"]["category"],
    columns.Statistic: SCHEMA["$defs"]["statistic"],
    images.Trouble: SCHEMA["$defs"]["trouble"],
    columns.Multivariate: SCHEMA["$defs"]["multivariate"],
    images.Offender: SCHEMA["$defs"]["offender"],
    images.OffenderReason: SCHEMA["$defs"]["offender_reason"],
    images.PictureBoxes: SCHEMA["$defs"]["picture_boxes"],
    images.DrawnBox: SCHEMA["$defs"]["drawn_box"],
    images.AffectedTable: SCHEMA["$defs"]["affected_table"],
    images.GrownClass: SCHEMA["$defs"]["grown_class"],
    model_view.NovelGroup: SCHEMA["$defs"]["novel_group"],
    model_view.ExplainedImage: SCHEMA["$defs"]["explained_image"],
    model_view.ModelView: SCHEMA["$defs"]["model_view"],
    places.Segment: SCHEMA["$defs"]["segment"],
    places.SegmentScan: SCHEMA["$defs"]["segment_scan"],
    places.Onset: SCHEMA["$defs"]["onset"],
    places.SegmentColumn: SCHEMA["$defs"]["segment_column"],
    places.SegmentTest: SCHEMA["$defs"]["segment_test"],
    places.UntestedSegment: SCHEMA["$defs"]["untested_segment"],
    places.SegmentTests: SCHEMA["$defs"]["segment_tests"],
    runs.Trend: SCHEMA["$defs"]["trend"],
    runs.TrendColumn: SCHEMA["$defs"]["trend_column"],
    runs.Evidence: SCHEMA["$defs"]["evidence"],
    runs.Notice: SCHEMA["$defs"]["notice"],
    images.PictureCount: SCHEMA["$defs"]["picture_count"],
    images.PictureHealth: SCHEMA["$defs"]["picture_health"],
    images.Latency: SCHEMA["$defs"]["latency"],
    Remark: SCHEMA["$defs"]["remark"],
    LogTimes: SCHEMA["$defs"]["log_times"],
    JobSettings: SCHEMA["$defs"]["job_settings"],
    days.BesideDays: SCHEMA["$defs"]["beside_days"],
    days.Level: SCHEMA["$defs"]["level"],
    days.LevelColumn: SCHEMA["$defs"]["level_column"],
    days.Baseline: SCHEMA["$defs"]["baseline"],
    days.Episode: SCHEMA["$defs"]["episode"],
    scores.Estimate: SCHEMA["$defs"]["estimate"],
    labels.LabelExample: SCHEMA["$defs"]["label_example"],
    labels.LabelInput: SCHEMA["$defs"]["label_input"],
    scores.ClassScore: SCHEMA["$defs"]["class_score"],
    scores.Confusion: SCHEMA["$defs"]["confusion"],
    scores.ReliabilityBin: SCHEMA["$defs"]["reliability_bin"],
    scores.ClassifierScores: SCHEMA["$defs"]["classifier_scores"],
    scores.VersionScores: SCHEMA["$defs"]["version_scores"],
    quality.QualityDrop: SCHEMA["$defs"]["quality_drop"],
    scores.EstimatedScore: SCHEMA["$defs"]["estimated_score"],
    scores.WrongImage: SCHEMA["$defs"]["wrong_image"],
    quality.QualityPoint: SCHEMA["$defs"]["quality_point"],
    quality.ScoredStretch: SCHEMA["$defs"]["scored_stretch"],
    quality.ModelQuality: SCHEMA["$defs"]["model_quality"],
    detection.BoxConfidences: SCHEMA["$defs"]["box_confidences"],
    detection.ClassPoint: SCHEMA["$defs"]["class_point"],
    detection.DetectedClassScore: SCHEMA["$defs"]["detected_class_score"],
    detection.DetectorPoint: SCHEMA["$defs"]["detector_point"],
    detection.DetectorQuality: SCHEMA["$defs"]["detector_quality"],
    detection.DetectorScores: SCHEMA["$defs"]["detector_scores"],
    detection.DetectorVersionScores: SCHEMA["$defs"]["detector_version_scores"],
    detection.WorstImage: SCHEMA["$defs"]["worst_image"],
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

    assert {run.verdict for run in runs} == set(answers.Verdict)
    assert {column.state for column in columns} == set(answers.State)


def test_every_type_of_the_findings_has_its_place_in_the_schema() -> None:
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(reports.findings.__path__, "reports.findings.")
    ]
    declared = {
        value
        for module in modules
        for value in vars(module).values()
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
        (("basis",), "weeks"),
        (("level",), {"state": "differs"}),
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
    settings = JobSettings(log="log.csv", reference="0" * 16, digest="1" * 16)
    validate(json.loads(report_json(dataclasses.replace(examples.steady(), job_settings=settings))))


def test_the_times_of_the_log_are_valid() -> None:
    times = LogTimes(zoned=3, rows_by_day={"2025-03-03": 3}, late_rows={"run": 2})

    validate(json.loads(report_json(dataclasses.replace(examples.steady(), log_times=times))))
    wrong = dataclasses.replace(times, rows_by_day={"2025-03-03": -1})
    with pytest.raises(jsonschema.ValidationError):
        validate(json.loads(report_json(dataclasses.replace(examples.steady(), log_times=wrong))))


def test_keys_of_a_later_version_are_accepted() -> None:
    report = json.loads(report_json(examples.steady()))

    validate({**report, "a_later_key": {"of": "any kind"}})


def test_the_page_in_docs_is_made_from_the_schema() -> None:
    page = Path("docs/report-schema.md").read_text(encoding="utf-8")

    # After a change: python -m reports.json_report.schema_page docs/report-schema.md
    assert page == schema_page()
