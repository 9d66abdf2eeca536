"""The schedule that stays running: APScheduler starts a run whenever the cron expression says so.

Each run is a child process of its own and not a call in this one, for three reasons. What a run
leaves behind in memory goes with its process, however many months the schedule runs. A run gets a
signal in its main thread, where alone Python acts on signals, so that SIGTERM ends it the way it
does under cron. And a run that crashes or hangs cannot take the schedule with it.

Runs never overlap: a time that comes while a run is still going is left out, with a line in the
log. Times that passed while the machine slept are made up for by a single run.
"""

from __future__ import annotations

import logging
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_MAX_INSTANCES
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from jobs.errors import ExitCode, TerminatedError, UsageError
from jobs.times.cron import CronSchedule, parse_cron

GRACE_S = 8.0
"""How long a run has to end after it was told to, before it is killed; container platforms give the
schedule itself ten seconds."""

# Timers stand still while a machine sleeps: the schedule looks at the clock again this often.
_CLOCK_CHECK_S = 30.0
_FINISHED = {ExitCode.FINISHED, ExitCode.DRIFT, ExitCode.INCONCLUSIVE, ExitCode.WORSE}

_log = logging.getLogger(__name__)


class CronTrigger(BaseTrigger):  # type: ignore[misc]
    """A cron schedule as APScheduler asks for it.

    Parameters
    ----------
    schedule
        What the cron expression means.
    zone
        The time zone that it is meant in.
    """

    def __init__(self, schedule: CronSchedule, zone: ZoneInfo) -> None:
        self.schedule = schedule
        self.zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the first time after `now`: times that have passed are not worth counting."""
        return self.schedule.next_after(max(previous_fire_time or now, now), self.zone)


def cron_trigger(cron: str, timezone: str) -> CronTrigger:
    """Return the trigger for `schedule.cron` and `schedule.timezone` of a job file.

    Raises
    ------
    UsageError
        If `cron` is no cron expression (see `jobs.times.cron.parse_cron`).
    """
    try:
        return CronTrigger(parse_cron(cron), ZoneInfo(timezone))
    except ValueError as error:
        raise UsageError(f'schedule.cron is "{cron}". Expected {error}.') from error


def serve(command: Sequence[str], *, trigger: BaseTrigger, grace_s: float = GRACE_S) -> NoReturn:
    """Start `command` whenever `trigger` says so, until SIGTERM or SIGINT ends the schedule.

    It must be called in the main thread. The command inherits stdout, stderr and the environment.
    A run that fails is logged in one line and the schedule goes on. Both signals are passed on to a
    run that is going, as SIGTERM.

    Parameters
    ----------
    command
        The program and its arguments, for example
        ``[sys.executable, "-P", "-m", "drift", "run", "cats.toml"]``.
    trigger
        What `cron_trigger` returns, or any other trigger of APScheduler.
    grace_s
        How long a run has to end after it was told to, in seconds; then it is killed together with
        the processes that it started.

    Raises
    ------
    TerminatedError
        After a signal, when no run is going any more.
    """
    runs = _Runs(command)
    scheduler = _scheduler_for(runs, trigger)
    with _received_signals() as signals:
        scheduler.start()
        _log.info("The schedule is running; the next run is at %s.", _next_time(scheduler))
        signal_number = _await_signal(signals, scheduler)
        scheduler.remove_all_jobs()
        outcome = runs.stop(grace_s)
        # Waiting here would hold the locks that the thread of the last run may be asking for.
        scheduler.shutdown(wait=False)
    raise TerminatedError(f"The schedule was ended by {signal_number.name}; {outcome}.")


def _scheduler_for(runs: _Runs, trigger: BaseTrigger) -> BackgroundScheduler:
    # Its own lines repeat ours for every run.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone=UTC)

    def run_once() -> None:
        end = runs.run()
        if not runs.stopping:
            level = logging.INFO if end.as_intended else logging.ERROR
            _log.log(level, "%s; the next one is at %s.", end.sentence, _next_time(scheduler))

    def tell_overlap(event: Any) -> None:  # noqa: ANN401 - APScheduler ships no types
        for scheduled in event.scheduled_run_times:
            _log.warning(
                "The run of %s is left out: the one before is still going.", _written(scheduled)
            )

    scheduler.add_job(
        run_once, trigger, max_instances=1, coalesce=True, misfire_grace_time=None, name="run"
    )
    scheduler.add_listener(tell_overlap, EVENT_JOB_MAX_INSTANCES)
    return scheduler


def _next_time(scheduler: BackgroundScheduler) -> str:
    times = [job.next_run_time for job in scheduler.get_jobs()]
    return _written(times[0]) if times else "no time at all"


def _written(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class _RunEnd:
    """How a run ended: a sentence without its stop, and whether that is what a run may do."""

    sentence: str
    as_intended: bool


class _Runs:
    """The child processes, of which there is one at most."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self.stopping = False

    def run(self) -> _RunEnd:
        started = time.monotonic()
        with self._lock:
            if self.stopping:
                return _RunEnd(sentence="No run was started", as_intended=True)
            try:
                # A session of its own: Ctrl-C reaches the run once, through `stop`, and it can be
                # killed with all that it started.
                self._child = subprocess.Popen(self._command, start_new_session=True)  # noqa: S603 - our own command line
            except OSError as error:
                return _RunEnd(
                    sentence=f"The run could not be started ({error})", as_intended=False
                )
        code = self._child.wait()
        return _RunEnd(
            sentence=f"The run {_describe(code)} after {time.monotonic() - started:.1f} s",
            as_intended=code in _FINISHED,
        )

    def stop(self, grace_s: float) -> str:
        """End a run that is going and start no other; return what became of it."""
        with self._lock:
            self.stopping = True
        child = self._child
        if child is None or child.poll() is not None:
            return "no run was going"
        child.terminate()
        try:
            return f"the run that was going {_describe(child.wait(grace_s))}"
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            return f"the run that was going did not end within {grace_s:g} s and was killed"


def _describe(code: int) -> str:
    if code == ExitCode.FINISHED:
        return "finished"
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    meanings = {member.value: member.name.lower() for member in ExitCode}
    return f"ended with exit code {code} ({meanings.get(code, 'not one of ours')})"


@contextmanager
def _received_signals() -> Iterator[queue.SimpleQueue[signal.Signals]]:
    # A handler may interrupt any line, also one that holds a lock of APScheduler's: it only puts
    # the signal into a queue whose `put` is made for that.
    received: queue.SimpleQueue[signal.Signals] = queue.SimpleQueue()

    def handler(number: int, _: object) -> None:
        received.put(signal.Signals(number))

    before = {number: signal.signal(number, handler) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield received
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def _await_signal(
    signals: queue.SimpleQueue[signal.Signals], scheduler: BackgroundScheduler
) -> signal.Signals:
    while True:
        try:
            return signals.get(timeout=_CLOCK_CHECK_S)
        except queue.Empty:
            scheduler.wakeup()
