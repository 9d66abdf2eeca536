"""When people are told of the verdict: a pure function of the history, so that it repeats exactly.

The policy is replayed over the runs by window end:

- A run that says drift is told where none was told before; after that there is a reminder every
  `remind_every` while runs say drift, and ``recovered`` at the first run that says steady.
- An inconclusive run neither starts nor ends a drift. With `inconclusive` the first one of a row is
  told.
- Within `quiet_period` after something was told nothing is. What is still so afterwards is told
  then: a drift that came and went in between is not told, a told drift that only paused goes on.
- A run that was accepted as normal counts as steady. Where that makes a told drift vanish, there is
  no ``recovered``: whoever accepted it knows.
- A level that differs from the reference is told once, where no drift is open, until it is accepted
  or has been alike for `_ALIKE_FOR`. It begins no quiet period: a drift must not wait for it.
- Several runs of one window end count as one: drift where one says so, else steady where one does.

Times are window ends. The clock plays no part, so a run that comes late changes nothing. The
model's quality plays no part either: it has a policy of its own (`quality_notices`).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jobs.job_file.output_settings import NotificationSettings
from reports.findings.answers import Verdict
from reports.findings.runs import Notice, NoticeKind
from reports.history.history import HistoryRow, parse_time, rows_before
from reports.telling.replayed import Told, by_window_end, first_said, notice_since, told_at

# A level at the edge of what counts may come and go from day to day: that is no news.
_ALIKE_FOR = timedelta(days=7)
_STILL_SO = {
    NoticeKind.DRIFT: Verdict.DRIFT,
    NoticeKind.REMINDER: Verdict.DRIFT,
    NoticeKind.RECOVERED: Verdict.STEADY,
    NoticeKind.INCONCLUSIVE: Verdict.INCONCLUSIVE,
}


class _Level(enum.Enum):
    """What a window end says of the level."""

    UNKNOWN = enum.auto()
    ALIKE = enum.auto()
    DIFFERS = enum.auto()
    ACCEPTED = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """All runs of one window end as one."""

    end: datetime
    text: str
    verdict: Verdict
    run_ids: tuple[str, ...]
    level: _Level


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What readers know, and what they do not know yet.

    Attributes
    ----------
    drift_told, drift_seen
        The first window end of the drift that was told, and of the one that is there; None for
        none.
    inconclusive_seen
        The first window end of the inconclusive runs in a row; None after any other run.
    inconclusive_told
        Whether these were told.
    drift_last
        The window end at which that drift was told or reminded of last.
    level_seen
        The first window end of the level that differs and is not accepted; None where there is
        none.
    level_alike
        Since which window end it has been alike; None where it is not.
    level_told
        Whether that level was told.
    last
        What was told last.
    """

    drift_told: str | None = None
    drift_last: datetime | None = None
    drift_seen: str | None = None
    inconclusive_seen: str | None = None
    inconclusive_told: bool = False
    level_seen: str | None = None
    level_alike: datetime | None = None
    level_told: bool = False
    last: Told | None = None


def due_notice(
    earlier: Sequence[HistoryRow], today: HistoryRow, settings: NotificationSettings
) -> Notice | None:
    """Return what people are to be told after a run; None where nothing is due.

    Parameters
    ----------
    earlier
        Rows of the history; those whose window ends with or after today's are passed over.
    today
        The row of the run; it counts as it is, whatever the history holds of that run.
    """
    known = _replay(by_window_end(rows_before(earlier, today.window_end), _point), settings)
    return _due(_seen(known, _point([today])), _point([today]), settings)


def standing_notice(
    earlier: Sequence[HistoryRow], today: HistoryRow, settings: NotificationSettings
) -> Told | None:
    """Return what was due last before a run, if it is still so and nothing new is due.

    It is for the sender alone: should the notice have reached nobody, it can be sent now.
    """
    known = _replay(by_window_end(rows_before(earlier, today.window_end), _point), settings)
    point = _point([today])
    last = known.last
    if last is None or _due(_seen(known, point), point, settings) is not None:
        return None
    if last.notice.kind is NoticeKind.LEVEL:
        return last if point.level is _Level.DIFFERS else None
    return last if point.verdict is _STILL_SO[last.notice.kind] else None


def verdict_records_from(
    rows: Sequence[HistoryRow], settings: NotificationSettings
) -> Iterator[datetime]:
    """Yield window ends from which on records are asked for by a run after these sorted rows."""
    known = _replay(by_window_end(rows, _point), settings)
    if known.drift_told is not None:
        yield parse_time(known.drift_told)
    if known.last is not None:
        # A level may have begun long before it was told, and nothing before is asked for.
        is_level = known.last.notice.kind is NoticeKind.LEVEL
        yield known.last.window_end if is_level else parse_time(known.last.notice.since)


def _point(rows: Sequence[HistoryRow]) -> _Point:
    verdicts = {Verdict.STEADY if row.accepted is not None else row.verdict for row in rows}
    order = (Verdict.DRIFT, Verdict.STEADY)
    return _Point(
        end=rows[0].end,
        text=rows[0].window_end,
        verdict=first_said(order, verdicts, Verdict.INCONCLUSIVE),
        run_ids=tuple(row.run_id for row in rows),
        level=_level(rows),
    )


