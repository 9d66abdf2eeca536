"""Example findings beside normal days: a drifted, a steady, an accepted and a learning run."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import numpy as np

from reports.findings.answers import State, Verdict
from reports.findings.columns import Finding
from reports.findings.days import (
    Baseline,
    Basis,
    BesideDays,
    Episode,
    Level,
    LevelColumn,
    LevelState,
)
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow, history_row
from tests.support import findings as examples
from tests.support import tested_segments

BASELINE = Baseline(
    blocks=28,
    needed=7,
    first="2025-02-08T00:00:00Z",
    last="2025-03-08T00:00:00Z",
    kept_out={"too few images": 2, "lost images": 1},
    not_made=3,
    digest="0" * 64,
)
LEVEL = Level(
    state=LevelState.DIFFERS,
    blocks=28,
    summary="Production is darker than the reference by 0.91 sigma over 28 days.",
    columns=(
        LevelColumn(name="mean", difference=-0.91, low=-1.1, high=-0.72, day_spread=0.14),
        LevelColumn(
            name="breed", label="beagle", difference=0.21, low=0.15, high=0.27, day_spread=0.04
        ),
    ),
    since="2025-02-08T00:00:00Z",
)
ALIKE = dataclasses.replace(
    LEVEL,
    state=LevelState.ALIKE,
    summary="Production is like the reference: 0.08 sigma at most.",
    columns=(LevelColumn(name="mean", difference=0.08, low=-0.03, high=0.13, day_spread=0.1),),
)
EPISODE = Episode(since="2025-03-13T00:00:00Z", blocks=2, columns=("mean",))


def drifted_from_days() -> RunFindings:
    """Return the second bad day after 28 normal ones, of production that differs for good."""
    headline = "Images are darker than on normal days, nearly all from model_version 7"
    return dataclasses.replace(
        beside_days(examples.drifted()),
        baseline=BASELINE,
        level=LEVEL,
        episode=EPISODE,
        headline=headline,
        summary=f"{headline}: brightness down from 136 to 98.1 (1.21 sigma); 412 images.",
        affected=412,
        segment_tests=dataclasses.replace(tested_segments.ONE_CAMERA, is_headline=False),
    )


def drifted_camera() -> RunFindings:
    """Return a day on which one camera is blurred and nothing else has moved."""
    headline = "Camera gate-3: images are blurrier than on normal days"
    quiet = quiet_day()
    return dataclasses.replace(
        quiet,
        verdict=Verdict.DRIFT,
        headline=headline,
        summary=(
            f"{headline}, sharpness down from 140 to 98.1 (1.30 sigma); 60 of 300 images come from "
            "camera gate-3."
        ),
        episode=dataclasses.replace(EPISODE, columns=("sharpness",)),
        affected=51,
        segment_tests=tested_segments.ONE_CAMERA,
    )


def quiet_day() -> RunFindings:
    """Return a normal day of production that is like the reference."""
    return dataclasses.replace(
        beside_days(examples.steady()),
        baseline=BASELINE,
        level=ALIKE,
        headline="The images look like those of normal days",
        segment_tests=tested_segments.QUIET,
    )


def learning() -> RunFindings:
    """Return a quiet third day of production that differs from the reference."""
    return dataclasses.replace(
        beside_days(examples.steady()),
        verdict=Verdict.INCONCLUSIVE,
        baseline=dataclasses.replace(BASELINE, blocks=2),
        level=LEVEL,
        headline="Learning what is normal: day 3 of 7",
    )


def hostile_days() -> RunFindings:
    """Return a drifted day in which every text that comes from the log tries to break the page."""
    labels = examples.HOSTILE_LABELS
    columns = tuple(
        LevelColumn(name=one, label=one, difference=0.2, low=0.1, high=0.3, day_spread=0.1)
        for one in labels
    )
    return dataclasses.replace(
        beside_days(examples.hostile()),
        baseline=BASELINE,
        level=dataclasses.replace(LEVEL, columns=columns, summary=f"Off by {labels[0]}{labels[5]}"),
        episode=dataclasses.replace(EPISODE, columns=labels),
        segment_tests=tested_segments.hostile(labels),
    )


def rows_of_days(run: RunFindings, days: int) -> list[HistoryRow]:
    """Return the history of a run that was the same for some days, oldest first."""
    row, end = history_row(run), datetime.fromisoformat(run.window.end)
    return [
        dataclasses.replace(
            row,
            run_id=f"r-{day}",
            window_start=(end - timedelta(days=days - day)).isoformat(),
            window_end=(end - timedelta(days=days - day - 1)).isoformat(),
        )
        for day in range(days)
    ]


def beside_days(run: RunFindings) -> RunFindings:
    """Return a run whose columns are beside normal days."""
    random = np.random.default_rng(4)
    return dataclasses.replace(
        run,
        basis=Basis.DAYS,
        minimum_effect=0.1,
        features=tuple(_beside(one, random) for one in run.features),
        predictions=tuple(_beside(one, random) for one in run.predictions),
    )


def _beside(finding: Finding, random: np.random.Generator) -> Finding:
    if finding.state is State.MISSING:
        return finding
    if finding.categories is not None:
        total = sum(one.reference for one in finding.categories)
        shares = {one.name: one.reference / total for one in finding.categories}
        beside = BesideDays(usual=None, difference=0.2, day_spread=0.02, usual_shares=shares)
        return dataclasses.replace(finding, beside_days=beside)
    reference, shift = finding.reference, finding.shift
    assert reference is not None
    assert reference.mean is not None
    assert reference.std is not None
    assert shift is not None
    usual = random.normal(0, 0.1)
    beside = BesideDays(
        usual=reference.mean + usual * reference.std, difference=shift - usual, day_spread=0.12
    )
    return dataclasses.replace(
        finding,
        effect=abs(beside.difference),
        direction="up" if beside.difference > 0 else "down",
        beside_days=beside,
    )
