"""An example of what a run without images found: numbers of the log, predictions, and rows."""

from __future__ import annotations

from dataclasses import replace

from reports.findings.images import ImageCounts, Quality
from reports.findings.run import Observed, RunFindings
from tests.support import findings as examples

_NAMES = {"mean": "belt_speed", "std_dev": "temperature", "sharpness": "line_pressure"}


def drifted_rows() -> RunFindings:
    """Return a run in which a number of the log and the predictions drifted."""
    run = examples.drifted()
    numbers = tuple(
        replace(one, name=_NAMES[one.name], unit="") for one in run.features if one.name in _NAMES
    )
    return replace(
        run,
        observed=Observed.ROWS,
        features=(),
        numbers=numbers,
        offenders=(),
        affected=None,
        affected_table=None,
        grown_class=None,
        multivariate=None,
        images=ImageCounts(
            logged=960, analysed=960, missing=0, unreadable=0, unfetched=0, rows=960
        ),
        quality=Quality(confidence_median=0.8),
        headline="belt_speed is lower than in the reference",
        summary="belt_speed is lower than in the reference: 2.1 sigma; 960 images.",
        profile=replace(run.profile, source="the rows of validation.csv"),
    )
