"""What a pruning has to know of a job beside the names of its objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from drift.pruning.days import NeededDays
from drift.pruning.keep import KeptRuns
from reports.history.history import HistoryRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What is known of a job beside the names of its objects.

    Attributes
    ----------
    rows
        The history, sorted.
    kept
        The runs that keep their reports.
    profiles
        The profiles that are pinned or that a kept run was compared with; None where that is not
        known, so that all of them stay.
    records_from
        Records of runs with this window end or a later one stay; None where none is asked for.
    tables
        The tables that the index names.
    days
        The stretches of time whose day records stay.
    pruned
        The runs that the bucket says have no report.
    """

    rows: Sequence[HistoryRow]
    kept: KeptRuns
    profiles: frozenset[str] | None
    records_from: datetime | None
    tables: frozenset[str]
    days: NeededDays
    pruned: frozenset[str]
