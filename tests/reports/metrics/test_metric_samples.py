"""From findings to samples: every number of a run once, in labels that stay few."""

import dataclasses
import math
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reports.findings.answers import State, Verdict
from reports.findings.columns import Finding
from reports.findings.images import PictureCount, PictureHealth
from reports.findings.model_quality.quality import QualityState
from reports.findings.run import RunFindings
from reports.metrics.catalogue import METRICS
from reports.metrics.exposition import exposition
from reports.metrics.samples import MAX_COLUMNS, samples_of
from tests.support import findings as examples
from tests.support import normal_days, tested_segments
from tests.support.detected_runs import detected_run
from tests.support.labelled_runs import labelled_run
from tests.support.model_view_findings import SEEN

EXAMPLES = (
    examples.drifted,
    examples.steady,
    examples.inconclusive,
    examples.empty_window,
    examples.hostile,
)
UNITS = {"s": "_seconds", "{deviation}": "_deviations"}


def value_of(findings: RunFindings, name: str, **labels: str) -> float | None:
    values = values_of(findings, name, **labels)
    assert len(values) <= 1
    return values[0] if values else None


def values_of(findings: RunFindings, name: str, **labels: str) -> list[float]:
    wanted = labels.items()
    return [
        sample.value
        for sample in samples_of(findings)
        if sample.metric.name == name and wanted <= sample.named_labels.items()
    ]


