"""Which of the days before a window teach what is normal, for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from drift.across_runs.marks import PersonsMarks
from drift.comparison.columns.columns import LinedUp
from drift.days.judging.compare_days import NormalDays
from drift.days.records.measured.scales import SeenReference
from drift.days.records.upkeep import BlockState, block_states, past_of
from drift.observations.reference.overlap import overlaps_reference
from drift.run_request import as_text
from drift.verdict.measured import PastOfWindow
from drift.workplace import Workplace
from jobs.times.windows import TimeWindow, WindowRequest
from reference_stats.profiles.profile import ReferenceProfile
from reports.history.history import HistoryRow, rows_before


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockUse:
    """What a run would make of a block before its window.

    Attributes
    ----------
    state
        What is kept of it.
    why_not
        Why it does not teach what is normal; empty where it does.
    accepted_run
        The run with which a newer level than its own was accepted: it teaches how much blocks
        vary then, and not where they lie. Empty where it is of the window's level.
    """

    state: BlockState
    why_not: str
    accepted_run: str = ""


def block_uses(
    place: Workplace,
    request: WindowRequest,
    profile: ReferenceProfile,
    history: Sequence[HistoryRow],
    seen: SeenReference | None = None,
) -> list[BlockUse]:
    """Return the blocks before a window, newest first, and which of them teach.

    They are looked at in all columns of the reference; a run looks at those that its window has.

    Parameters
    ----------
    seen
        What a model saw in the reference; None where no model looks at images.
    """
    states = block_states(place, request, profile.id, "" if seen is None else seen.id)
    past = PastOfWindow(
        known=past_of(place, request, profile, states, seen),
        marks=PersonsMarks.of(rows_before(history, as_text(request.end)), profile.id),
        span=TimeWindow(start=request.start or request.end, end=request.end),
        in_reference=partial(overlaps_reference, place.job),
    )
    marks, newest = past.past_marks, past.marks.newest_level
    nothing = LinedUp(columns=(), rows={})
    normal = NormalDays.of(past.known, nothing, marks, place.job.detection)
    reasons = dict(zip((one.block for one in normal.records), normal.reasons, strict=True))
    levels = dict(zip((one.block for one in normal.records), marks.levels, strict=True))
    return [
        BlockUse(
            state=one,
            why_not=one.why_not or reasons[one.block],
            accepted_run=newest.run_id
            if newest is not None and levels.get(one.block, marks.window_level) < marks.window_level
            else "",
        )
        for one in states
    ]
