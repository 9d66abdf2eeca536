"""What the records of blocks are called in the bucket."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from drift.days.blocks import Block
from jobs.job_file.job import Job

DAYS_FOLDER = "days"
# Sums of another version mean something else and are never held beside these.
SUMS_VERSION = 1
_MOMENT = r"(\d{8}T\d{6})(?:\.(\d{6}))?Z"
_NAME = re.compile(rf"{_MOMENT}-{_MOMENT}-([0-9a-f]{{8}})(?:-(v-[0-9a-f]{{12}}))?\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordName:
    """What the name of a record tells.

    Attributes
    ----------
    block
        Which block it is of.
    key
        What it depends on: `record_key`.
    view_id
        Which model's view it holds too: `ViewDefinition.id`; empty for none.
    """

    block: Block
    key: str
    view_id: str = ""

    @property
    def text(self) -> str:
        """The name in its folder; names sort as blocks begin.

        >>> from datetime import timedelta
        >>> start = datetime(2025, 3, 3, tzinfo=UTC)
        >>> block = Block(start=start, end=start + timedelta(days=1))
        >>> RecordName(block=block, key="0123abcd").text
        '20250303T000000Z-20250304T000000Z-0123abcd.json'
        >>> RecordName(block=block, key="0123abcd", view_id="v-0123456789ab").text
        '20250303T000000Z-20250304T000000Z-0123abcd-v-0123456789ab.json'
        """
        view = f"-{self.view_id}" if self.view_id else ""
        return f"{_text(self.block.start)}-{_text(self.block.end)}-{self.key}{view}.json"


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


def parse_record_name(name: str) -> RecordName | None:
    """Return what a record's name tells; None for any other name."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        start, end = _moment(found[1], found[2]), _moment(found[3], found[4])
    except ValueError:
        return None
    if not start < end:
        return None
    return RecordName(block=Block(start=start, end=end), key=found[5], view_id=found[6] or "")


def _text(moment: datetime) -> str:
    fraction = f".{moment.microsecond:06d}" if moment.microsecond else ""
    return f"{moment:%Y%m%dT%H%M%S}{fraction}Z"


def _moment(text: str, microseconds: str | None) -> datetime:
    plain = datetime.strptime(text, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return plain.replace(microsecond=int(microseconds or 0))
