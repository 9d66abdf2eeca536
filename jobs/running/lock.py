"""The lock that keeps two runs of one job apart: a lease on an object in the bucket."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from jobs.buckets.bucket import JSON, Bucket, StoredObject
from jobs.errors import (
    InputError,
    LockedError,
    ObjectChangedError,
    ObjectExistsError,
    ObjectMissingError,
    ObjectTooLargeError,
    PublishError,
)
from jobs.running.found_lock import MOST_BYTES, FoundLock
from jobs.running.lease import Lease, LeaseState
from jobs.running.lease_settings import LeaseSettings

_log = logging.getLogger(__name__)
# In each round another process changed the object at the same moment; more rounds mean a fault.
_ROUNDS = 5
# How long the end of a run waits for a renewal that is under way.
_RELEASE_PATIENCE_S = 5.0
# How long a program that is being ended by a signal does.
_GIVE_UP_PATIENCE_S = 1.0
_open_locks: set[JobLock] = set()


def release_open_locks() -> None:
    """Release the locks that this process still holds or was about to get.

    For a program that ends by a signal, which may arrive between the lines of `JobLock`; it takes
    part in nothing afterwards.
    """
    for lock in tuple(_open_locks):
        lock.give_up()


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A lease of ours, and the version of the object that records it.

    `began_at` is when it was renewed last, on the clock of `time.monotonic`, which nobody sets.
    """

    lease: Lease
    version: str
    began_at: float

    def has_run_out(self, now: datetime) -> bool:
        """Return whether it has by either clock; only the other one counts a machine's sleep."""
        past_s = time.monotonic() - self.began_at
        return now >= self.lease.expires or past_s >= self.lease.lease_s


