"""When people are told of the model's quality: like the verdict's notices, by a policy of its own.

The policy is replayed over the runs by window end:

- ``quality_dropped`` at the first run whose labels say that the model has become worse, then a
  reminder every `remind_every` while they say so, and ``quality_recovered`` at the first run whose
  labels say that it is as good as before.
- A run whose labels say nothing (too few, none, no `[labels]`) neither starts nor ends a drop.
- Within `quiet_period` after anything was told, of the verdict or of the quality, nothing is. What
  is still so afterwards is told then. Where the verdict is told by the same run, both are one
  message.
- Several runs of one window end count as one: dropped where one says so, else as good as before
  where one does.

Whether the verdict is told does not depend on the quality: labels delay no alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jobs.job_file.output_settings import NotificationSettings
from reports.findings.model_quality.quality import QualityState
from reports.findings.run import RunFindings
from reports.findings.runs import Notice, NoticeKind
from reports.history.history import HistoryRow, history_row, parse_time, rows_before
from reports.telling.notices import told_ends
from reports.telling.replayed import Told, by_window_end, first_said, notice_since, told_at

_STILL_SO = {
    NoticeKind.QUALITY_DROPPED: QualityState.DROPPED,
    NoticeKind.QUALITY_REMINDER: QualityState.DROPPED,
    NoticeKind.QUALITY_RECOVERED: QualityState.HOLDS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _QualityPoint:
    """All runs of one window end as one."""

    end: datetime
    text: str
    state: QualityState
    run_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _KnownQuality:
    """What readers know of the quality, and what they do not know yet.

    Attributes
    ----------
    seen, told
        The first window end of the drop that is there, and of the one that was told; None for none.
    last
        What was told last of it.
    """

    seen: str | None = None
    told: str | None = None
    last: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Policy:
    """The settings, and the window ends at which the verdict was told."""

    settings: NotificationSettings
    told_ends: AbstractSet[datetime]


def with_quality_notice(
    findings: RunFindings, history: Sequence[HistoryRow], settings: NotificationSettings
) -> RunFindings:
    """Return the findings with what is to be told of the model's quality; nothing without labels.

    Parameters
    ----------
    history
        The rows of all runs; those whose window ends with or after this one's are passed over.
    """
    if findings.model_quality is None:
        return findings
    notice = due_quality_notice(history, history_row(findings), settings)
    return replace(findings, quality_notification=notice)


def due_quality_notice(
    earlier: Sequence[HistoryRow], today: HistoryRow, settings: NotificationSettings
) -> Notice | None:
    """Return what people are to be told of the quality after a run; None where nothing is due.

    Parameters
    ----------
    earlier
        Rows of the history; those whose window ends with or after today's are passed over.
    today
        The row of the run; it counts as it is, whatever the history holds of that run.
    """
    if not settings.quality:
        return None
    known, policy, point = _before(earlier, today, settings)
    return _due(_seen(known, point), point, policy)


def standing_quality_notice(
    earlier: Sequence[HistoryRow], today: HistoryRow, settings: NotificationSettings
) -> Told | None:
    """Return what was due last before a run, if it is still so and nothing new is due.

    It is for the sender alone: should the notice have reached nobody, it can be sent now.
    """
    if not settings.quality:
        return None
    known, policy, point = _before(earlier, today, settings)
    last = known.last
    if last is None or _due(_seen(known, point), point, policy) is not None:
        return None
    return last if point.state is _STILL_SO[last.notice.kind] else None


def quality_records_from(
    rows: Sequence[HistoryRow], settings: NotificationSettings
) -> Iterator[datetime]:
    """Yield window ends from which on records are asked for by a run after these sorted rows."""
    if not settings.quality:
        return
    policy = _Policy(settings=settings, told_ends=told_ends(rows, settings))
    known = _replay(by_window_end(rows, _point), policy)
    if known.told is not None:
        yield parse_time(known.told)
    if known.last is not None:
        yield parse_time(known.last.notice.since)


def _before(
    earlier: Sequence[HistoryRow], today: HistoryRow, settings: NotificationSettings
) -> tuple[_KnownQuality, _Policy, _QualityPoint]:
    rows = rows_before(earlier, today.window_end)
    policy = _Policy(settings=settings, told_ends=told_ends((*rows, today), settings))
    known = _replay(by_window_end(rows, _point), policy)
    return known, policy, _point([today])


def _point(rows: Sequence[HistoryRow]) -> _QualityPoint:
    states = {row.model_quality.state for row in rows if row.model_quality is not None}
    order = (QualityState.DROPPED, QualityState.HOLDS)
    return _QualityPoint(
        end=rows[0].end,
        text=rows[0].window_end,
        state=first_said(order, states, QualityState.UNKNOWN),
        run_ids=tuple(row.run_id for row in rows),
    )


def _replay(points: Iterable[_QualityPoint], policy: _Policy) -> _KnownQuality:
    known = _KnownQuality()
    for point in points:
        known = _seen(known, point)
        notice = _due(known, point, policy)
        if notice is not None:
            known = _after(known, point, notice)
    return known


def _seen(known: _KnownQuality, point: _QualityPoint) -> _KnownQuality:
    """Return what is there after a window end, whether or not it is told."""
    if point.state is QualityState.UNKNOWN:
        return known
    dropped = point.state is QualityState.DROPPED
    return replace(known, seen=(known.seen or point.text) if dropped else None)


def _due(known: _KnownQuality, point: _QualityPoint, policy: _Policy) -> Notice | None:
    if point.state is QualityState.UNKNOWN or _is_quiet(known, point, policy):
        return None
    if point.state is QualityState.HOLDS:
        return notice_since(NoticeKind.QUALITY_RECOVERED, known.told)
    if known.told is None:
        return notice_since(NoticeKind.QUALITY_DROPPED, known.seen)
    remind_every = policy.settings.remind_every
    wanted = remind_every is not None and _since_last(known, point) >= remind_every
    return notice_since(NoticeKind.QUALITY_REMINDER, known.told) if wanted else None


def _is_quiet(known: _KnownQuality, point: _QualityPoint, policy: _Policy) -> bool:
    quiet = policy.settings.quiet_period or timedelta()
    if not quiet:
        return False
    if known.last is not None and _since_last(known, point) < quiet:
        return True
    # A message of this very window end is no reason to wait: both go into it.
    if point.end in policy.told_ends:
        return False
    return any(timedelta() < point.end - end < quiet for end in policy.told_ends)


def _since_last(known: _KnownQuality, point: _QualityPoint) -> timedelta:
    return timedelta() if known.last is None else point.end - known.last.window_end


def _after(known: _KnownQuality, point: _QualityPoint, notice: Notice) -> _KnownQuality:
    told = told_at(point, notice)
    is_over = notice.kind is NoticeKind.QUALITY_RECOVERED
    return replace(known, told=None if is_over else notice.since, last=told)
