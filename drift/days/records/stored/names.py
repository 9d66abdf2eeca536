"""What the records of blocks are called in the bucket."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime

from drift.days.blocks import Block
from jobs.job_file.job import Job

DAYS_FOLDER = "days"
# Sums of another version mean something else and are never held beside these.
SUMS_VERSION = 1
_MOMENT = r"(\d{8}T\d{6})(?:\.(\d{6}))?Z"
_NAME = re.compile(rf"{_MOMENT}-{_MOMENT}-([0-9a-f]{{8}})\.json")


def days_folder(job_prefix: str, profile_id: str) -> str:
    """Return the folder of the records that were measured on a profile, with a slash at its end."""
    return f"{job_prefix}/{DAYS_FOLDER}/{profile_id}/"


def record_key(job: Job, rows: int | None) -> str:
    """Return 8 hex digits of what records depend on beside the log, the images and the profile.

    Where such a setting changes, records are made anew; those of before stay, and are used again
    should the setting change back.

    Parameters
    ----------
    rows
        How many rows a block has; None where blocks are stretches of time.
    """
    log = job.predictions
    columns = log.columns
    parts = [
        SUMS_VERSION,
        [log.path, log.timezone, log.day_first],
        [columns.timestamp, columns.prediction, columns.confidence, columns.client],
        list(columns.probabilities),
        None if job.images is None else job.images.path,
        job.detection.burst.total_seconds(),
        rows,
    ]
    if job.images is not None and job.images.column is not None:
        parts.append([job.images.column])
    if columns.answer is not None:
        parts.append([columns.answer, columns.answer_names])
    if columns.numbers:
        named = columns.numbers
        parts.append(sorted(named.items() if isinstance(named, dict) else named))
    if columns.boxes is not None:
        parts.append(["boxes", columns.boxes.model_dump(mode="json", exclude_defaults=True)])
    of_text = [log.format, log.encoding, list(log.header)]
    if any(of_text):
        parts.append(["text", *of_text])
    of_names = [log.from_path, log.images_only, list(log.exclude)]
    if any(of_names):
        parts.append(of_names)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:8]


def record_name(block: Block, key: str) -> str:
    """Return the name of a block's record in its folder; names sort as blocks begin.

    >>> from datetime import timedelta
    >>> start = datetime(2025, 3, 3, tzinfo=UTC)
    >>> record_name(Block(start=start, end=start + timedelta(days=1)), "0123abcd")
    '20250303T000000Z-20250304T000000Z-0123abcd.json'
    """
    return f"{_text(block.start)}-{_text(block.end)}-{key}.json"


def parse_record_name(name: str) -> tuple[Block, str] | None:
    """Return the block and the key that a record's name tells; None for any other name."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        start, end = _moment(found[1], found[2]), _moment(found[3], found[4])
    except ValueError:
        return None
    return (Block(start=start, end=end), found[5]) if start < end else None


def _text(moment: datetime) -> str:
    fraction = f".{moment.microsecond:06d}" if moment.microsecond else ""
    return f"{moment:%Y%m%dT%H%M%S}{fraction}Z"


def _moment(text: str, microseconds: str | None) -> datetime:
    plain = datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return plain.replace(microsecond=int(microseconds or 0))
