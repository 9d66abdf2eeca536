"""What is to be deleted: decided about every object by its exact name, without any store."""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from drift.days.records.stored.names import DAYS_FOLDER
from drift.days.records.stored.pin import PIN_NAME
from drift.pruning.days import is_day_record, unneeded_days
from drift.pruning.keep import KeptRuns
from drift.pruning.needed import Needed
from drift.pruning.staying import stays
from jobs.buckets.bucket import ObjectInfo
from reference_stats.profiles.view_store import is_of_views
from reports.publishing.affected_csv import AFFECTED_NAME
from reports.publishing.publish import PAGE_NAME, REPORT_NAME

# In the order of deletion: what names others goes before them.
RUN_FILES = (PAGE_NAME, REPORT_NAME, AFFECTED_NAME, "evidently.html", "evidently.json", PIN_NAME)
PROFILE_FILES = (
    "profile.json",
    "features.parquet",
    "predictions.parquet",
    "prediction_images.parquet",
    "records.parquet",
)
_TABLE = re.compile(r"\d{4}-\d{2}(-\d+)?\.html")
_RUN_ID = re.compile(r"(\d{8}T\d{6})(\.\d{6})?Z-[0-9a-f]{8}")


class Kind(enum.StrEnum):
    """What is deleted; in this order, so that nothing is named by what goes later."""

    RUN = "run"
    RECORD = "notification record"
    DAY = "day record"
    PROFILE = "profile"
    TABLE = "index table"
    CACHE = "feature set"
    VIEWS = "view cache"
    OPENED = "opened model"
    COPIES = "packed copies"
    EXECUTION = "execution of tasks"
    MARK = "mark of a killed run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Objects that go together.

    Attributes
    ----------
    name
        Such as the run's id.
    objects
        In the order of deletion.
    end
        The end of a run's window; None for anything else.
    """

    kind: Kind
    name: str
    objects: tuple[ObjectInfo, ...]
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a pruning does.

    Attributes
    ----------
    kept
        The runs that keep their reports.
    runs
        How many runs the history knows.
    removals
        What is deleted, in this order.
    pruned
        The runs that have no report afterwards.
    changes_pruned
        Whether that is not what the bucket says now.
    unknown
        Objects that this program did not write; they are left.
    notes
        What else was left and why, in sentences.
    """

    kept: KeptRuns
    runs: int
    removals: tuple[Removal, ...]
    pruned: frozenset[str]
    changes_pruned: bool
    unknown: tuple[ObjectInfo, ...]
    notes: tuple[str, ...] = ()

    @property
    def objects(self) -> tuple[ObjectInfo, ...]:
        """Everything that is deleted."""
        return tuple(info for removal in self.removals for info in removal.objects)

    @property
    def changes_index(self) -> bool:
        """Whether the index has to be made anew first."""
        shown = {Kind.RUN, Kind.TABLE}
        return self.changes_pruned or any(one.kind in shown for one in self.removals)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.removals and not self.changes_pruned


@dataclass(slots=True, kw_only=True)
class _Sorted:
    """The objects of a job by what they are."""

    runs: dict[str, dict[str, ObjectInfo]] = field(default_factory=lambda: defaultdict(dict))
    profiles: dict[str, dict[str, ObjectInfo]] = field(default_factory=lambda: defaultdict(dict))
    days: dict[str, dict[str, ObjectInfo]] = field(default_factory=lambda: defaultdict(dict))
    records: dict[str, ObjectInfo] = field(default_factory=dict)
    tables: dict[str, ObjectInfo] = field(default_factory=dict)
    rows: set[str] = field(default_factory=set)
    unknown: list[ObjectInfo] = field(default_factory=list)

    def put(self, parts: tuple[str, ...], info: ObjectInfo) -> None:
        match parts:
            case ("runs", run_id, file) if file in RUN_FILES:
                self.runs[run_id][file] = info
            case ("profiles", profile_id, *file) if _is_of_profile(file):
                self.profiles[profile_id]["/".join(file)] = info
            case (folder, profile_id, name) if folder == DAYS_FOLDER and is_day_record(name):
                self.days[profile_id][name] = info
            case ("notifications", name) if name.endswith(".json"):
                self.records[name.removesuffix(".json")] = info
            case ("index", name) if _TABLE.fullmatch(name):
                self.tables[name] = info
            case ("history", name) if name.endswith(".json"):
                self.rows.add(name.removesuffix(".json"))
            case _ if not stays(parts):
                self.unknown.append(info)


