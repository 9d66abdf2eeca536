"""The peers' published rules, held to the package that is installed and to scipy."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from benchmarks.detection_parts import peers
from benchmarks.detection_parts.seeds import generator_for
from drift.evidently.report import import_quietly


def tables(name: str, reference: int, window: int, shift: float) -> tuple[pd.DataFrame, ...]:
    """Two tables with an ordinary, a tied, a few-valued, a two-valued and a class column."""
    random = generator_for("peers", name)

    def side(rows: int, shift: float) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "plain": random.normal(shift, 1.0, rows),
                "tied": np.round(random.exponential(1.0 + shift, rows), 1),
                "few": random.integers(0, 4, rows).astype(np.float64),
                "two": (random.random(rows) < 0.3 + shift / 5).astype(np.float64),
                "prediction": random.choice(list("abcde"), rows, p=[0.4, 0.3, 0.15, 0.1, 0.05]),
            }
        )

    return side(reference, 0.0), side(window, shift)


CASES = [
    ("small reference, no shift", 400, 60, 0.0),
    ("small reference, shift", 400, 60, 0.6),
    ("largest small reference", 1_000, 200, 0.25),
    ("large reference, no shift", 1_001, 100, 0.0),
    ("large reference, large window", 2_000, 1_500, 0.0),
    ("large reference, shift", 1_500, 300, 0.4),
]


def package_says(
    reference: pd.DataFrame, window: pd.DataFrame, **settings: object
) -> tuple[Mapping[str, float], float]:
    """Return the package's score per column and the share of drifted columns."""
    api = import_quietly("drift.evidently.api")
    # Only once the project has imported the package with its warnings kept quiet.
    from evidently.presets import DataDriftPreset  # noqa: PLC0415

    definition = api.DataDefinition(
        numerical_columns=[name for name in reference if name != "prediction"],
        categorical_columns=["prediction"],
    )
    sides = [
        api.Dataset.from_pandas(table.astype({"prediction": "object"}), data_definition=definition)
        for table in (window, reference)
    ]
    found = json.loads(api.Report([DataDriftPreset(**settings)]).run(*sides).json())["metrics"]
    scores = {
        metric["config"]["column"]: float(metric["value"])
        for metric in found
        if "column" in metric["config"]
    }
    return scores, float(found[0]["value"]["share"])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "rows", "window", "shift"), CASES)
def test_evidently_defaults_agree_with_the_package(
    name: str, rows: int, window: int, shift: float
) -> None:
    then, now = tables(name, rows, window, shift)
    _, share = package_says(then, now)
    drifted = [peers.evidently_column(then[c].to_numpy(), now[c].to_numpy()) for c in then]
    assert np.mean(drifted) == pytest.approx(share)
    assert peers.evidently_defaults(then, now) == (share >= 0.5)
    assert peers.evidently_any_column(then, now) == (share > 0)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "rows", "window", "shift"), CASES)
def test_evidently_with_bonferroni_agrees_with_the_package(
    name: str, rows: int, window: int, shift: float
) -> None:
    then, now = tables(name, rows, window, shift)
    threshold = 0.01 / then.shape[1]
    scores, _ = package_says(then, now, num_method="ks", cat_method="chisquare")
    assert peers.evidently_bonferroni(then, now) == (min(scores.values()) <= threshold)


def test_nannyml_asks_for_two_chunks_of_the_reference() -> None:
    then, now = tables("chunks", 100, 60, 0.0)
    assert peers.nannyml(then, now) is None


def test_nannyml_alarms_where_the_window_is_farther_than_every_chunk() -> None:
    then, now = tables("far", 600, 50, 3.0)
    assert peers.nannyml(then, now) is True
    assert peers.nannyml(then, then.iloc[:50]) is False


def test_a_value_outside_the_reference_counts_as_a_bin_of_its_own_for_nannyml() -> None:
    then, now = tables("outside", 600, 50, 0.0)
    assert peers.nannyml(then, now.assign(plain=1e6)) is True
    assert peers.nannyml(then, now.assign(prediction="never seen")) is True


def test_deepchecks_alarms_at_a_k_s_statistic_of_one_fifth() -> None:
    then = pd.DataFrame({"plain": np.arange(100.0)})
    assert peers.deepchecks(then, then + 19.0) is False
    assert peers.deepchecks(then, then + 20.0) is True
    assert ks_2samp(then["plain"], then["plain"] + 20.0).statistic == pytest.approx(0.2)


def test_deepchecks_weighs_classes_by_cramers_v() -> None:
    then = pd.DataFrame({"prediction": ["a"] * 500 + ["b"] * 500})
    assert peers.deepchecks(then, pd.DataFrame({"prediction": ["a"] * 60 + ["b"] * 40})) is False
    assert peers.deepchecks(then, pd.DataFrame({"prediction": ["a"] * 90 + ["b"] * 10})) is True


def test_deepchecks_asks_for_ten_rows() -> None:
    then, now = tables("ten", 100, 9, 0.0)
    assert peers.deepchecks(then, now) is None


@pytest.mark.filterwarnings("ignore")
def test_evidently_defaults_alarm_without_drift_at_small_windows_and_large_references() -> None:
    random = generator_for("evidently without drift")
    alarms = 0
    for _ in range(20):
        then, now = (pd.DataFrame(random.normal(size=(rows, 8))) for rows in (5_000, 50))
        alarms += peers.evidently_defaults(then, now)
    # Measured once with the package itself: every one of its runs.
    assert alarms == 20
