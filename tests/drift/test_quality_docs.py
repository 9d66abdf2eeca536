"""docs/model-quality.md: its job file is one, and what it names is there."""

import re
from pathlib import Path

import pytest

from drift.notebook import JobReports
from jobs.job_file.reading import load_job

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "model-quality.md").read_text(encoding="utf-8")


def test_the_first_job_file_of_the_page_is_valid_and_names_labels(tmp_path):
    text = re.findall(r"```toml\n(name = .*?)```", PAGE, flags=re.DOTALL)[0]
    path = tmp_path / "job.toml"
    path.write_text(text, encoding="utf-8")
    job = load_job(path, {})
    assert job.has_labels
    assert job.labels.columns.timestamp == "labelled_at"


@pytest.mark.parametrize("method", re.findall(r"\.(quality\w*)\(\)", PAGE))
def test_what_notebooks_are_offered_is_there(method):
    assert callable(getattr(JobReports, method))


@pytest.mark.parametrize("key", ["labels.wait", "labels.min_labels", "quality.version"])
def test_the_keys_that_the_page_names_are_in_the_reference(key):
    assert f"`{key}`" in PAGE
    assert f"| `{key}` |" in (DOCS / "job-file.md").read_text(encoding="utf-8")


def test_the_alert_that_the_page_names_is_there():
    rules = (DOCS / "grafana" / "alert-rules.yml").read_text(encoding="utf-8")
    assert "alert: ImageDriftModelWorse" in rules