def columns(number: int) -> tuple[Finding, ...]:
    return tuple(
        Finding(name=f"p_{index}", unit="", state=State.STEADY, effect=0.1, direction="up")
        for index in range(number)
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_exactly_one_verdict_is_set_and_it_is_the_runs(example):
    findings = example()
    values = {
        verdict: value_of(findings, "image_drift_verdict", verdict=verdict) for verdict in Verdict
    }
    assert values == {verdict: float(verdict is findings.verdict) for verdict in Verdict}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_each_column_is_in_exactly_one_state(example):
    findings = example()
    for column in findings.features:
        labels = {"kind": "feature", "column": column.name[:100]}
        values = {
            state: value_of(findings, "image_drift_column_state", state=state, **labels)
            for state in State
        }
        assert values == {state: float(state is column.state) for state in State}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_no_two_samples_have_the_same_labels_and_all_are_finite(example):
    samples = samples_of(example())
    keys = [(sample.metric.name, sample.labels) for sample in samples]
    assert len(set(keys)) == len(keys)
    assert all(math.isfinite(sample.value) for sample in samples)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_the_text_is_read_back_as_the_same_samples(example):
    samples = samples_of(example())
    text = exposition(samples).decode("utf-8")
    read = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert read == {
        (sample.metric.name, frozenset(sample.named_labels.items())): sample.value
        for sample in samples
    }


def test_beside_normal_days_a_number_has_how_far_it_lies_from_them():
    findings = normal_days.drifted_from_days()
    darker = {"kind": "feature", "column": "mean"}
    mean = next(one for one in findings.features if one.name == "mean")
    found = value_of(findings, "image_drift_column_beside_days_deviations", **darker)
    assert found == mean.beside_days.difference
    named = {
        one.named_labels["column"]
        for one in samples_of(findings)
        if one.metric.name == "image_drift_column_beside_days_deviations"
    }
    numbers = [one for one in findings.features + findings.predictions if one.categories is None]
    assert named == {one.name for one in numbers if one.beside_days is not None}
    plain = [one.metric.name for one in samples_of(examples.drifted())]
    assert "image_drift_column_beside_days_deviations" not in plain


def test_the_numbers_of_a_run_are_those_of_its_report():
    findings = examples.drifted()
    darker = {"kind": "feature", "column": "mean"}
    assert value_of(findings, "image_drift_column_effect_deviations", **darker) == 1.34
    assert value_of(findings, "image_drift_column_shift_deviations", **darker) == -1.34
    assert value_of(findings, "image_drift_column_adjusted_p_value", **darker) == 1.4e-21
    assert value_of(findings, "image_drift_images_logged") == 5210
    assert value_of(findings, "image_drift_images", outcome="missing") == 14
    assert value_of(findings, "image_drift_log_rows_rejected") == 3
    assert value_of(findings, "image_drift_stage_duration_seconds", stage="images") == 21.7
    assert value_of(findings, "image_drift_smallest_effect_deviations") == 0.18
    assert value_of(findings, "image_drift_trend_alarm") == 1
    # date --utc --date 2025-03-15T00:00:00Z +%s
    assert value_of(findings, "image_drift_window_end_timestamp_seconds") == 1741996800
    assert value_of(findings, "image_drift_last_run_timestamp_seconds") == 1742008542
    joint = {"kind": "joint", "column": "all features together"}
    assert value_of(findings, "image_drift_column_effect_deviations", **joint) == 1.62


@pytest.mark.parametrize("example", EXAMPLES[:4], ids=lambda example: example.__name__)
def test_the_outcomes_of_images_add_up_to_those_logged(example):
    findings = example()
    outcomes = values_of(findings, "image_drift_images")
    assert sum(outcomes) == value_of(findings, "image_drift_images_logged")


def test_a_difference_of_shares_is_on_the_scale_of_deviations():
    effect = value_of(
        examples.drifted(),
        "image_drift_column_effect_deviations",
        kind="prediction",
        column="breed",
    )
    assert effect == pytest.approx(0.21 / 0.2)


def test_what_is_not_known_has_no_sample_and_no_nan():
    findings = examples.empty_window()
    assert value_of(findings, "image_drift_smallest_effect_deviations") is None
    assert value_of(findings, "image_drift_images_needed") is None
    assert values_of(findings, "image_drift_column_effect_deviations") == []


def test_affected_images_are_none_without_drift():
    drifted = dataclasses.replace(examples.drifted(), affected=412)
    assert value_of(drifted, "image_drift_images_affected") == 412
    for example in (examples.steady, examples.inconclusive, examples.empty_window):
        assert value_of(example(), "image_drift_images_affected") == 0


def test_poor_pictures_are_counted_by_fault():
    counts = {"dark": 4, "blown_out": 3, "blurred": 2, "tiny": 0}
    health = PictureHealth(**{name: PictureCount(images=n) for name, n in counts.items()})
    drifted = examples.drifted()
    findings = dataclasses.replace(
        drifted, quality=dataclasses.replace(drifted.quality, pictures=health)
    )
    for fault, images in counts.items():
        assert value_of(findings, "image_drift_images_poor", fault=fault) == images


def test_columns_beyond_the_cap_have_no_samples_but_are_counted():
    steady = examples.steady()
    findings = dataclasses.replace(steady, predictions=columns(1000))
    shown = len(values_of(findings, "image_drift_column_effect_deviations"))
    total = 1 + len(findings.features) + 1000
    assert shown <= MAX_COLUMNS
    assert value_of(findings, "image_drift_columns_left_out") == total - MAX_COLUMNS
    assert sum(values_of(findings, "image_drift_columns")) == total - 1
    assert value_of(findings, "image_drift_column_effect_deviations", column="mean") is not None
    assert value_of(steady, "image_drift_columns_left_out") == 0


def test_names_that_are_the_same_once_cut_make_one_series():
    long = "x" * 150
    both = tuple(Finding(name=long + end, unit="", state=State.STEADY, effect=1.0) for end in "ab")
    findings = dataclasses.replace(examples.steady(), predictions=both)
    values = values_of(findings, "image_drift_column_effect_deviations", column="x" * 100)
    assert values == [1.0]
    assert value_of(findings, "image_drift_columns_left_out") == 1


def test_hostile_names_stay_one_line_each():
    text = exposition(samples_of(examples.hostile())).decode("utf-8")
    series = [line for line in text.split("\n") if line and not line.startswith("#")]
    assert len(series) == len(samples_of(examples.hostile()))
    assert not [line for line in series if not line.startswith("image_drift_")]


def test_a_run_has_the_same_series_as_the_one_before():
    """Labels that change from run to run would be a new time series each."""
    before = dataclasses.replace(examples.steady(), run_id="a", generated_at="2025-03-14T03:00:00Z")
    series = [
        {(sample.metric.name, sample.labels) for sample in samples_of(findings)}
        for findings in (before, examples.steady())
    ]
    assert series[0] == series[1]


def test_every_metric_of_the_catalogue_comes_from_some_run():
    health = PictureHealth(
        **{name: PictureCount(images=1) for name in ("dark", "blown_out", "blurred", "tiny")}
    )
    drifted = normal_days.drifted_from_days()
    whole = dataclasses.replace(
        drifted,
        quality=dataclasses.replace(drifted.quality, pictures=health),
        model_view=SEEN,
    )
    runs = [named(whole, QualityState.HOLDS) for named in (labelled_run, detected_run)]
    late = "2025-03-15T05:15:00Z"
    found = {sample.metric for run in runs for sample in samples_of(run, late)}
    assert found == set(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_end_in_their_base_unit_and_are_no_counters(metric):
    assert re.fullmatch(r"image_drift_[a-z_]+", metric.name)
    assert metric.name.endswith(UNITS.get(metric.unit, ""))
    assert not metric.name.endswith("_total")
    # Collectors would add _ratio to the name.
    assert metric.unit != "1"


def test_segments_are_counted_by_state_and_each_has_a_sample() -> None:
    run = normal_days.drifted_camera()
    assert value_of(run, "image_drift_segments", state="drift") == 1
    assert value_of(run, "image_drift_segments", state="steady") == 2
    name, camera = "image_drift_segment_drift", {"segment_column": "camera"}
    assert value_of(run, name, segment="gate-3", **camera) == 1
    assert value_of(run, name, segment="gate-1", **camera) == 0
    assert values_of(examples.drifted(), "image_drift_segments") == []


def test_segments_whose_cut_names_are_the_same_share_a_sample_that_misses_no_drift() -> None:
    long = "camera " * 40
    tests = tested_segments.SegmentTests(
        tested=(
            tested_segments.one_segment(f"{long} b", tested_segments.BLURRED),
            tested_segments.one_segment(f"{long} a", tested_segments.BLURRED, state=State.DRIFT),
        )
    )
    run = dataclasses.replace(normal_days.quiet_day(), segment_tests=tests)
    assert values_of(run, "image_drift_segment_drift") == [1.0]
