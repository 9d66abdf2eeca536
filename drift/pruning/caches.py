"""Which folders of the feature cache, and of the cache of models' views, no job uses any more."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from drift.pruning.plan import Kind, Removal
from drift.run_model.remembered import RememberedModels
from drift.workplace import Workplace
from jobs.buckets.bucket import ObjectInfo
from jobs.errors import ObjectError
from jobs.job_file.value_kinds import FEATURES_FOLDER, VIEWS_FOLDER
from reference_stats.feature_cache.parts import is_part_name
from reference_stats.features.registry import feature_set_id
from reports.conditional_writes import read_if_there
from reports.publishing.latest import LATEST_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedCaches:
    """The feature sets and views that can go, and in sentences why others stay."""

    removals: tuple[Removal, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """A folder below `reports.path` that all jobs share.

    Attributes
    ----------
    folder
        Its name; each folder in it is of one feature set, or of one model's views.
    ids
        What these are called.
    used
        Returns which of them a report's run used; empty for none.
    kind
        What is removed.
    """

    folder: str
    ids: re.Pattern[str]
    used: Callable[[Any], str]
    kind: Kind


_FEATURES = _Shared(
    folder=FEATURES_FOLDER,
    ids=re.compile(r"fs-[0-9a-f]{12}"),
    used=lambda report: str(report["profile"]["feature_set"]),
    kind=Kind.CACHE,
)


def _view_of(report: Any) -> str:  # noqa: ANN401 - JSON
    view = report.get("model_view")
    if view is None:
        return ""
    if not view["view_id"]:
        # The model could not be opened: what it saw before is of use to the next run.
        raise ValueError("no view")
    return str(view["view_id"])


_VIEWS = _Shared(
    folder=VIEWS_FOLDER, ids=re.compile(r"v-[0-9a-f]{12}"), used=_view_of, kind=Kind.VIEWS
)


def unused_caches(place: Workplace) -> UnusedCaches:
    """Return what lies below ``features/`` and ``views/`` and is used by no job, opened models too.

    Both are shared: every job below the same `reports.path` has in its ``latest.json`` which
    feature set and which view it used last. Where that cannot be found out of one of them, all
    stay.

    Raises
    ------
    InputError
        If the bucket cannot be listed.
    """
    own_view = _used_by(place, _VIEWS, place.job.name)
    own = own_view if isinstance(own_view, str) else ""
    both = (
        _unused(place, _FEATURES, feature_set_id(place.features)),
        _unused(place, _VIEWS, own),
        UnusedCaches(removals=tuple(_unused_opened(place, own))),
    )
    return UnusedCaches(
        removals=tuple(removal for one in both for removal in one.removals),
        notes=tuple(note for one in both for note in one.notes),
    )


def _unused(place: Workplace, shared: _Shared, own: str) -> UnusedCaches:
    others = sorted(set(_ids(place, shared)) - {own})
    if not others:
        return UnusedCaches()
    users = _users(place, shared, own)
    if isinstance(users, ObjectError):
        return UnusedCaches(notes=(_not_known(shared, others, users),))
    notes = [
        f"{shared.folder}/{name} stays: {users[name]} used it last."
        for name in others
        if name in users
    ]
    removals = [_removal(place, shared, name) for name in others if name not in users]
    return UnusedCaches(removals=tuple(one for one in removals if one.objects), notes=tuple(notes))


def _users(place: Workplace, shared: _Shared, own: str) -> dict[str, str] | ObjectError:
    """Return by what is used last the first job that uses it; an error where one does not tell."""
    users = {own: place.job.name}
    for job in _folders(place):
        used = _used_by(place, shared, job)
        if isinstance(used, ObjectError):
            return used
        if used:
            users.setdefault(used, job)
    return users


def _unused_opened(place: Workplace, own: str) -> Iterator[Removal]:
    """Yield what is known of opened models whose views no job uses, or whose views are gone.

    It takes opening the model to know it again.
    """
    models = RememberedModels(bucket=place.bucket, prefix=place.job.reports.path)
    objects = list(models.objects())
    if not objects:
        return
    users = _users(place, _VIEWS, own)
    if isinstance(users, ObjectError):
        return
    there = users.keys() & set(_ids(place, _VIEWS))
    for one in objects:
        found = models.load(one.name)
        if found is None or found.id not in there:
            name = one.name.rpartition("/")[2]
            yield Removal(kind=Kind.OPENED, name=name, objects=(one,))


def _not_known(shared: _Shared, names: Iterable[str], error: ObjectError) -> str:
    named = ", ".join(f"{shared.folder}/{name}" for name in names)
    return f"{named}: left, because it is not known who uses them: {error.url}: {error.problem}"


def _ids(place: Workplace, shared: _Shared) -> Iterator[str]:
    for name in _level(place, f"{place.job.reports.path}/{shared.folder}/"):
        if shared.ids.fullmatch(name):
            yield name


def _folders(place: Workplace) -> Iterator[str]:
    """Return the folders that may be jobs', this one's among them."""
    return _level(place, f"{place.job.reports.path}/")


def _level(place: Workplace, folder: str) -> Iterator[str]:
    for one in place.bucket.level(folder):
        if not isinstance(one, ObjectInfo):
            yield one.removeprefix(folder).rstrip("/")


def _used_by(place: Workplace, shared: _Shared, job: str) -> str | ObjectError:
    """Return what a job used last; empty for a folder that is no job's, or where it used none."""
    prefix = f"{place.job.reports.path}/{job}"
    name = f"{prefix}/{LATEST_NAME}"
    url = place.bucket.url_of(name)
    try:
        stored = read_if_there(place.bucket, name)
        if stored is None:
            is_job = read_if_there(place.bucket, f"{prefix}/lock") is not None
            return ObjectError(url, "the job has published no run yet.") if is_job else ""
        return shared.used(json.loads(stored.data))
    except ObjectError as error:
        return error
    except (ValueError, TypeError, KeyError, AttributeError):
        return ObjectError(url, f"it does not tell which of {shared.folder}/ it used.")


def _removal(place: Workplace, shared: _Shared, name: str) -> Removal:
    folder = f"{place.job.reports.path}/{shared.folder}/{name}/"
    parts = [
        info for info in place.bucket.list(folder) if is_part_name(info.name.removeprefix(folder))
    ]
    return Removal(kind=shared.kind, name=name, objects=tuple(parts))
