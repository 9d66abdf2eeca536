"""Whether a job that has not run before is another one under a new name.

A job is told from others by the settings that its ``latest.json`` names. Where an older version
wrote that, it is told by the reference of its profile and by its run id, in which are its window
and its detection settings.
"""

from __future__ import annotations

import difflib
import enum
import hashlib
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from drift.run_request import RunOptions, requested_window, run_ids
from drift.workplace import Workplace
from jobs.buckets.bucket import ObjectInfo
from jobs.errors import InputError, ObjectError
from jobs.job_file.job import Job
from jobs.job_file.value_kinds import job_name
from reference_stats.profiles.build import settings_digest
from reference_stats.profiles.store import ProfileStore
from reports.findings.run import JobSettings
from reports.history.history import HISTORY_FOLDER
from reports.publishing.latest import LATEST_NAME
from reports.words.numbers import listed

_MOST_LOOKED_AT = 200
_AT_ONCE = 16
_TABLES = {"predictions", "images", "window", "reference", "detection", "segments"}
# How many work at once decides nothing that a run says.
_WORKERS = {"images": {"fetch_workers", "decode_workers"}}

logger = logging.getLogger(__name__)


class Likeness(enum.Enum):
    """How much a job resembles another one."""

    EQUAL = enum.auto()
    """It is the same in all but the name."""
    EQUAL_AS_FAR_AS_KNOWN = enum.auto()
    """So it seems; an older version ran it last and did not write down which log it reads."""
    RELATED = enum.auto()
    """It reads the same log and has the same reference; other settings differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikeJobs:
    """Jobs that have run, below the same `reports.path`, and resemble one that has not.

    Attributes
    ----------
    equal
        The names of those that are the same in all but the name, the most similar name first.
    seem_equal
        Those of others that are so as far as it is known.
    related
        The names of others that read the same log and have the same reference.
    """

    equal: tuple[str, ...] = ()
    seem_equal: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    @property
    def renamed(self) -> tuple[str, ...]:
        """The jobs of which this one may be the new name, the likeliest first."""
        return self.equal + self.seem_equal


def settings_of(job: Job) -> JobSettings:
    """Return by what a job is told from others, whatever it is called."""
    # What is set as the default says is left out: later versions have more settings.
    settings = job.model_dump(mode="json", include=_TABLES, exclude=_WORKERS, exclude_defaults=True)
    text = json.dumps(settings, sort_keys=True)
    return JobSettings(
        log=job.predictions.path,
        reference=settings_digest(job),
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
    )


def refuse_renamed(place: Workplace) -> None:
    """Raise where the job seems to be another one under a new name; log where it resembles one.

    Call it before anything is written, the lock too: what is moved must find nothing in its place.

    Raises
    ------
    InputError
        If the job has neither profile nor history, and another one is the same but for its name.
    """
    like = like_jobs(place)
    if like.renamed:
        to_do = what_to_do(place, like.renamed)
        raise InputError(f"{renamed_words(place, like)} Nothing was built. {to_do}")
    if like.related:
        logger.warning("%s %s", related_words(place, like.related), what_to_do(place, like.related))


def like_jobs(place: Workplace) -> LikeJobs:
    """Return which other jobs a job resembles; none where it has a profile or a history."""
    if not _is_new(place):
        return LikeJobs()
    try:
        names = _other_jobs(place)
        if len(names) > _MOST_LOOKED_AT:
            logger.info(
                "%d folders below %s: only the %d with the most similar names were compared",
                len(names),
                place.bucket.url_of(place.job.reports.path),
                _MOST_LOOKED_AT,
            )
        names = names[:_MOST_LOOKED_AT]
        with ThreadPoolExecutor(_AT_ONCE) as readers:
            found = list(zip(names, readers.map(partial(_likeness, place), names), strict=True))
    except ObjectError as error:
        # Whoever may only see one job's folder can run that job all the same.
        logger.warning("it is not known whether the job was renamed: %s", error)
        return LikeJobs()

    def those(likeness: Likeness) -> tuple[str, ...]:
        return tuple(name for name, one in found if one is likeness)

    return LikeJobs(
        equal=those(Likeness.EQUAL),
        seem_equal=those(Likeness.EQUAL_AS_FAR_AS_KNOWN),
        related=those(Likeness.RELATED),
    )


def renamed_words(place: Workplace, like: LikeJobs) -> str:
    """Say that a job seems to have been renamed."""
    names = like.equal or like.seem_equal
    one = f"the job {names[0]}" if len(names) == 1 else f"each of the jobs {listed(list(names))}"
    known = "log, images, window, reference, detection and segments"
    if not like.equal:
        known = "window, reference and detection (an older version did not write down its log)"
    return (
        f"{_folder(place, place.job.name)} holds neither a profile nor a history, and {one} below "
        f"{place.bucket.url_of(place.job.reports.path)} is the same in all but its name: {known}."
    )


def related_words(place: Workplace, names: tuple[str, ...]) -> str:
    """Say that a new job has its log and its reference from others."""
    return (
        f"{_folder(place, place.job.name)} holds neither a profile nor a history. It begins one of "
        f"its own, with the same log and reference as {listed(list(names))}, and other settings."
    )


def what_to_do(place: Workplace, names: tuple[str, ...]) -> str:
    """Say what to do about a job that may have been renamed."""
    old = names[0]
    return (
        f"If {old} was renamed: move everything below {_folder(place, old)} to "
        f'{_folder(place, place.job.name)}, or set name = "{old}" again. If another job is meant: '
        "drift profile build builds and pins a profile of its own."
    )


def _folder(place: Workplace, name: str) -> str:
    return place.bucket.url_of(f"{place.job.reports.path}/{name}/")


def _is_new(place: Workplace) -> bool:
    if place.profiles.has_pin() or place.profiles.written_ids():
        return False
    return not any(place.bucket.list(f"{place.prefix}/{HISTORY_FOLDER}/"))


def _other_jobs(place: Workplace) -> list[str]:
    """Return the folders that may be other jobs', those with the most similar names first."""
    above = f"{place.job.reports.path}/"
    folders = [one for one in place.bucket.level(above) if not isinstance(one, ObjectInfo)]
    names = {folder.removeprefix(above).rstrip("/") for folder in folders} - {place.job.name}
    alike = difflib.SequenceMatcher(b=place.job.name)

    def unlike(name: str) -> tuple[float, str]:
        alike.set_seq1(name)
        return -alike.ratio(), name

    return sorted(filter(_may_be_job, names), key=unlike)


