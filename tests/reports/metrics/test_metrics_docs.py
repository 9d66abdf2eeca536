"""The page, the dashboard and the alert rules name metrics that are there."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from reports.metrics.catalogue import METRICS
from reports.metrics.describe import metrics_table
from reports.metrics.sample import JOB_LABEL

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "metrics.md").read_text(encoding="utf-8")
RULES_FILE = DOCS / "grafana" / "alert-rules.yml"
RULES = [
    rule
    for group in yaml.safe_load(RULES_FILE.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((DOCS / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
LABELS = {metric.name: {JOB_LABEL, *metric.labels} for metric in METRICS}


def selectors(expression: str) -> list[tuple[str, list[str]]]:
    """Return the metrics of an expression, each with the labels that it is selected by."""
    found = re.findall(r"(image_drift_\w+)(?:\{([^}]*)\})?", expression)
    return [(name, re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside)) for name, inside in found]


def test_the_table_on_the_page_is_up_to_date():
    command = "python -m reports.metrics.describe"
    assert metrics_table() in PAGE, f"replace the table in docs/metrics.md by that of: {command}"


@pytest.mark.parametrize("expression", [*QUERIES, *(rule["expr"] for rule in RULES)])
def test_dashboard_and_rules_ask_for_metrics_and_labels_that_exist(expression):
    asked_for = selectors(expression)
    assert asked_for
    for name, labels in asked_for:
        assert set(labels) <= LABELS[name], name
    grouped = re.findall(r"\b(?:by|on) \(([^)]*)\)", expression)
    known = {label for name, _labels in asked_for for label in LABELS[name]}
    assert {label.strip() for one in grouped for label in one.split(",") if label} <= known


@pytest.mark.parametrize("expression", [*QUERIES, *(rule["expr"] for rule in RULES)])
def test_a_job_that_pushes_once_a_day_is_seen_all_day(expression):
    """A query without a range finds what came in the last five minutes only."""
    without_ranges = re.sub(r"image_drift_\w+(?:\{[^}]*\})?\[[^\]]+\]", "", expression)
    assert selectors(without_ranges) == []


@pytest.mark.parametrize("text", [PAGE, *(json.dumps(rule) for rule in RULES)])
def test_no_text_names_a_metric_that_is_not_there(text):
    assert set(re.findall(r"image_drift_\w+", text)) <= set(LABELS)


class TestDashboard:
    """What Grafana needs to import it; Grafana itself does not run here."""

    def test_it_asks_for_a_data_source_and_a_job(self):
        variables = {one["name"]: one for one in DASHBOARD["templating"]["list"]}
        assert variables["datasource"]["type"] == "datasource"
        assert variables["datasource"]["query"] == "prometheus"
        name, label = re.findall(
            r"label_values\((\w+), (\w+)\)", variables[JOB_LABEL]["definition"]
        )[0]
        assert label in LABELS[name]
        used = set(re.findall(r"\$(\w+)", " ".join(QUERIES)))
        assert used <= set(variables)

    def test_every_panel_has_a_place_of_its_own_and_asks_the_chosen_source(self):
        panels = DASHBOARD["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        cells = [
            (panel["gridPos"]["x"] + dx, panel["gridPos"]["y"] + dy)
            for panel in panels
            for dx in range(panel["gridPos"]["w"])
            for dy in range(panel["gridPos"]["h"])
        ]
        assert len(set(cells)) == len(cells)
        assert max(x for x, _y in cells) < 24
        for panel in panels:
            assert panel["title"]
            assert panel["description"]
            sources = [panel["datasource"], *(one["datasource"] for one in panel["targets"])]
            assert {one["uid"] for one in sources} == {"${datasource}"}
            references = [target["refId"] for target in panel["targets"]]
            assert len(set(references)) == len(references)

    def test_it_has_no_state_of_the_machine_it_was_made_on(self):
        assert "id" not in DASHBOARD
        assert (DASHBOARD["title"], DASHBOARD["uid"]) == ("Image drift", "image-drift")

    def test_a_verdict_is_never_told_by_colour_alone(self):
        mapped = [
            value["text"]
            for panel in DASHBOARD["panels"]
            if "erdict" in panel["title"]
            for mapping in panel["fieldConfig"]["defaults"]["mappings"]
            for value in mapping["options"].values()
        ]
        assert mapped == ["steady", "inconclusive", "DRIFT"] * 2


def test_every_rule_says_what_is_the_matter_and_of_which_job():
    assert len({rule["alert"] for rule in RULES}) == len(RULES) == 8
    for rule in RULES:
        assert "$labels.drift_job" in rule["annotations"]["summary"]
        assert rule["annotations"]["description"]
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}


def series(name: str, values: str, **labels: str) -> dict[str, str]:
    inside = ",".join(f'{key}="{value}"' for key, value in {"drift_job": "dogs", **labels}.items())
    return {"series": f"{name}{{{inside}}}", "values": values}


def alert(name: str) -> dict[str, object]:
    severity = next(rule["labels"]["severity"] for rule in RULES if rule["alert"] == name)
    return {"exp_labels": {"drift_job": "dogs", "severity": severity}}


# Values are hourly; `_` is an hour without any, `1x48` is 1 and 48 more of it.
CASES = {
    "drift that is pushed once stays for a day": (
        "ImageDrift",
        [series("image_drift_verdict", "1 _x40", verdict="drift")],
        "24h",
        True,
    ),
    "no drift": (
        "ImageDrift",
        [series("image_drift_verdict", "0x40", verdict="drift")],
        "24h",
        False,
    ),
    "drift that is over": (
        "ImageDrift",
        [series("image_drift_verdict", "1x20 0x20", verdict="drift")],
        "24h",
        False,
    ),
    "a run five hours ago": (
        "ImageDriftNoRun",
        [series("image_drift_last_run_timestamp_seconds", "0x72")],
        "5h",
        False,
    ),
    "no run for 28 hours, the last one still scraped": (
        "ImageDriftNoRun",
        [series("image_drift_last_run_timestamp_seconds", "0x72")],
        "28h",
        True,
    ),
    "no run for 28 hours, the last one pushed": (
        "ImageDriftNoRun",
        [series("image_drift_last_run_timestamp_seconds", "0 _x72")],
        "28h",
        True,
    ),
    "no run for 28 hours of a job that is to run once a week": (
        "ImageDriftNoRun",
        [
            series("image_drift_last_run_timestamp_seconds", "0x72"),
            series("image_drift_next_run_late_after_timestamp_seconds", "655200x72"),
        ],
        "28h",
        False,
    ),
    "a run that is late by its own schedule, pushed once": (
        "ImageDriftRunLate",
        [series("image_drift_next_run_late_after_timestamp_seconds", "93600 _x72")],
        "28h",
        True,
    ),
    "a run that is not late yet": (
        "ImageDriftRunLate",
        [series("image_drift_next_run_late_after_timestamp_seconds", "93600x72")],
        "25h",
        False,
    ),
    "a run that came late": (
        "ImageDriftRunLate",
        [series("image_drift_next_run_late_after_timestamp_seconds", "93600x28 200000x44")],
        "30h",
        False,
    ),
    "inconclusive for three days": (
        "ImageDriftInconclusiveForLong",
        [
            series("image_drift_verdict", "1x90", verdict="inconclusive"),
            series("image_drift_last_run_timestamp_seconds", "0x23 86400x23 172800x23 259200x23"),
        ],
        "75h",
        True,
    ),
    "inconclusive once": (
        "ImageDriftInconclusiveForLong",
        [
            series("image_drift_verdict", "1x90", verdict="inconclusive"),
            series("image_drift_last_run_timestamp_seconds", "0x90"),
        ],
        "75h",
        False,
    ),
    "one of ten images missing": (
        "ImageDriftImagesMissing",
        [
            series("image_drift_images", "90x9", outcome="analysed"),
            series("image_drift_images", "10x9", outcome="missing"),
            series("image_drift_images_logged", "100x9"),
        ],
        "5h",
        True,
    ),
    "an empty window": (
        "ImageDriftImagesMissing",
        [
            series("image_drift_images", "0x9", outcome="missing"),
            series("image_drift_images_logged", "0x9"),
        ],
        "5h",
        False,
    ),
    "one of ten rows rejected": (
        "ImageDriftRowsRejected",
        [series("image_drift_log_rows", "100x9"), series("image_drift_log_rows_rejected", "10x9")],
        "5h",
        True,
    ),
    "a worse model that is pushed once": (
        "ImageDriftModelWorse",
        [series("image_drift_model_state", "1 _x40", state="dropped")],
        "24h",
        True,
    ),
    "a model that holds": (
        "ImageDriftModelWorse",
        [series("image_drift_model_state", "0x40", state="dropped")],
        "24h",
        False,
    ),
    "slow drift": ("ImageDriftSlowly", [series("image_drift_trend_alarm", "1x9")], "5h", True),
}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.replace(" ", "-"))
def test_the_rules_alert_when_they_should_and_only_then(case, tmp_path):
    name, inputs, at, alerts = CASES[case]
    test = {
        "rule_files": [str(without_texts(tmp_path))],
        "evaluation_interval": "1h",
        "tests": [
            {
                "interval": "1h",
                "input_series": inputs,
                "alert_rule_test": [
                    {"eval_time": at, "alertname": name, "exp_alerts": [alert(name)] * alerts}
                ],
            }
        ],
    }
    path = tmp_path / "test.yml"
    path.write_text(yaml.safe_dump(test), encoding="utf-8")
    finished = subprocess.run(
        ["promtool", "test", "rules", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def without_texts(folder: Path) -> Path:
    """Return the rules without what people read, which promtool would compare word by word."""
    rules = [{key: rule[key] for key in rule if key != "annotations"} for rule in RULES]
    path = folder / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "drift", "rules": rules}]}))
    return path


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_finds_no_fault_in_the_rules():
    finished = subprocess.run(
        ["promtool", "check", "rules", str(RULES_FILE)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
