"""The part `pipeline` of the benchmark of detection: its faults, its plan, its table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import detection
from benchmarks.detection_parts.cells import PhotographCell
from benchmarks.detection_parts.corruptions import CORRUPTIONS
from benchmarks.detection_parts.picture_features import Fault
from benchmarks.detection_parts.pictures import packaged_crops
from benchmarks.detection_parts.pipeline_faults import PIPELINE_FAULTS, break_picture
from benchmarks.detection_parts.plan import Part, Scale, plan
from benchmarks.detection_parts.printing import fault_tables
from benchmarks.detection_parts.results import CellResult, Count

Pixels = np.ndarray
DRAWN = {"underexposed", "smudged_lens", "hot_pixels"}


@pytest.fixture(scope="module")
def picture() -> Pixels:
    (only,) = packaged_crops(1)
    return only[:200]


def test_there_are_18_and_none_is_a_corruption_of_imagenet_c() -> None:
    assert len(set(PIPELINE_FAULTS)) == 18
    assert not set(PIPELINE_FAULTS) & set(CORRUPTIONS)


@pytest.mark.parametrize("name", PIPELINE_FAULTS)
def test_a_fault_changes_the_picture_and_is_the_same_again(name: str, picture: Pixels) -> None:
    before = picture.copy()
    broken = break_picture(picture, name, 3)
    assert (picture == before).all()
    assert broken.dtype == np.uint8
    assert broken.shape[:2] == (picture.shape[1::-1] if name == "rotated_90" else (200, 224))
    assert broken.shape != picture.shape or (broken != picture).any()
    assert (broken == break_picture(picture, name, 3)).all()
    differs = not np.array_equal(broken, break_picture(picture, name, 4))
    assert differs == (name in DRAWN)


def test_some_faults_are_what_their_names_say(picture: Pixels) -> None:
    broken = {name: break_picture(picture, name, 0) for name in PIPELINE_FAULTS}
    assert (broken["bgr_swap"][..., 0] == picture[..., 2]).all()
    assert (np.ptp(broken["grey_pipeline"], axis=2) == 0).all()
    assert (np.rot90(broken["rotated_90"], -1) == picture).all()
    assert (broken["letterbox"][:25] == 0).all()
    assert broken["limited_range"].min() >= 16
    assert broken["limited_range"].max() <= 235
    assert set(np.unique(broken["quantised"]) % 16) == {0}
    assert (broken["overflow_wrap"].astype(int) - picture).max() == 12
    hot = (broken["hot_pixels"] != picture).any(axis=2)
    assert 8 <= hot.sum() <= 200 * 224 // 4_000
    assert (broken["hot_pixels"][hot] == 255).all()


def test_the_plan_has_the_windows_and_shares_of_the_bar() -> None:
    cells = plan(Part.PIPELINE, Scale(full=False, severities=(), photographs=1_000))
    keys = {cell.key for cell in cells}
    assert len(keys) == len(cells) == 6 * (18 + 1)
    for name in (*PIPELINE_FAULTS, "none"):
        for window in (10, 20, 50, 100):
            assert f"pipeline/every/{name}/window={window}/reference=500" in keys
        for window in (100, 300):
            assert f"pipeline/one-in-ten/{name}/window={window}/reference=500" in keys
    shares = {
        cell.corrupted / cell.window
        for cell in cells
        if isinstance(cell, PhotographCell) and cell.fault
    }
    assert shares == {1.0, 0.1}


def test_a_small_folder_has_the_windows_that_fit() -> None:
    cells = plan(Part.PIPELINE, Scale(full=False, severities=(), photographs=120))
    assert {(cell.window, cell.reference) for cell in cells} == {(10, 60), (20, 60), (50, 60)}


def test_its_tables_stand_beside_those_of_imagenet_c() -> None:
    counted = []
    for part, fault in (
        ("faults", Fault(name="fog", severity=1)),
        ("pipeline", Fault(name="banding")),
    ):
        for shown in (None, fault):
            name = "none" if shown is None else shown.name
            cell = PhotographCell(
                key=f"{part}/every/{name}/window=10/reference=30",
                window=10,
                reference=30,
                runs=10,
                peer_runs=0,
                fault=shown,
            )
            counted.append((cell, CellResult(counts={"ours": Count(runs=10, alarms=9)})))
    lines = list(fault_tables(counted))
    assert "faults in every image, severity 1, windows of 10: seen in %" in lines
    assert "pipeline in every image, windows of 10: seen in %" in lines
    assert [line.split()[0] for line in lines if "90.0" in line] == [
        "(no",
        "fog",
        "(no",
        "banding",
    ]


@pytest.mark.filterwarnings("ignore")
def test_the_program_measures_a_fault_without_other_packages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number, one in enumerate(packaged_crops(60)):
        Image.fromarray(one).resize((96, 96)).save(folder / f"{number}.png")
    out = tmp_path / "out.json"
    arguments = ["--images", str(folder), "--only", "pipeline", "--detectors", "ours"]
    arguments += ["--cells", "pipeline/every/grey_pipeline/window=20/*", "--runs", "3"]
    arguments += ["--jobs", "1", "--out", str(out), "--cache", str(tmp_path / "cache")]
    assert detection.main(arguments) == 0
    (cell,) = json.loads(out.read_text())["cells"].values()
    assert cell["counts"]["ours"]["alarms"] == 3
    assert "seen in >= 90 %" in capsys.readouterr().out
