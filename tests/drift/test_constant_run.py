"""Runs on scans whose white ground is the same in every image of the reference."""

import csv
import io
import json
import re
from datetime import datetime, timedelta

import numpy as np
import pytest
import skimage.data
from PIL import Image

from tests.support.command import warm_drift

JOB_FILE = """
name = "scans"
[bucket]
url = "bucket"
[predictions]
path = "log.csv"
columns = { prediction = "prediction" }
[images]
path = "images/{image}"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
[metrics]
textfile = "scans.prom"
"""
START = datetime(2025, 3, 3)
PHOTOGRAPHS = (skimage.data.coffee(), skimage.data.astronaut(), skimage.data.chelsea())
# What people would read as a number of standard deviations.
SIGMAS = re.compile(r"([\d.,]+)\s*(?:sigma|\N{GREEK SMALL LETTER SIGMA})")


def scan(random, ground):
    photograph = PHOTOGRAPHS[int(random.integers(len(PHOTOGRAPHS)))]
    top, left = (int(random.integers(0, size - 64)) for size in photograph.shape[:2])
    page = np.full((92, 92, 3), ground, dtype=np.uint8)
    page[14:78, 14:78] = np.minimum(photograph[top : top + 64, left : left + 64], 245)
    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The first day's ground is a single level darker than the reference's, the second day's 55."""
    folder = tmp_path_factory.mktemp("scans")
    random = np.random.default_rng(11)
    for part in ("reference", "images"):
        (folder / "bucket" / part).mkdir(parents=True)
    for number in range(150):
        (folder / "bucket" / "reference" / f"{number}.png").write_bytes(scan(random, 255))
    rows = []
    for day, ground in enumerate((254, 200)):
        for number in range(120):
            name = f"{day}-{number}.png"
            (folder / "bucket" / "images" / name).write_bytes(scan(random, ground))
            moment = START + timedelta(days=day, minutes=11 * number)
            rows.append([moment.isoformat(), name, "page"])
    with (folder / "bucket" / "log.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["timestamp", "image", "prediction"], *rows])
    (folder / "job.toml").write_text(JOB_FILE)
    return folder


@pytest.fixture(scope="module")
def days(folder):
    runs = [
        warm_drift("run", "job.toml", "--until", f"2025-03-0{day}", cwd=folder) for day in (4, 5)
    ]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr + runs[1].stderr
    reports = sorted((folder / "bucket").rglob("runs/*/report.json"))
    return runs, [json.loads(report.read_bytes()) for report in reports]


def column(report, name):
    return next(one for one in report["features"] if one["name"] == name)


def test_a_ground_of_one_level_less_is_no_drift(days):
    (first, _), (report, _) = days
    assert report["verdict"] != "drift", first.stdout
    assert not [one["name"] for one in report["features"] if one["state"] == "drift"]
    brightest = column(report, "max_pixel")
    assert brightest["state"] == "steady"
    assert brightest["shift"] is None
    assert brightest["constant"]["highest"] == 254.0


def test_another_ground_is_drift_and_told_in_grey_levels(days):
    (_, second), (_, report) = days
    assert report["verdict"] == "drift"
    told = column(report, "max_pixel")
    assert told["state"] == "drift"
    assert told["effect"] > 0.5
    assert told["constant"] == {
        "low": 255.0,
        "high": 255.0,
        "resolution": 1.0,
        "reference_images": told["reference"]["count"],
        "images": told["current"]["count"],
        "lowest": told["constant"]["lowest"],
        "highest": told["constant"]["highest"],
    }
    assert "blown-out colours 0 in all images (0.516068 in all of the ref" in second.stdout


def test_no_number_anywhere_is_beyond_the_cap(days, folder):
    del days
    texts = [
        path.read_text()
        for path in folder.rglob("*")
        if path.suffix in {".html", ".json", ".prom"} and "evidently" not in path.name
    ]
    assert len(texts) >= 7
    for text in texts:
        assert all(float(size.replace(",", "")) <= 100 for size in SIGMAS.findall(text))
        assert not re.search(r'"(?:effect|shift)": ?-?\d{3,}\.', text.replace("100.0", "0"))
    metrics = (folder / "scans.prom").read_text()
    effects = re.findall(r"image_drift_column_(?:effect|shift)_deviations\{.*\} (\S+)", metrics)
    assert effects
    assert all(abs(float(effect)) <= 100 for effect in effects)


def test_the_page_tells_the_level_and_in_how_many_images(days, folder):
    del days
    page = next(
        path.read_text() for path in folder.rglob("runs/*/report.html") if "20250304" in str(path)
    )
    assert "255 in all of the reference" in page
    assert "too little to mean anything" in page
