"""The test of a pull request's data passes what is like the rest, and names what is not."""

import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image, ImageFilter

import drift
from examples.pull_request import test_new_data as example

FOLDER = Path(__file__).parents[3] / "examples" / "pull_request"


def add_data(folder: Path, count: int, seed: int, *, blurred: bool = False) -> None:
    """Add pictures of coarse noise and a label for each."""
    generator = np.random.default_rng(seed)
    (folder / "data" / "images").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        coarse = generator.integers(40, 216, (12, 12, 3)).astype(np.uint8)
        image = Image.fromarray(coarse).resize((48, 48), Image.Resampling.NEAREST)
        image = image.filter(ImageFilter.GaussianBlur(3)) if blurred else image
        image.save(folder / "data" / "images" / f"{seed} {number}.png")
    labels = folder / "data" / "labels.csv"
    shares = (0.1, 0.9) if blurred else (0.5, 0.5)
    rows = pd.DataFrame(
        {
            "image": [f"{seed} {number}.png" for number in range(count)],
            "label": generator.choice(["cat", "dog"], count, p=shares),
        }
    )
    known = [pd.read_csv(labels)] if labels.exists() else []
    pd.concat([*known, rows]).to_csv(labels, index=False)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    def git(*arguments):
        author = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *author, *arguments], cwd=tmp_path, check=True, capture_output=True)

    def commit(message):
        git("add", ".")
        git("commit", "-m", message)

    git("init", "-b", "main")
    add_data(tmp_path, 60, 1)
    commit("Begin")
    git("switch", "-c", "more")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(example, "BASE", "main")
    return commit


def test_data_like_the_rest_pass(repository, tmp_path):
    add_data(tmp_path, 30, 2)
    repository("Add more of them")

    example.test_new_images_look_like_those_that_are_there()
    example.test_new_labels_are_like_those_that_are_there()

    assert sorted(one.name for one in (tmp_path / "compared").iterdir()) == [
        "images.html",
        "labels.html",
    ]


def test_blurred_images_and_other_labels_fail_with_what_moved(repository, tmp_path):
    add_data(tmp_path, 60, 2, blurred=True)
    repository("Add blurred ones")

    with pytest.raises(drift.DriftFoundError, match=r"Sharpness: .* below normal"):
        example.test_new_images_look_like_those_that_are_there()
    with pytest.raises(AssertionError, match="label dog"):
        example.test_new_labels_are_like_those_that_are_there()


def test_few_new_data_are_skipped(repository, tmp_path):
    add_data(tmp_path, 3, 2)
    repository("Add three")

    for check in (
        example.test_new_images_look_like_those_that_are_there,
        example.test_new_labels_are_like_those_that_are_there,
    ):
        with pytest.raises(pytest.skip.Exception, match="3 new"):
            check()


def test_the_workflow_runs_the_test_and_keeps_its_pages():
    steps = yaml.safe_load((FOLDER / "data.yml").read_text())["jobs"]["compare"]["steps"]

    assert {
        "run": "pytest tests/test_new_data.py",
        "env": {"BASE": "origin/${{ github.base_ref }}"},
    } in steps
    assert steps[-1]["with"]["path"] == f"{example.PAGES}/"
