"""What a comparison is asked for beside its two sides, and the job that stands for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from jobs.errors import UsageError
from jobs.job_file.job import Job
from jobs.predictions.rows.rows import LogTally, PredictionRows
from jobs.times.windows import TimeWindow, WindowRequest

REFERENCE, CURRENT = "reference", "current"
FEWEST = 10
"""With fewer rows or images on a side nothing can be told from chance."""
_LOWEST_RATE, _LARGEST_RATE = 0.0001, 0.5
# All rows have the same time: nothing is said of when.
MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_SPAN = timedelta(days=1)
WINDOW = TimeWindow(start=MOMENT, end=MOMENT + _SPAN)
REQUEST = WindowRequest(end=WINDOW.end, last=_SPAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareOptions:
    """How two sides are compared.

    Attributes
    ----------
    false_alarm_rate, minimum_effect
        As `detection.false_alarm_rate` and `detection.minimum_effect` of a job file.
    """

    false_alarm_rate: float = 0.01
    minimum_effect: float = 0.1

    def checked(self) -> CompareOptions:
        """Return the options.

        Raises
        ------
        UsageError
            If one of them is out of its range.
        """
        for name in ("false_alarm_rate", "minimum_effect"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Real):
                raise UsageError(f"{name} is {value!r}. Expected a number, such as 0.1.")
        if not _LOWEST_RATE <= self.false_alarm_rate <= _LARGEST_RATE:
            raise UsageError(
                f"false_alarm_rate is {self.false_alarm_rate!r}. Expected a number from "
                f"{_LOWEST_RATE} to {_LARGEST_RATE}, such as 0.01: the chance that two sides "
                "without a difference are called drift."
            )
        if not self.minimum_effect >= 0:
            raise UsageError(
                f"minimum_effect is {self.minimum_effect!r}. Expected a number of 0 or more, such "
                "as 0.1: the smallest shift that counts, in reference standard deviations."
            )
        return self

    def job(self, **tables: Any) -> Job:  # noqa: ANN401 - tables of a job file
        """Return the job that stands for this comparison.

        Parameters
        ----------
        tables
            What its job file would say of the two sides.
        """
        return Job.model_validate(
            {
                "name": "compare",
                "bucket": {"url": "."},
                "window": {"last": "1d", "min_images": FEWEST},
                "baseline": {"days": 0},
                "detection": {
                    "false_alarm_rate": self.false_alarm_rate,
                    "minimum_effect": self.minimum_effect,
                    "basis": "reference",
                },
                **tables,
            }
        )


def rows_of_one_moment(rows: int, raw: pd.DataFrame | None = None) -> PredictionRows:
    """Return rows as those of a log would be, all of the same time and without an answer.

    Parameters
    ----------
    raw
        The columns that segments are taken from; None for none.
    """
    none = pd.array([None], dtype="str").repeat(rows)
    fields = {
        "timestamp": pd.Series([MOMENT] * rows, dtype="datetime64[us, UTC]"),
        "id": pd.array([""], dtype="str").repeat(rows),
        **dict.fromkeys(("prediction", "label", "client"), none),
        **dict.fromkeys(("confidence", "latency"), np.full(rows, np.nan)),
    }
    return PredictionRows(
        window=WINDOW,
        fields=pd.DataFrame(fields),
        raw=pd.DataFrame(index=range(rows)) if raw is None else raw,
        probabilities=(),
        tally=LogTally(rows=rows),
        assumed_timezone=None,
    )
