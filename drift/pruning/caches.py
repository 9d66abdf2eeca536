"""Which folders of the feature cache no job uses any more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from drift.pruning.plan import Kind, Removal
from drift.workplace import Workplace
from jobs.buckets.bucket import ObjectInfo
from jobs.errors import ObjectError
from jobs.job_file.value_kinds import FEATURES_FOLDER
from reference_stats.feature_cache.parts import is_part_name
from reference_stats.features.registry import feature_set_id
from reports.conditional_writes import read_if_there
from reports.publishing.latest import LATEST_NAME

_SET = re.compile(r"fs-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedCaches:
    """The feature sets that can go, and in sentences why others stay."""

    removals: tuple[Removal, ...] = ()
    notes: tuple[str, ...] = ()


def unused_caches(place: Workplace) -> UnusedCaches:
    """Return the feature sets below ``features/`` that neither this job nor another one uses.

    The cache is shared: every job below the same `reports.path` has in its ``latest.json`` which
    set it used last. Where that cannot be found out of one of them, all sets stay.

    Raises
    ------
    InputError
        If the bucket cannot be listed.
    """
    own = feature_set_id(place.features)
    others = sorted(set(_sets(place)) - {own})
    if not others:
        return UnusedCaches()
    users = {own: place.job.name}
    for job in _folders(place):
        used = _set_of(place, job)
        if isinstance(used, ObjectError):
            return UnusedCaches(notes=(_not_known(others, used),))
        if used:
            users.setdefault(used, job)
    unused = [name for name in others if name not in users]
    notes = [
        f"{FEATURES_FOLDER}/{name} stays: {users[name]} used it last."
        for name in others
        if name in users
    ]
    removals = [_removal(place, name) for name in unused]
    return UnusedCaches(removals=tuple(one for one in removals if one.objects), notes=tuple(notes))


def _not_known(sets: list[str], error: ObjectError) -> str:
    named = ", ".join(f"{FEATURES_FOLDER}/{name}" for name in sets)
    return f"{named}: left, because it is not known who uses them: {error.url}: {error.problem}"


def _sets(place: Workplace) -> Iterator[str]:
    for name in _level(place, f"{place.job.reports.path}/{FEATURES_FOLDER}/"):
        if _SET.fullmatch(name):
            yield name


def _folders(place: Workplace) -> Iterator[str]:
    """Return the folders that may be jobs', this one's among them."""
    return _level(place, f"{place.job.reports.path}/")


def _level(place: Workplace, folder: str) -> Iterator[str]:
    for one in place.bucket.level(folder):
        if not isinstance(one, ObjectInfo):
            yield one.removeprefix(folder).rstrip("/")


def _set_of(place: Workplace, job: str) -> str | ObjectError:
    """Return the feature set that a job used last; empty for a folder that is no job's."""
    prefix = f"{place.job.reports.path}/{job}"
    name = f"{prefix}/{LATEST_NAME}"
    url = place.bucket.url_of(name)
    try:
        stored = read_if_there(place.bucket, name)
        if stored is None:
            is_job = read_if_there(place.bucket, f"{prefix}/lock") is not None
            return ObjectError(url, "the job has published no run yet.") if is_job else ""
        return str(json.loads(stored.data)["profile"]["feature_set"])
    except ObjectError as error:
        return error
    except (ValueError, TypeError, KeyError):
        return ObjectError(url, "it is no report.")


def _removal(place: Workplace, name: str) -> Removal:
    folder = f"{place.job.reports.path}/{FEATURES_FOLDER}/{name}/"
    parts = [
        info for info in place.bucket.list(folder) if is_part_name(info.name.removeprefix(folder))
    ]
    return Removal(kind=Kind.CACHE, name=name, objects=tuple(parts))
