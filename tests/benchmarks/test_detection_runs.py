"""Cells, counts and the program, from the command line to the file of results."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.stats import binom

from benchmarks import detection
from benchmarks.detection_parts.cells import BurstCell, PhotographCell, TableCell, World
from benchmarks.detection_parts.corruptions import CORRUPTIONS
from benchmarks.detection_parts.intervals import clopper_pearson
from benchmarks.detection_parts.our_detector import ours
from benchmarks.detection_parts.picture_features import Fault
from benchmarks.detection_parts.pictures import SIZE, folder_photographs, packaged_crops
from benchmarks.detection_parts.plan import Part, Scale, plan
from benchmarks.detection_parts.printing import fault_tables
from benchmarks.detection_parts.results import CellResult, Count, Results
from benchmarks.detection_parts.running import prepare_process, run_cell
from benchmarks.detection_parts.seeds import generator_for
from benchmarks.detection_parts.tables import Structure, make_population

BLUR = Fault(name="gaussian_blur", severity=3)


@pytest.fixture(scope="module")
def world() -> World:
    """Forty photographs whose number is their `mean`; corrupted ones are 1,000 above."""
    numbers = pd.DataFrame({"mean": np.arange(40.0), "std_dev": np.arange(40.0) ** 2})
    return World(
        populations={Structure.REAL: make_population(Structure.REAL, numbers)},
        photographs=numbers,
        corrupted={BLUR: numbers.iloc[:20] + 1_000},
    )


CELL = TableCell(
    key="false-alarms/real/window=20/reference=100",
    structure=Structure.REAL,
    window=20,
    reference=100,
    runs=25,
    peer_runs=15,
)
FAULT_CELL = PhotographCell(
    key="faults/one-in-ten/gaussian_blur-3/window=10/reference=30",
    window=10,
    reference=30,
    runs=5,
    peer_runs=5,
    fault=BLUR,
    corrupted=4,
)


def test_no_photograph_is_in_reference_and_window_at_once(world: World) -> None:
    for run in range(20):
        trial = FAULT_CELL.draw(world, 0, run)
        used = Counter([*trial.reference["mean"] % 1_000, *trial.window["mean"] % 1_000])
        assert max(used.values()) == 1
        assert (len(trial.reference), len(trial.window)) == (30, 10)
        assert (trial.window["mean"] >= 1_000).sum() == 4


def test_a_split_without_fault_uses_only_clean_photographs(world: World) -> None:
    trial = replace(FAULT_CELL, fault=None, corrupted=0).draw(world, 0, 3)
    assert trial.window["mean"].max() < 1_000


def test_every_run_draws_another_reference_unless_runs_share_one(world: World) -> None:
    first, second = (CELL.draw(world, 0, run).reference for run in (0, 1))
    assert not first.equals(second)
    shared = replace(CELL, runs_per_reference=2)
    trials = [shared.draw(world, 0, run) for run in (0, 1, 2)]
    assert trials[0].reference.equals(trials[1].reference)
    assert not trials[0].window.equals(trials[1].window)
    assert not trials[0].reference.equals(trials[2].reference)


def test_a_burst_is_made_of_near_copies_that_share_a_cluster(world: World) -> None:
    cell = BurstCell(
        key="bursts",
        structure=Structure.REAL,
        window=20,
        reference=100,
        runs=1,
        peer_runs=1,
        copies=5,
    )
    trial = cell.draw(world, 0, 0)
    assert trial.clusters is not None
    assert Counter(trial.clusters.tolist()) == dict.fromkeys(range(4), 5)
    within = trial.window["mean"].groupby(trial.clusters).std().max()
    assert 0 < within < 0.1 < trial.window["mean"].std()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("jobs", [1, 2])
def test_results_do_not_depend_on_processes_or_interruptions(
    world: World, tmp_path: Path, jobs: int
) -> None:
    names = ("ours", "deepchecks")
    context = get_context("spawn")
    with ProcessPoolExecutor(
        jobs, mp_context=context, initializer=prepare_process, initargs=(world,)
    ) as pool:
        whole = Results(path=None, settings={})
        result = run_cell(CELL, names, seed=1, pool=pool, results=whole)
        part = Results(path=tmp_path / "part.json", settings={"seed": 1})
        run_cell(replace(CELL, runs=10, peer_runs=10), names, seed=1, pool=pool, results=part)
        again = Results(path=part.path, settings={"seed": 1})
        assert again.resume()
        resumed = run_cell(CELL, names, seed=1, pool=pool, results=again)
    assert counted(resumed) == counted(result)
    assert result.counts["ours"].runs == 25
    assert result.counts["deepchecks"].runs == 15
    # The same in one process and in two: the number of alarms is fixed here once.
    assert counted(result)["deepchecks"] == (15, 12)


def counted(result: CellResult) -> dict[str, tuple[int, int]]:
    return {name: (count.runs, count.alarms) for name, count in result.counts.items()}


def test_results_of_other_settings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    Results(path=path, settings={"seed": 1}).save()
    with pytest.raises(ValueError, match="other settings"):
        Results(path=path, settings={"seed": 2}).resume()


def test_the_interval_holds_its_promise_at_the_ends() -> None:
    low, high = clopper_pearson(10, 1_000)
    assert binom.sf(9, 1_000, low) == pytest.approx(0.025, rel=1e-6)
    assert binom.cdf(10, 1_000, high) == pytest.approx(0.025, rel=1e-6)
    assert clopper_pearson(0, 0) == (0.0, 1.0)
    assert clopper_pearson(5, 5)[1] == 1.0


def test_a_count_without_runs_has_no_rate() -> None:
    assert Count().rate is None


def test_the_full_plan_has_every_cell_that_the_issue_asks_for() -> None:
    scale = Scale(full=True, severities=(), photographs=1_200)
    keys = {cell.key for part in Part for cell in plan(part, scale)}
    for window in (10, 20, 50, 100, 300, 1_000, 10_000):
        for reference in (100, 1_000, 10_000):
            for structure in Structure:
                assert f"false-alarms/{structure}/window={window}/reference={reference}" in keys
    assert "false-alarms/real/window=1000000/reference=10000" in keys
    for corruption in CORRUPTIONS:
        for severity in range(1, 6):
            for window in (10, 20, 50):
                assert f"faults/every/{corruption}-{severity}/window={window}/reference=900" in keys
            for window in (100, 300):
                name = f"faults/one-in-ten/{corruption}-{severity}/window={window}/reference=900"
                assert name in keys
    assert "predictions/real-class-of-10%-doubled/window=300/reference=10000" in keys


def test_the_full_plan_runs_ten_thousand_times_where_that_is_cheap() -> None:
    scale = Scale(full=True, severities=(), photographs=1_200)
    runs = {cell.key: cell.runs for cell in plan(Part.FALSE_ALARMS, scale)}
    assert runs["false-alarms/tied/window=1000/reference=10000"] == 10_000
    assert runs["false-alarms/tied/window=10000/reference=100"] == 2_000
    assert len(runs) == len(plan(Part.FALSE_ALARMS, scale)), "a key is used twice"


def test_there_are_19_corruptions() -> None:
    assert len(set(CORRUPTIONS)) == 19


def test_the_first_views_of_packaged_pictures_are_the_same_in_a_longer_list() -> None:
    few, more = list(packaged_crops(2)), list(packaged_crops(4))
    assert all(np.array_equal(one, two) for one, two in zip(few, more, strict=False))
    assert few[0].shape == (SIZE, SIZE, 3)


def test_a_folder_gives_the_middles_of_its_photographs(tmp_path: Path) -> None:
    wide = np.zeros((300, 900, 3), dtype=np.uint8)
    wide[:, 300:600] = 200
    (tmp_path / "inner").mkdir()
    Image.fromarray(wide).save(tmp_path / "inner" / "wide.PNG")
    (tmp_path / "notes.txt").write_text("no picture")
    (picture,) = folder_photographs(tmp_path)
    assert picture.shape == (SIZE, SIZE, 3)
    assert (picture == 200).mean() > 0.98


def test_a_folder_can_keep_the_sizes_of_its_photographs(tmp_path: Path) -> None:
    for number, size in enumerate(((32, 40), (64, 48))):
        Image.new("RGB", size).save(tmp_path / f"{number}.png")
    sizes = {picture.shape for picture in folder_photographs(tmp_path, keep_size=True)}
    assert sizes == {(40, 32, 3), (48, 64, 3)}


def test_our_answer_says_what_it_saw() -> None:
    random = generator_for("our answer")
    then = pd.DataFrame(
        {
            "mean": random.normal(size=500),
            "prediction": random.choice(list("ab"), 500),
        }
    )
    assert not ours(then, then.iloc[:200]).alarm
    moved = ours(then, then.assign(mean=then["mean"] + 1.0))
    assert moved.alarm
    effects = {one.column: one.effect for one in moved.columns}
    assert effects["mean"] == pytest.approx(1.0, abs=0.1)


def test_the_program_lists_its_cells(capsys: pytest.CaptureFixture[str]) -> None:
    assert detection.main(["--list", "--full", "--cells", "million/mean*"]) == 0
    assert capsys.readouterr().out.startswith("million/mean-up-0.01/window=1000000")


def test_a_pattern_that_names_no_cell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert detection.main(["--list", "--cells", "nonsense"]) == 2
    assert "--list" in capsys.readouterr().err


def test_an_empty_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert detection.main(["--images", str(tmp_path)]) == 2
    assert "--images" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore")
def test_the_program_measures_a_folder_and_keeps_the_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number, picture in enumerate(packaged_crops(140)):
        Image.fromarray(picture).save(folder / f"{number}.png", compress_level=1)
    out = tmp_path / "out.json"
    arguments = ["--images", str(folder), "--cells", "photographs/split/window=10/reference=100"]
    arguments += ["--runs", "3", "--jobs", "1", "--out", str(out), "--cache", str(tmp_path / "c")]
    assert detection.main([*arguments, "--only", "photographs", "--detectors", "ours,nannyml"]) == 0
    cell = json.loads(out.read_text())["cells"]["photographs/split/window=10/reference=100"]
    assert {name: count["runs"] for name, count in cell["counts"].items()} == {
        "ours": 3,
        "nannyml": 3,
    }
    assert "3 runs" in capsys.readouterr().out


def fault_rows(ours: int, quiet: int, loud: int) -> list[str]:
    """Print 100 windows with a fault beside 100 without, seen so often."""
    clean = {"ours": 0, "evidently ks": 1, "deepchecks": 50}
    seen = {"ours": ours, "evidently ks": quiet, "deepchecks": loud}
    cells = [
        (replace(FAULT_CELL, fault=None, key="faults/one-in-ten/none/window=10"), clean),
        (FAULT_CELL, seen),
    ]
    return list(
        fault_tables(
            [
                (
                    cell,
                    CellResult(
                        counts={
                            name: Count(runs=100, alarms=alarms) for name, alarms in said.items()
                        }
                    ),
                )
                for cell, said in cells
            ]
        )
    )


def test_the_table_counts_faults_seen_in_nine_of_ten_windows() -> None:
    lines = fault_rows(ours=90, quiet=89, loud=100)
    (summary,) = [line for line in lines if "seen in >=" in line]
    assert summary.split("%")[1].split() == ["1", "of", "1", "0", "of", "1", "1", "of", "1"]


def test_a_peer_is_ahead_only_if_honest_and_beyond_chance() -> None:
    assert any("evidently ks is ahead" in line for line in fault_rows(50, 80, 100))
    assert not any("is ahead" in line for line in fault_rows(75, 80, 100))
    assert any("means little: deepchecks" in line for line in fault_rows(75, 80, 100))
