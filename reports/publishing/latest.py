"""``latest.json``: it moves to a later window and never back."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime

from jobs.buckets.bucket import JSON, Bucket, ObjectKind, StoredObject
from reports.conditional_writes import (
    ATTEMPTS,
    StillAllowed,
    put_if_unchanged,
    read_if_there,
    too_busy,
)
from reports.history.history import parse_time

logger = logging.getLogger(__name__)

LATEST_NAME = "latest.json"
# A browser or a proxy must not show yesterday's answer.
LATEST_KIND = ObjectKind(content_type=JSON.content_type, cache_control="no-cache")


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """A report that may become the newest one, and what was that a moment ago."""

    report: bytes
    end: datetime
    before: StoredObject | None


def move_latest(bucket: Bucket, name: str, newest: Newest, still_allowed: StillAllowed) -> bool:
    """Put the report in place unless a run with a later window end is there."""
    stored = newest.before
    for _ in range(ATTEMPTS):
        if stored is not None and _shows_later(bucket.url_of(name), stored.data, newest.end):
            return False
        version = None if stored is None else stored.version
        still_allowed()
        if put_if_unchanged(bucket, name, newest.report, version, LATEST_KIND):
            return True
        stored = read_if_there(bucket, name)
    raise too_busy(bucket, name)


def _shows_later(url: str, report: bytes, end: datetime) -> bool:
    try:
        return parse_time(json.loads(report)["window"]["end"]) > end
    except (ValueError, TypeError, KeyError) as error:
        logger.warning("%s is no report (%s) and is replaced by this run's.", url, error)
        return False
