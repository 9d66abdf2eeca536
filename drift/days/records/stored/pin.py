"""Which records a run uses, written down before it judges: a retry uses the very same ones."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from drift.days.blocks import Block
from drift.days.records.stored.names import record_key
from drift.run_request import as_text
from drift.workplace import Workplace
from jobs.buckets.bucket import JSON
from jobs.errors import ObjectError, PublishError
from jobs.job_file.job import Job
from reports.conditional_writes import StillAllowed, put_if_unchanged, read_if_there
from reports.history.history import parse_time
from reports.publishing.publish import run_prefix

PIN_NAME = "baseline.json"
_VERSION = 1
_LARGEST_BYTES = 1_000_000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedDays:
    """The records that a run uses.

    Attributes
    ----------
    profile_id, key, days
        What they were chosen for: where one of them is another now, the choice is made anew.
    digests
        By block: SHA-256 of its record in hex; empty for a record that cannot be read.
    not_made
        How many blocks could not be measured then.
    """

    profile_id: str
    key: str
    days: int
    digests: Mapping[Block, str] = field(default_factory=dict)
    not_made: int = 0

    @property
    def readable(self) -> dict[Block, str]:
        """The digests of the records that could be read."""
        return {block: digest for block, digest in self.digests.items() if digest}

    @classmethod
    def of(cls, job: Job, rows: int | None, profile_id: str, view_id: str) -> PinnedDays:
        """Return what records are chosen for, before any is.

        Parameters
        ----------
        rows
            How many rows a block has; None where blocks are stretches of time.
        view_id
            Which model looks at images; empty where none does.
        """
        key = "-".join(filter(None, (record_key(job, rows), view_id)))
        return cls(profile_id=profile_id, key=key, days=job.baseline.days)

    def is_for(self, other: PinnedDays) -> bool:
        """Return whether both were chosen for the same."""
        mine, theirs = (self.profile_id, self.key, self.days), (other.profile_id, other.key)
        return mine == (*theirs, other.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPin:
    """What is pinned for a run, and the version of the object; both None where nothing is."""

    pinned: PinnedDays | None = None
    version: str | None = None


def pin_name(job_prefix: str, run_id: str) -> str:
    """Return the name of the object that says which records a run uses."""
    return f"{run_prefix(job_prefix, run_id)}/{PIN_NAME}"


def read_pin(place: Workplace, run_id: str) -> FoundPin:
    """Return what is pinned for a run; an object that is no pin is logged, and replaced later.

    Raises
    ------
    ObjectError
        If the store cannot be reached.
    """
    name = pin_name(place.prefix, run_id)
    stored = read_if_there(place.bucket, name)
    if stored is None:
        return FoundPin()
    try:
        return FoundPin(pinned=_parsed(stored.data), version=stored.version)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        logger.warning(
            "%s does not say which days the run used (%s); they are chosen anew.",
            place.bucket.url_of(name),
            str(error)[:200],
        )
        return FoundPin(version=stored.version)


def write_pin(
    place: Workplace,
    run_id: str,
    pinned: PinnedDays,
    found: FoundPin,
    still_allowed: StillAllowed,
) -> None:
    """Write which records a run uses, unless that is what is written already.

    Raises
    ------
    PublishError
        If it cannot be written, or another run wrote it meanwhile.
    """
    if not place.writes or pinned == found.pinned:
        return
    still_allowed()
    name = pin_name(place.prefix, run_id)
    try:
        written = put_if_unchanged(place.bucket, name, _pin_bytes(pinned), found.version, JSON)
    except ObjectError as error:
        raise PublishError(
            f"{error.url}: which days the run uses could not be written: {error.problem}"
        ) from error
    if written is None:
        raise PublishError(
            f"{place.bucket.url_of(name)}: another run wrote it meanwhile, so this one says "
            "nothing. Expected one run of a job at a time; run the job again if its report is "
            "missing."
        )


def _pin_bytes(pinned: PinnedDays) -> bytes:
    document = {
        "version": _VERSION,
        "profile": pinned.profile_id,
        "key": pinned.key,
        "days": pinned.days,
        "not_made": pinned.not_made,
        "blocks": [
            {"start": as_text(block.start), "end": as_text(block.end), "sha256": digest}
            for block, digest in sorted(pinned.digests.items())
        ],
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def _parsed(data: bytes) -> PinnedDays:
    if len(data) > _LARGEST_BYTES:
        raise ValueError(f"it has {len(data):,} bytes")
    document = json.loads(data)
    if document["version"] != _VERSION:
        raise ValueError(f"its version is {str(document['version'])[:20]}, not {_VERSION}")
    return PinnedDays(
        profile_id=str(document["profile"]),
        key=str(document["key"]),
        days=int(document["days"]),
        digests={
            Block(start=parse_time(one["start"]), end=parse_time(one["end"])): str(one["sha256"])
            for one in document["blocks"]
        },
        not_made=max(0, int(document["not_made"])),
    )
