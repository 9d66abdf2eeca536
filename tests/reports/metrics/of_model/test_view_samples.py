"""The metrics of the model's view."""

import dataclasses

from reports.findings.run import RunFindings
from reports.metrics.samples import samples_of
from tests.support import findings as examples
from tests.support.model_view_findings import SEEN, no_view, novel_images


def values_of(findings: RunFindings) -> dict[str, float]:
    return {
        one.metric.name: one.value
        for one in samples_of(findings)
        if one.metric.name.startswith("image_drift_model_view")
    }


def test_a_run_with_a_view_says_how_much_is_new_and_what_would_be_by_chance() -> None:
    assert values_of(novel_images()) == {
        "image_drift_model_view_missing": 0.0,
        "image_drift_model_view_share": 1.0,
        "image_drift_model_view_novel_share": 611 / 5190,
        "image_drift_model_view_novel_expected_share": 51.9 / 5190,
    }


def test_a_missing_view_is_a_number_to_alert_on() -> None:
    assert values_of(no_view()) == {
        "image_drift_model_view_missing": 1.0,
        "image_drift_model_view_share": 0.0,
    }


def test_without_a_model_there_is_no_sample() -> None:
    assert values_of(examples.drifted()) == {}


def test_a_window_without_images_has_no_share() -> None:
    seen = dataclasses.replace(SEEN, images=0, novel_images=0)
    run = dataclasses.replace(examples.empty_window(), model_view=seen)

    assert values_of(run) == {"image_drift_model_view_missing": 0.0}


def test_the_numbers_of_the_view_are_columns_of_their_own_kind() -> None:
    effects = {
        one.named_labels["column"]: one.value
        for one in samples_of(novel_images())
        if one.metric.name == "image_drift_column_effect_deviations"
        and one.named_labels["kind"] == "view"
    }

    assert effects["view_novelty"] > 1.0
