"""``notifications/<run id>.json``: what was sent after a run, claimed before it is sent.

The claim is a conditional create: of any number of simultaneous runs one sends, and a repeated run
finds the record and sends nothing. A run that is killed between claim and send leaves the state
``claimed``. What arrived is not known then. That run is never sent again, so that nobody is told
twice by it; the next run tells what is still so.

A record is of one message, which may tell of the verdict, of the model's quality, or of both.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs.buckets.bucket import JSON, Bucket
from jobs.errors import ObjectExistsError, ObjectMissingError
from reports.findings.runs import Notice, NoticeKind, NoticeTopic
from reports.json_report.report import json_bytes
from reports.telling.apprise_sender import Delivery

NOTIFICATIONS_FOLDER = "notifications"
SCHEMA_VERSION = "1"
_KINDS = frozenset(NoticeKind)


class RecordState(enum.StrEnum):
    """How far a notification came."""

    CLAIMED = "claimed"
    SENT = "sent"
    PARTLY_SENT = "partly sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNotice:
    """What is to be told, and why now.

    Attributes
    ----------
    repeats
        The run whose notice it is, where that run could not tell anybody; else empty.
    """

    notice: Notice
    repeats: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A record that this run made, and that nobody else will make.

    Attributes
    ----------
    version
        The version of the stored object.
    """

    name: str
    version: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRecord:
    """What an existing record says.

    Attributes
    ----------
    notices
        By what it tells of: the kind of the notice and its `since`, as text.
    claimed_at
        When its sending began, ISO 8601.
    """

    name: str
    state: str
    notices: Mapping[NoticeTopic, tuple[str, str]]
    claimed_at: str

    @property
    def reached_somebody(self) -> bool:
        """Whether at least one service took it."""
        return self.state in {RecordState.SENT, RecordState.PARTLY_SENT}

    def has_told(self, topic: NoticeTopic) -> bool:
        """Return whether at least one service took what it tells of a topic."""
        return self.reached_somebody and topic in self.notices


def record_name(prefix: str, run_id: str) -> str:
    """Return the name of a run's record; `prefix` is the job's folder."""
    return f"{prefix}/{NOTIFICATIONS_FOLDER}/{run_id}.json"


def claim(
    bucket: Bucket, prefix: str, run_id: str, due: Sequence[DueNotice], *, now: datetime
) -> Claim | None:
    """Claim the notification of a run; None where somebody else has.

    Parameters
    ----------
    due
        What its message tells: one notice, or that of the verdict and then that of the quality.

    Raises
    ------
    ObjectError
        If the record could not be written.
    """
    name = record_name(prefix, run_id)
    first, *more = due
    content: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "run_id": run_id,
        **_told(first),
        **{one.notice.kind.topic.value: _told(one) for one in more},
        "state": RecordState.CLAIMED.value,
        "claimed_at": _as_text(now),
        "finished_at": None,
        "deliveries": [],
    }
    try:
        version = bucket.create(name, json_bytes(content), JSON)
    except ObjectExistsError:
        return None
    return Claim(name=name, version=version, content=content)


def _told(due: DueNotice) -> dict[str, str | None]:
    notice = due.notice
    return {"kind": notice.kind.value, "since": notice.since, "repeats": due.repeats or None}


def complete(
    bucket: Bucket, claimed: Claim, deliveries: Sequence[Delivery], *, now: datetime
) -> None:
    """Write what became of a claimed notification into its record.

    Raises
    ------
    ObjectError
        If the record could not be written, or somebody else has changed it.
    """
    content = {
        **claimed.content,
        "state": _state(deliveries).value,
        "finished_at": _as_text(now),
        "deliveries": [
            {
                "service": delivery.service,
                "position": delivery.position,
                "delivered": delivery.delivered,
                "problem": delivery.problem or None,
                "seconds": delivery.seconds,
            }
            for delivery in deliveries
        ],
    }
    bucket.replace(claimed.name, json_bytes(content), claimed.version, JSON)


def known_record(bucket: Bucket, prefix: str, run_id: str) -> KnownRecord | None:
    """Return the record of a run, or None where there is none that can be understood.

    Raises
    ------
    ObjectError
        If the store cannot be reached.
    """
    return _read(bucket, record_name(prefix, run_id))


def reached_nobody(
    bucket: Bucket, prefix: str, run_ids: Iterable[str], topic: NoticeTopic
) -> str | None:
    """Return the run among `run_ids` whose notification nobody got, then or later; None for none.

    Of the verdict a run without a record does not count: nobody was to be told then, or it was
    pruned. Of the quality it does: labels came after the run, and it said the same in a repetition
    that told nobody.

    Raises
    ------
    ObjectError
        If the store cannot be reached.
    """
    records = {run_id: known_record(bucket, prefix, run_id) for run_id in run_ids}
    without = topic is NoticeTopic.QUALITY
    tried = [run_id for run_id, record in records.items() if without or record is not None]
    if not tried or any(record.has_told(topic) for record in records.values() if record):
        return None
    later = _records_after(bucket, prefix, min(tried))
    return None if any(record.has_told(topic) for record in later) else min(tried)


def somebody_may_know_of(bucket: Bucket, prefix: str, since: str, topic: NoticeTopic) -> bool:
    """Return whether somebody may have been told of what began with this window end.

    Of a run that was killed while it sent, nobody can say.

    Raises
    ------
    ObjectError
        If the store cannot be reached.
    """
    return any(
        record.notices.get(topic, ("", ""))[1] == since and record.state != RecordState.FAILED
        for record in _records_after(bucket, prefix, "")
    )


def _records_after(bucket: Bucket, prefix: str, run_id: str) -> Iterator[KnownRecord]:
    """Yield the records of runs with a later window end; a run's id begins with it."""
    after = record_name(prefix, run_id)
    for info in bucket.list(f"{prefix}/{NOTIFICATIONS_FOLDER}/"):
        if info.name > after and (record := _read(bucket, info.name)) is not None:
            yield record


def _read(bucket: Bucket, name: str) -> KnownRecord | None:
    try:
        content = json.loads(bucket.read(name).data)
    except (ObjectMissingError, ValueError):
        return None
    if not isinstance(content, Mapping):
        return None
    return KnownRecord(
        name=name,
        state=str(content.get("state")),
        notices=dict(_notices(content)),
        claimed_at=str(content.get("claimed_at")),
    )


def _notices(content: Mapping[str, Any]) -> Iterator[tuple[NoticeTopic, tuple[str, str]]]:
    for one in (content, content.get(NoticeTopic.QUALITY)):
        if isinstance(one, Mapping):
            kind = str(one.get("kind"))
            topic = NoticeKind(kind).topic if kind in _KINDS else NoticeTopic.VERDICT
            yield topic, (kind, str(one.get("since")))


def _state(deliveries: Sequence[Delivery]) -> RecordState:
    delivered = sum(delivery.delivered for delivery in deliveries)
    if delivered == len(deliveries):
        return RecordState.SENT
    return RecordState.PARTLY_SENT if delivered else RecordState.FAILED


def _as_text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
