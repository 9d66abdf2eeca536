"""What a pull request adds to data/ looks like what is there; copy this file into your tests."""

import os
import subprocess
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

import drift

IMAGES, LABELS = Path("data/images"), Path("data/labels.csv")
BASE = os.environ.get("BASE", "origin/main")
PAGES = Path("compared")
# With fewer nothing can be told from chance: somebody has to look at them.
FEWEST = 10


def git(*arguments: str) -> str:
    """Return what git says in this repository."""
    command = ["git", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def check(name: str, found: drift.SetComparison) -> None:
    """Keep the page for whoever reviews the pull request, and fail where something moved."""
    PAGES.mkdir(exist_ok=True)
    found.save(PAGES / f"{name}.html")
    found.assert_no_drift()


def test_new_images_look_like_those_that_are_there() -> None:
    """Compare the files that the pull request adds with all others."""
    diff = git("diff", "-z", "--name-only", "--diff-filter=A", f"{BASE}...HEAD", "--", str(IMAGES))
    added = {Path(name) for name in diff.split("\0") if name}
    if len(added) < FEWEST:
        pytest.skip(f"{len(added)} new images")
    there = [one for one in IMAGES.rglob("*") if one.is_file() and one not in added]
    check("images", drift.compare(there, sorted(added), false_alarm_rate=0.001))


def test_new_labels_are_like_those_that_are_there() -> None:
    """Compare the rows that the pull request adds with those of the base branch."""
    before = pd.read_csv(StringIO(git("show", f"{BASE}:{LABELS}")))
    merged = pd.read_csv(LABELS).merge(before, how="left", indicator="origin")
    added = merged[merged["origin"] == "left_only"].drop(columns="origin")
    if len(added) < FEWEST:
        pytest.skip(f"{len(added)} new rows")
    check("labels", drift.compare(before, added, false_alarm_rate=0.001))
