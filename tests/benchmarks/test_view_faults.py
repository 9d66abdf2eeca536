"""The benchmark of what a model's view costs on faults: strengths, windows, counts, the program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.stats import binom
from sklearn.datasets import load_digits

from benchmarks import view_faults
from benchmarks.detection_parts.our_detector import line_up_tables
from benchmarks.new_classes_parts.trials import beside_view
from benchmarks.view_faults_parts.results import Counted, FaultResult, result_lines
from benchmarks.view_faults_parts.strengths import LADDERS, Chosen, Where, choose
from benchmarks.view_faults_parts.trials import FaultPool, Measured, Said, Strength
from drift.comparison.compare import would_alarm
from jobs.job_file.job import DetectionSettings
from reference_stats.features.registry import feature_names
from reference_stats.model_view.views import ImageViews

PICTURES, WIDTH, REFERENCE = 400, 16, 300


def measured(pictures: int, *, brighter: float = 0.0, newer: float = 0.0, seed: int) -> Measured:
    """Return drawn features and embeddings; both may lie elsewhere than others do."""
    random = np.random.default_rng(seed)
    names = list(feature_names())[:6]
    embeddings = random.standard_normal((pictures, WIDTH)) + 3.0
    embeddings[:, 0] += newer
    answers = np.full((pictures, 3), np.nan, dtype=np.float32)
    return Measured(
        features=pd.DataFrame(
            random.standard_normal((pictures, len(names))) + brighter, columns=names
        ),
        views=ImageViews(
            embeddings=embeddings.astype(np.float16),
            answers=answers,
            classes=np.full(pictures, -1, dtype=np.int32),
            known=np.ones(pictures, dtype=np.bool_),
        ),
    )


def fault_pool(**moved: float) -> FaultPool:
    return FaultPool(
        clean=measured(PICTURES, seed=1),
        faulty=measured(60, seed=2, **moved),
        reference=REFERENCE,
    )


def test_windows_and_references_share_no_picture_and_have_so_many_faulty_ones() -> None:
    pool = fault_pool(brighter=100.0)
    at = {value: place for place, value in enumerate(pool.clean.features.iloc[:, 0])}
    faulty = {value: place for place, value in enumerate(pool.faulty.features.iloc[:, 0])}
    reference, window = pool._drawn(Strength(window=40, part=0.25), "a", 0)
    values = window.features.iloc[:, 0]
    assert len(reference.features) == len(reference.views) == REFERENCE
    assert len(window.features) == len(window.views) == 40
    assert (values > 50).sum() == 10
    used = [faulty[one] if one > 50 else at[one] for one in values]
    used += [at[one] for one in reference.features.iloc[:, 0]]
    assert len(set(used)) == len(used)
    again = pool._drawn(Strength(window=40, part=0.25), "a", 0)[1]
    other = pool._drawn(Strength(window=40, part=0.25), "a", 1)[1]
    assert window.features.equals(again.features)
    assert not window.features.equals(other.features)


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        ({}, Said(alone=False, view=False, beside=False)),
        ({"brighter": 1.5}, Said(alone=True, view=False, beside=True)),
        ({"newer": 30.0}, Said(alone=False, view=True, beside=True)),
    ],
)
def test_a_window_is_judged_as_the_product_judges_it(
    moved: dict[str, float], expected: Said
) -> None:
    pool, strength = fault_pool(**moved), Strength(window=40, part=1.0)
    said = pool.said(strength, "judged", 0)
    assert said == expected
    assert pool.pixels_alarm(strength, "judged", 0) == expected.alone
    reference, window = pool._drawn(strength, "judged", 0)
    both = beside_view(
        line_up_tables(reference.features, window.features), reference.views, window.views
    )
    assert would_alarm(both, DetectionSettings()) == said.beside


@pytest.mark.parametrize("where", Where)
def test_a_strength_is_chosen_that_is_seen_in_some_windows(where: Where) -> None:
    ladder = LADDERS[where]
    faulty = [one.faulty for one in ladder]
    assert faulty == sorted(set(faulty))
    for at, strength in enumerate(ladder):
        powers = {
            one: 0.0 if place < at else 0.6 if place == at else 1.0
            for place, one in enumerate(ladder)
        }
        assert choose(ladder, powers.__getitem__) == Chosen(strength=strength, power=0.6)


def test_faults_that_are_seen_always_or_never_cannot_tell() -> None:
    ladder = LADDERS[Where.EVERY]
    always, never = (choose(ladder, lambda _: power) for power in (1.0, 0.0))  # noqa: B023 - called at once
    assert (always.strength, always.can_tell) == (ladder[0], False)
    assert (never.strength, never.can_tell) == (ladder[-1], False)


def test_pairs_of_windows_are_counted_as_mcnemar_does() -> None:
    lost, won = (
        Said(alone=True, view=False, beside=False),
        Said(alone=False, view=True, beside=True),
    )
    same, seen = (Said(alone=both, view=False, beside=both) for both in (False, True))
    counted = Counted.of([lost] * 5 + [won] + [same] * 4 + [seen] * 10)
    assert (counted.windows, counted.alone, counted.beside, counted.view) == (20, 15, 11, 1)
    assert (counted.lost, counted.won, counted.change) == (5, 1, -0.2)
    assert counted.p_value == pytest.approx(2 * binom.cdf(1, 6, 0.5))
    low, high = counted.change_interval
    assert -0.3 <= low < counted.change < high < 0.3
    assert Counted.of([same, seen]).change_interval == (0.0, 0.0)
    assert Counted.together([counted, counted]).lost == 10


def result(fault: str, lost: int, won: int, power: float = 0.6) -> FaultResult:
    return FaultResult(
        fault=fault,
        where=Where.PART,
        chosen=Chosen(strength=Strength(window=100, part=0.1), power=power),
        counted=Counted(
            windows=100, alone=60, beside=60 + won - lost, view=won, lost=lost, won=won
        ),
    )


def test_the_table_says_which_bars_are_met_and_what_was_left_out() -> None:
    results = [result("fog", 11, 0), result("snow", 0, 7), result("frost", 90, 0, power=1.0)]
    lines = list(result_lines(results))
    text = "\n".join(lines)
    assert "change of the mean -2.0%" in text
    assert "bar >= -3%: met" in text
    assert "largest fall -11.0%; bar >= -10% of each: missed, by 1 of 2" in text
    assert [line.split()[0] for line in lines if "left out" in line] == ["frost"]
    met = "\n".join(result_lines([result("fog", 4, 0)]))
    assert "bar >= -3%: missed" in met
    assert "bar >= -10% of each: met" in met


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_program_measures_a_fault_with_a_net_that_it_trains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digits = load_digits()
    for number, (levels, label) in enumerate(zip(digits.images[:500], digits.target, strict=False)):
        folder = tmp_path / "digits" / str(label)
        folder.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(np.round(levels * (255 / 16)).astype(np.uint8))
        picture.resize((28, 28)).save(folder / f"{number}.png")
    arguments = ["--folder", str(tmp_path / "digits"), "--model", "small-net"]
    arguments += ["--only", "pipeline", "--faults", "warm_light", "bgr_swap", "--reference", "120"]
    arguments += ["--faulty", "110", "--runs", "3", "--pilots", "3", "--jobs", "1"]
    arguments += ["--cache", str(tmp_path / "cache")]
    assert view_faults.main(arguments) == 0
    said = capsys.readouterr().out
    assert "references of 120, 3 windows a fault" in said
    assert said.count("bgr_swap") == 2
    assert said.count("left out: the nearest power is 0% in") >= 2