def _is_of_profile(file: Sequence[str]) -> bool:
    return (len(file) == 1 and file[0] in PROFILE_FILES) or is_of_views(file)


def plan_of(
    prefix: str,
    objects: Iterable[ObjectInfo],
    needed: Needed,
    caches: Sequence[Removal] = (),
    notes: Sequence[str] = (),
) -> Plan:
    """Return what is to be deleted.

    Parameters
    ----------
    prefix
        The job's folder.
    objects
        Everything below it.
    caches
        The feature sets that no job uses, and packed copies of days that nobody needs.
    notes
        What else was left and why.
    """
    there = _Sorted()
    for info in objects:
        there.put(tuple(info.name.removeprefix(f"{prefix}/").split("/")), info)
    runs = list(_runs(there, needed))
    records = [*_records(there, needed), *_days(there, needed)]
    removals = [*runs, *records, *_profiles(there, needed), *_tables(there, needed), *caches]
    pruned = _without_report(there, needed, {removal.name for removal in runs})
    return Plan(
        kept=needed.kept,
        runs=len(needed.rows),
        removals=tuple(removals),
        pruned=pruned,
        changes_pruned=pruned != needed.pruned,
        unknown=tuple(there.unknown),
        notes=tuple(notes),
    )


def _runs(there: _Sorted, needed: Needed) -> Iterator[Removal]:
    ends = {row.run_id: row.end for row in needed.rows}
    for run_id, files in sorted(there.runs.items()):
        end = ends.get(run_id)
        if end is None:
            end = _end_if_given_up(run_id, there, needed)
            goes = end is not None
        else:
            goes = run_id not in needed.kept.all or _is_rest(run_id, files, needed)
        if goes:
            yield _removal(Kind.RUN, run_id, RUN_FILES, files, end)


def _is_rest(run_id: str, files: Mapping[str, ObjectInfo], needed: Needed) -> bool:
    """Return whether a pruning was killed in the middle of a run that is to be kept now."""
    was_pruned = run_id in needed.pruned and run_id not in needed.kept.always
    return was_pruned and RUN_FILES[0] not in files


def _end_if_given_up(run_id: str, there: _Sorted, needed: Needed) -> datetime | None:
    """Return the window end of a run that was killed before it came into the history, or None.

    None too where the run is not old enough, or nobody can tell.
    """
    named = _RUN_ID.fullmatch(run_id)
    if named is None or run_id in there.rows or run_id in needed.kept.all:
        return None
    try:
        end = datetime.strptime(named[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    since = needed.kept.since
    return end if since is not None and end < since else None


def _records(there: _Sorted, needed: Needed) -> Iterator[Removal]:
    needed_from = needed.records_from
    for row in needed.rows:
        info = there.records.get(row.run_id)
        is_open = needed_from is not None and row.end >= needed_from
        if info is not None and row.run_id not in needed.kept.all and not is_open:
            yield Removal(kind=Kind.RECORD, name=row.run_id, objects=(info,))


def _days(there: _Sorted, needed: Needed) -> Iterator[Removal]:
    for profile_id, files in sorted(there.days.items()):
        for name in unneeded_days(profile_id, files, needed.profiles, needed.days):
            yield Removal(kind=Kind.DAY, name=f"{profile_id}/{name}", objects=(files[name],))


def _profiles(there: _Sorted, needed: Needed) -> Iterator[Removal]:
    if needed.profiles is None:
        return
    for profile_id, files in sorted(there.profiles.items()):
        if profile_id not in needed.profiles:
            order = (*PROFILE_FILES, *sorted(set(files) - set(PROFILE_FILES)))
            yield _removal(Kind.PROFILE, profile_id, order, files)


def _tables(there: _Sorted, needed: Needed) -> Iterator[Removal]:
    for name, info in sorted(there.tables.items()):
        if name not in needed.tables:
            yield Removal(kind=Kind.TABLE, name=name, objects=(info,))


def _removal(
    kind: Kind,
    name: str,
    order: Sequence[str],
    files: Mapping[str, ObjectInfo],
    end: datetime | None = None,
) -> Removal:
    objects = tuple(files[file] for file in order if file in files)
    return Removal(kind=kind, name=name, objects=objects, end=end)


def _without_report(there: _Sorted, needed: Needed, going: set[str]) -> frozenset[str]:
    return frozenset(
        row.run_id
        for row in needed.rows
        if row.run_id in going or RUN_FILES[0] not in there.runs.get(row.run_id, {})
    )