def _may_be_job(name: str) -> bool:
    try:
        return job_name(name) == name
    except ValueError:
        return False


def _likeness(place: Workplace, name: str) -> Likeness | None:
    """Return how much a job resembles this one; None where log or reference are others."""
    latest = f"{place.job.reports.path}/{name}/{LATEST_NAME}"
    try:
        report = json.loads(place.bucket.read(latest).data)
        told = report.get("job_settings")
        if told is None:
            return _is_like_older(place, name, report)
        then, now = JobSettings(**told), settings_of(place.job)
    except (ObjectError, ValueError, TypeError, KeyError, AttributeError) as error:
        logger.debug("%s: it is not known what job it is of (%s)", latest, error)
        return None
    if then.digest == now.digest:
        return Likeness.EQUAL
    same = (then.log, then.reference) == (now.log, now.reference)
    return Likeness.RELATED if same else None


def _is_like_older(place: Workplace, name: str, report: dict[str, object]) -> Likeness | None:
    store = ProfileStore(bucket=place.bucket, folder=f"{place.job.reports.path}/{name}/profiles")
    pinned = store.pinned_id()
    if pinned is None or store.settings_digest_of(pinned) != settings_digest(place.job):
        return None
    old = place.job.model_copy(update={"name": name})
    request = requested_window(old, RunOptions(), place.clock())
    digests = {one.rpartition("-")[2] for one in run_ids(old, request)}
    # Its log is not known: with other settings it may have nothing in common.
    same = str(report["run_id"]).rpartition("-")[2] in digests
    return Likeness.EQUAL_AS_FAR_AS_KNOWN if same else None