def _level(rows: Sequence[HistoryRow]) -> _Level:
    """Return what runs of one window end say of the level; a person's word counts most."""
    known = [row.normal_days for row in rows if row.normal_days is not None]
    known = [days for days in known if days.level is not None]
    if not known:
        return _Level.UNKNOWN
    if any(row.accepted is not None for row in rows) or any(days.accepted_run for days in known):
        return _Level.ACCEPTED
    differs = any(days.level_stands_out for days in known)
    return _Level.DIFFERS if differs else _Level.ALIKE


def told_ends(rows: Sequence[HistoryRow], settings: NotificationSettings) -> set[datetime]:
    """Return the ends of the windows, in sorted rows, after which a quiet period begins."""
    courses = _course(by_window_end(rows, _point), settings)
    last = (known.last for known in courses if known.last is not None)
    return {one.window_end for one in last if one.notice.kind is not NoticeKind.LEVEL}


def _replay(points: Iterable[_Point], settings: NotificationSettings) -> _Known:
    known = _Known()
    for known in _course(points, settings):  # noqa: B007 - the last one is returned
        pass
    return known


def _course(points: Iterable[_Point], settings: NotificationSettings) -> Iterator[_Known]:
    """Yield what is known after each window end."""
    known = _Known()
    for point in points:
        known = _seen(known, point)
        notice = _due(known, point, settings)
        if notice is not None:
            known = _told(known, point, notice)
        yield known


def _seen(known: _Known, point: _Point) -> _Known:
    """Return what is there after a window end, whether or not it is told."""
    known = _level_seen(known, point)
    if point.verdict is Verdict.INCONCLUSIVE:
        return replace(known, inconclusive_seen=known.inconclusive_seen or point.text)
    drifts = point.verdict is Verdict.DRIFT
    return replace(
        known,
        drift_seen=(known.drift_seen or point.text) if drifts else None,
        inconclusive_seen=None,
        inconclusive_told=False,
    )


def _level_seen(known: _Known, point: _Point) -> _Known:
    if point.level is _Level.UNKNOWN:
        return known
    if point.level is _Level.DIFFERS:
        return replace(known, level_seen=known.level_seen or point.text, level_alike=None)
    since = known.level_alike or point.end
    if point.level is _Level.ACCEPTED or point.end - since >= _ALIKE_FOR:
        return replace(known, level_seen=None, level_alike=since, level_told=False)
    return replace(known, level_alike=since)


def _due(known: _Known, point: _Point, settings: NotificationSettings) -> Notice | None:
    due = _due_verdict(known, point, settings)
    if due is not None or not _is_free_for_level(known, point, settings):
        return due
    return notice_since(NoticeKind.LEVEL, known.level_seen)


def _is_free_for_level(known: _Known, point: _Point, settings: NotificationSettings) -> bool:
    """Tell whether the level is there, was not told, and no drift needs the attention."""
    if point.level is not _Level.DIFFERS or known.level_told or _is_quiet(known, point, settings):
        return False
    return known.drift_told is None and point.verdict is not Verdict.DRIFT


def _is_quiet(known: _Known, point: _Point, settings: NotificationSettings) -> bool:
    if known.last is None or known.last.notice.kind is NoticeKind.LEVEL:
        return False
    return point.end - known.last.window_end < (settings.quiet_period or timedelta())


def _due_verdict(known: _Known, point: _Point, settings: NotificationSettings) -> Notice | None:
    if _is_quiet(known, point, settings):
        return None
    if point.verdict is Verdict.INCONCLUSIVE:
        wanted = settings.inconclusive and not known.inconclusive_told
        return notice_since(NoticeKind.INCONCLUSIVE, known.inconclusive_seen) if wanted else None
    if point.verdict is Verdict.STEADY:
        return notice_since(NoticeKind.RECOVERED, known.drift_told)
    if known.drift_told is None:
        return notice_since(NoticeKind.DRIFT, known.drift_seen)
    wanted = _is_time_to_remind(known, point, settings)
    return notice_since(NoticeKind.REMINDER, known.drift_told) if wanted else None


def _is_time_to_remind(known: _Known, point: _Point, settings: NotificationSettings) -> bool:
    if settings.remind_every is None or known.drift_last is None:
        return False
    return point.end - known.drift_last >= settings.remind_every


def _told(known: _Known, point: _Point, notice: Notice) -> _Known:
    told = told_at(point, notice)
    if notice.kind is NoticeKind.INCONCLUSIVE:
        return replace(known, inconclusive_told=True, last=told)
    if notice.kind is NoticeKind.LEVEL:
        return replace(known, level_told=True, last=told)
    if notice.kind is NoticeKind.RECOVERED:
        return replace(known, drift_told=None, drift_last=None, last=told)
    return replace(known, drift_told=notice.since, drift_last=point.end, last=told)