class JobLock:
    """Holds the lock of a job as long as the context is open, and renews it in the background.

    One object serves for one ``with``.

    The lock is taken by creating the object, or by replacing one that was released or has run
    out, always under the condition that nobody else was quicker. It is released by replacing it,
    never by deleting it, since a deletion could hit a successor's lock.

    Parameters
    ----------
    bucket
        Where the job's folder is.
    folder
        The job's folder; the object is ``lock`` in it.
    settings
        Lease and renewal times.
    clock
        Returns the present moment in UTC.

    Raises
    ------
    LockedError
        On entering, if another run holds the lock.
    BucketAccessError
        On entering, if the bucket refuses or cannot be reached.
    """

    def __init__(
        self,
        bucket: Bucket,
        folder: str,
        *,
        settings: LeaseSettings | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._bucket = bucket
        self._name = f"{folder}/lock"
        self._settings = settings or LeaseSettings()
        self._clock = clock
        self._owner = uuid.uuid4().hex
        self._held: _Held | None = None
        self._lost = False
        # By the same thread twice where a signal interrupts the release.
        self._writing = threading.RLock()
        self._ended = threading.Event()
        self._found = FoundLock(
            bucket=bucket,
            name=self._name,
            settings=self._settings,
            clock=clock,
            wait=self._ended.wait,
        )
        self._renewer = threading.Thread(target=self._keep_renewing, name="lock", daemon=True)

    @property
    def url(self) -> str:
        """The lock's object."""
        return self._bucket.url_of(self._name)

    def check(self) -> None:
        """Make sure that the lock is still held; to be called before anything is published.

        Raises
        ------
        PublishError
            If the lease has run out or another run has taken the lock.
        """
        held = self._held
        if held is None or self._lost or held.has_run_out(self._clock()):
            raise PublishError(
                f"{self.url}: this run no longer holds the job's lock, so it publishes nothing. "
                "The bucket could not be written for too long, the machine was suspended, or "
                "another run took over. Run the job again."
            )

    def __enter__(self) -> Self:
        _open_locks.add(self)
        try:
            self._held = self._acquire()
        except Exception:
            _open_locks.discard(self)
            raise
        self._renewer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if not self._writing.acquire(timeout=_RELEASE_PATIENCE_S):
            _log.warning("%s is not released: a renewal hangs. It runs out by itself.", self.url)
            return
        try:
            self._release()
        finally:
            self._writing.release()
        _open_locks.discard(self)
        self._renewer.join(timeout=_RELEASE_PATIENCE_S)

    def give_up(self) -> None:
        """Release the lock if it is ours, whatever was interrupted; failures are logged."""
        self._ended.set()
        if not self._writing.acquire(timeout=_GIVE_UP_PATIENCE_S):
            return
        try:
            self._held = self._held or self._taken_unseen()
            self._release()
        finally:
            self._writing.release()

    def _taken_unseen(self) -> _Held | None:
        """Return the lease that was written although the call was interrupted."""
        try:
            found = self._bucket.read(self._name, MOST_BYTES)
            lease = Lease.from_json(found.data)
        except (InputError, ValueError):
            return None
        is_ours = lease.owner == self._owner and lease.state is LeaseState.HELD
        if not is_ours:
            return None
        return _Held(lease=lease, version=found.version, began_at=time.monotonic())

    def _acquire(self) -> _Held:
        for _ in range(_ROUNDS):
            found = self._found.read()
            if found is not None:
                self._found.require_free(found)
            began_at, lease = time.monotonic(), self._new_lease()
            try:
                return _Held(lease=lease, version=self._take(lease, found), began_at=began_at)
            except (ObjectExistsError, ObjectChangedError):
                continue
        raise LockedError(
            f"{self.url}: other runs of the job took the lock {_ROUNDS} times in a row. "
            "Start the job once at a time."
        )

    def _take(self, lease: Lease, found: StoredObject | None) -> str:
        if found is None:
            return self._bucket.create(self._name, lease.to_json(), JSON)
        return self._bucket.replace(self._name, lease.to_json(), found.version, JSON)

    def _new_lease(self) -> Lease:
        now = self._clock()
        return Lease(
            owner=self._owner,
            host=socket.gethostname(),
            pid=os.getpid(),
            started=now,
            renewed=now,
            expires=now,
            lease_s=self._settings.lease_s,
        ).renewed_at(now)

    def _keep_renewing(self) -> None:
        pause_s = self._pause_s()
        while not self._lost and not self._ended.wait(pause_s):
            with self._writing:
                if self._ended.is_set():
                    return
                pause_s = self._renew()

    def _renew(self) -> float:
        """Renew the lease once; return the seconds until the next time."""
        try:
            self._record(LeaseState.HELD)
        except InputError as error:
            _log.warning("%s could not be renewed, trying again: %s", self.url, error)
            return self._settings.retry_s
        return self._pause_s()

    def _pause_s(self) -> float:
        """Return the seconds until the next renewal; a slow write used up some of the lease."""
        if self._held is None:
            return 0.0
        left_s = (self._held.lease.expires - self._clock()).total_seconds()
        spare_s = self._settings.lease_s - self._settings.renew_s
        return min(max(left_s - spare_s, 0.0), self._settings.renew_s)

    def _release(self) -> None:
        try:
            self._record(LeaseState.RELEASED)
        except InputError as error:
            _log.warning("%s is not released, it runs out by itself: %s", self.url, error)
        self._held = None

    def _record(self, state: LeaseState) -> None:
        """Write our lease anew, unless another run has taken the lock meanwhile."""
        if self._held is None or self._lost:
            return
        began_at, lease = time.monotonic(), self._held.lease.renewed_at(self._clock(), state)
        try:
            version = self._bucket.replace(self._name, lease.to_json(), self._held.version, JSON)
        except ObjectChangedError:
            present = self._own_version()
            if present is None:
                self._lost = True
                _log.error("%s: another run has taken the lock", self.url)
                return
            version = self._bucket.replace(self._name, lease.to_json(), present, JSON)
        self._held = _Held(lease=lease, version=version, began_at=began_at)

    def _own_version(self) -> str | None:
        """Return the object's version if it is still ours: a write can succeed unseen."""
        try:
            found = self._bucket.read(self._name, MOST_BYTES)
            lease = Lease.from_json(found.data)
        except (ObjectMissingError, ObjectTooLargeError, ValueError):
            return None
        return found.version if lease.owner == self._owner else None
