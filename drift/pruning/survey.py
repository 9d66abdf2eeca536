"""Reading what a pruning has to know; nothing is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from drift.pruning.caches import unused_caches
from drift.pruning.copies import unneeded_copies
from drift.pruning.days import NeededDays
from drift.pruning.engines import old_executions, old_marks
from drift.pruning.keep import Keep, KeptRuns, choose
from drift.pruning.needed import Needed
from drift.pruning.plan import Plan, plan_of
from drift.workplace import Workplace
from jobs.errors import ObjectError, UsageError
from reports.conditional_writes import read_if_there
from reports.history.history import HISTORY_FOLDER, HistoryRow
from reports.history.store import HistoryReader
from reports.pages.index.page import table_names
from reports.publishing.latest import LATEST_NAME
from reports.publishing.publish import REPORT_NAME, run_prefix
from reports.telling.needed_records import records_needed_from

_PROFILES_STAY = (
    "profiles: all stay, because no profile is pinned or a kept run does not say which one is its."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPruning:
    """What is to be done, and the reader that knows the history."""

    plan: Plan
    history: HistoryReader


def require_runs(place: Workplace) -> None:
    """Make sure that there is anything that could be pruned.

    Raises
    ------
    UsageError
        If the job has never published a run.
    InputError
        If the bucket cannot be read.
    """
    folder = f"{place.prefix}/{HISTORY_FOLDER}/"
    if next(iter(place.bucket.list(folder)), None) is None:
        raise _no_run(place)


def survey(place: Workplace, keep: Keep) -> PlannedPruning:
    """Return what a pruning would do now.

    Raises
    ------
    UsageError
        If the job has no run.
    InputError
        If the bucket cannot be read, or ``latest.json`` or ``pinned.json`` is damaged.
    """
    history = HistoryReader(place.bucket, place.prefix)
    rows = history.read()
    if not rows:
        raise _no_run(place)
    kept = choose(rows, keep, latest=_latest_run(place), now=place.clock())
    profiles = _profiles_in_use(place, rows, kept)
    needed = Needed(
        rows=rows,
        kept=kept,
        profiles=profiles,
        records_from=records_needed_from(rows, place.job.notifications),
        tables=table_names(rows),
        days=NeededDays.of(place.job, rows, kept.all),
        pruned=history.read_pruned().run_ids,
    )
    caches = unused_caches(place)
    objects = place.bucket.list(f"{place.prefix}/")
    notes = caches.notes if profiles is not None else (*caches.notes, _PROFILES_STAY)
    of_engines = (*old_executions(place), *old_marks(place))
    removals = (*caches.removals, *unneeded_copies(place, rows[-1]), *of_engines)
    plan = plan_of(place.prefix, objects, needed, removals, notes)
    return PlannedPruning(plan=plan, history=history)


def _no_run(place: Workplace) -> UsageError:
    return UsageError(
        f"{place.job.name} has no published run in {place.bucket.url_of(place.prefix)}: there is "
        "nothing to prune. Is it the right job file?"
    )


def _latest_run(place: Workplace) -> str | None:
    name = f"{place.prefix}/{LATEST_NAME}"
    stored = read_if_there(place.bucket, name)
    if stored is None:
        return None
    try:
        return str(json.loads(stored.data)["run_id"])
    except (ValueError, TypeError, KeyError) as error:
        raise ObjectError(
            place.bucket.url_of(name),
            f"it is no report ({error!r}), so which run it shows is not known and nothing is "
            "pruned. Repeat the newest run: it writes the object anew.",
        ) from None


def _profiles_in_use(
    place: Workplace, rows: tuple[HistoryRow, ...], kept: KeptRuns
) -> frozenset[str] | None:
    """Return the profiles that the job or a kept run needs; None where one cannot tell."""
    pinned = place.profiles.pinned_id()
    named = list(_profiles_of(place, rows, kept))
    known = [one for one in (pinned, *named) if one is not None]
    return frozenset(known) if len(known) == len(named) + 1 else None


def _profiles_of(
    place: Workplace, rows: tuple[HistoryRow, ...], kept: KeptRuns
) -> Iterator[str | None]:
    known = {row.run_id: row.profile_id for row in rows}
    for run_id in sorted(kept.all):
        yield known.get(run_id) or _profile_of_report(place, run_id)


def _profile_of_report(place: Workplace, run_id: str) -> str | None:
    """Return the profile of a run whose row is missing, or of an older version without it."""
    name = f"{run_prefix(place.prefix, run_id)}/{REPORT_NAME}"
    try:
        return str(json.loads(place.bucket.read(name).data)["profile"]["id"])
    except (ObjectError, ValueError, TypeError, KeyError):
        return None
