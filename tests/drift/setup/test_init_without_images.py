"""What init proposes for logs whose images are nowhere, and what check says of it."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from drift.run_request import RunOptions
from drift.setup.check.registry import check_job_file
from drift.setup.check.result import CheckState
from drift.setup.propose.nothing_found import NothingFoundError
from drift.setup.propose.outcome import told, validated
from jobs.times.timestamps import parse_timestamp
from tests.support.proposing import proposed, said
from tests.support.row_worlds import NUMBERS, make_classes_world, make_numbers_world, numbers_table

END = parse_timestamp("2025-03-15", "UTC")


@pytest.fixture
def numbers_world(tmp_path: Path) -> Path:
    make_numbers_world(tmp_path / "bucket")
    return tmp_path / "bucket"


def checked(folder: Path, text: str) -> dict[str, str]:
    """Return what check says of a job file, by the thing; nothing of it fails."""
    file = folder.parent / "job.toml"
    file.write_text(text, encoding="utf-8")
    checks = list(check_job_file(file, {}, RunOptions(until=END)))
    assert [one for one in checks if one.state is CheckState.FAILS] == []
    return {one.thing: f"{one.found} {one.mend}" for one in checks}


def test_twelve_numbers_and_a_class_are_compared_with_the_table_beside_them(numbers_world):
    proposal = proposed(numbers_world)
    job = tomllib.loads(validated(proposal))

    assert "images" not in job
    assert job["predictions"]["columns"]["numbers"] == list(NUMBERS)
    assert job["predictions"]["columns"]["prediction"] == "predicted"
    assert job["reference"] == {"log": "training_predictions.csv"}
    assert job["segments"]["columns"] == ["camera"]
    assert "No picture lies in the bucket" in said(proposal)
    assert "docs/prediction-log.md" in said(proposal)
    assert "images     none" in told(proposal, Path("x.toml"))


def test_check_speaks_of_rows(numbers_world):
    found = checked(numbers_world, validated(proposed(numbers_world)))

    assert "800 rows (the rows of training_predictions.csv)" in found["reference"]
    assert "rows are compared by themselves" in found["pictures"]
    assert "12 numbers" in found["columns"]
    assert not [one for one in found.values() if " image" in one]


def test_check_names_numbers_that_the_reference_lacks(numbers_world):
    text = validated(proposed(numbers_world))
    table = pd.read_csv(numbers_world / "training_predictions.csv")
    table.drop(columns="speed").to_csv(numbers_world / "training_predictions.csv", index=False)

    assert "no value of speed" in checked(numbers_world, text)["numbers"]


def test_a_file_name_a_class_and_a_confidence_are_compared_with_the_logs_beginning(tmp_path):
    make_classes_world(tmp_path / "bucket")
    proposal = proposed(tmp_path / "bucket")
    job = tomllib.loads(validated(proposal))

    assert "images" not in job
    assert job["predictions"]["columns"] == {
        "timestamp": "time",
        "prediction": "class",
        "confidence": "confidence",
    }
    assert job["reference"]["window"]["start"].startswith("2025-03-03")
    assert "oldest stretch" in said(proposal)
    found = checked(tmp_path / "bucket", validated(proposal))
    assert "with prediction, confidence" in found["reference"]


def test_ids_counters_times_and_constants_are_no_numbers_to_compare(tmp_path):
    draw = np.random.default_rng(5)
    rows = 400
    table = numbers_table(rows, 3)[["speed", "predicted"]]
    moments = pd.date_range("2025-03-03", periods=rows, freq="13min")
    (tmp_path / "bucket").mkdir()
    table.assign(
        timestamp=moments.strftime("%Y-%m-%dT%H:%M:%SZ"),
        request_nr=draw.permutation(rows),
        served=np.cumsum(draw.integers(1, 5, rows)),
        uptime=np.cumsum(draw.random(rows)).round(3),
        epoch=moments.astype("int64") // 10**9,
        always=3.5,
        camera_number=draw.integers(0, 9, rows),
    ).to_csv(tmp_path / "bucket" / "log.csv", index=False)

    assert proposed(tmp_path / "bucket").numbers == ("speed",)


def test_features_in_log_and_table_are_named_as_features(tmp_path):
    names = {"mean_brightness": "mean", "contrast": "std_dev", "noise_sigma": "entropy"}
    make_numbers_world(tmp_path / "bucket")
    folder = tmp_path / "bucket"
    for file in [*(folder / "log").iterdir(), folder / "training_predictions.csv"]:
        pd.read_csv(file).rename(columns=names).to_csv(file, index=False)
    table = pd.read_csv(folder / "training_predictions.csv")
    (folder / "training_predictions.csv").unlink()
    table[list(names.values())].to_csv(folder / "features.csv", index=False)

    text = validated(proposed(folder))
    job = tomllib.loads(text)

    assert job["reference"] == {"features": "features.csv"}
    # Each once, although a feature of the table is a number of the log as well.
    assert checked(folder, text)["reference"].count("entropy") == 1
    assert job["predictions"]["columns"]["numbers"]["mean"] == "mean"


def test_a_table_of_features_under_other_names_is_told(tmp_path):
    make_numbers_world(tmp_path / "bucket")
    table = tmp_path / "bucket" / "training_predictions.csv"
    features = {"mean_brightness": "mean", "contrast": "std_dev", "noise_sigma": "entropy"}
    shown = pd.read_csv(table)[list(features)].rename(columns=features)
    table.unlink()
    shown.to_csv(tmp_path / "bucket" / "labels.csv", index=False)

    proposal = proposed(tmp_path / "bucket")

    assert proposal.reference is None
    assert "reference: labels.csv is a table of features, and no three numbers" in said(proposal)
    assert "There is no other table" not in said(proposal)


@pytest.mark.parametrize(
    ("column", "value"),
    [("image", "gs://elsewhere/images/{}.jpg"), ("image", "s3://elsewhere/{}.jpg")],
)
def test_a_log_that_points_to_images_elsewhere_gets_no_such_job(column, value, tmp_path):
    folder = tmp_path / "bucket"
    make_classes_world(folder)
    log = pd.read_csv(folder / "predictions.csv")
    log[column] = [value.format(number) for number in range(len(log))]
    log.to_csv(folder / "predictions.csv", index=False)

    with pytest.raises(NothingFoundError, match="but not its images"):
        proposed(folder)


def test_a_detectors_log_without_images_is_compared_without_its_boxes(tmp_path):
    lines = ["timestamp,image,x1,y1,x2,y2,class_name,score,image_w,image_h"]
    for number in range(400):
        left, top = number % 40, number % 30
        time = f"2025-03-{1 + number // 40:02}T{number % 24:02}:00:00Z"
        kind, score = ("cat", "dog")[number % 2], 0.5 + number % 50 / 100
        box = f"{left},{top},{left + 20 + number % 7},{top + 15 + number % 5}"
        lines.append(f"{time},{number}.jpg,{box},{kind},{score:.2f},96,72")
    (tmp_path / "predictions.csv").write_text("\n".join(lines), encoding="utf-8")

    proposal = proposed(tmp_path)
    job = tomllib.loads(validated(proposal))

    assert job["predictions"]["columns"]["prediction"] == "class_name"
    assert "boxes" not in job["predictions"]["columns"]
    assert "images" not in job
    assert "x1, y1, x2, y2: these look like a detector's boxes" in said(proposal)
