"""What docs/model-view.md shows is what a job file takes, and what this version computes."""

import re
import tomllib
from pathlib import Path

import pytest

from jobs.job_file.model_settings import ModelSettings
from reference_stats.model_view.definition import MOST_WIDTH
from reference_stats.model_view.view_scores import VIEW_SCORES

PAGE = (Path(__file__).parents[4] / "docs/model-view.md").read_text(encoding="utf-8")
TABLES = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)]


@pytest.mark.parametrize("table", [one["model"] for one in TABLES if "model" in one], ids=str)
def test_a_table_of_the_page_is_one_that_a_job_takes(table):
    assert ModelSettings.model_validate(table).path == table["path"]


def test_the_page_has_a_table_for_each_form():
    paths = {Path(one["model"]["path"]).suffix for one in TABLES if "model" in one}
    assert paths == {".mar", ".pt", ".pt2", ".onnx", ".pth", ""}


def test_the_page_names_every_score_with_what_its_rise_means():
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, flags=re.MULTILINE))
    assert rows == {one.name: one.rises for one in VIEW_SCORES}


def test_the_page_says_how_wide_an_embedding_may_be():
    assert f"more than {MOST_WIDTH:,} numbers" in PAGE
