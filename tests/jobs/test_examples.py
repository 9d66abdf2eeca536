"""The job files that ship as examples, and the page that explains every key."""

from pathlib import Path

import pytest

from jobs.job_file.reading import load_job
from jobs.job_file.reference_page import job_reference

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.toml")), ids=lambda p: p.name)
def test_every_example_is_a_valid_job_file(path):
    assert load_job(path, {}).name


def test_there_are_examples():
    assert len(list((ROOT / "examples").glob("*.toml"))) >= 3


def test_the_page_on_the_job_file_is_up_to_date():
    written = (ROOT / "docs" / "job-file.md").read_text(encoding="utf-8")
    assert written == job_reference(), (
        "run: python -m jobs.job_file.reference_page > docs/job-file.md"
    )
