"""The lock that a run finds: whether another run may still hold it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobs.buckets.bucket import Bucket, StoredObject
from jobs.errors import LockedError, ObjectMissingError, ObjectTooLargeError
from jobs.running.lease import Lease, LeaseState
from jobs.running.lease_settings import LeaseSettings

_log = logging.getLogger(__name__)
MOST_BYTES = 1 << 16
# A lease that ran out longer ago is no matter of clocks that differ.
_CERTAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLock:
    """A job's lock as it is before this run takes it.

    Attributes
    ----------
    bucket, name
        Where the lock's object is.
    settings
        Lease and renewal times.
    clock
        Returns the present moment in UTC.
    wait
        Waits for so many seconds, or less where the program is ended.
    """

    bucket: Bucket
    name: str
    settings: LeaseSettings
    clock: Callable[[], datetime]
    wait: Callable[[float], object]

    @property
    def url(self) -> str:
        """The lock's object."""
        return self.bucket.url_of(self.name)

    def read(self) -> StoredObject | None:
        """Return the lock's object, or None where there is none.

        Raises
        ------
        LockedError
            If it is too large for a lock.
        """
        try:
            return self.bucket.read(self.name, MOST_BYTES)
        except ObjectMissingError:
            return None
        except ObjectTooLargeError as error:
            raise LockedError(
                f"{error} The object is no lock of this program. Make sure that no run of the job "
                "is active, then delete the object."
            ) from error

    def require_free(self, found: StoredObject) -> None:
        """Check that no run which may be alive holds the lock; where that is unsure, wait.

        Raises
        ------
        LockedError
            If one does, or the object is no lock.
        """
        lease = self._lease_in(found)
        if lease.state is LeaseState.RELEASED:
            return
        wait_s = self._doubt_s(lease)
        if wait_s and not self._stays(wait_s, lease, found.version):
            return
        _log.warning(
            "%s: taken over from %s, which has not renewed it since %s",
            self.url,
            lease.holder,
            lease.renewed.isoformat(),
        )

    def _lease_in(self, found: StoredObject) -> Lease:
        try:
            return Lease.from_json(found.data)
        except ValueError as error:
            raise LockedError(
                f"{self.url}: the object is no lock of this program ({error}). Make sure that no "
                "run of the job is active, then delete the object."
            ) from error

    def _doubt_s(self, lease: Lease) -> float:
        """Return for how long to watch a lease that seems to have run out."""
        now, skew_s = self.clock(), self.settings.skew_s
        if lease.is_from_another_time(now, skew_s):
            return lease.lease_s + skew_s
        if not lease.is_free(now, skew_s):
            raise LockedError(
                f"{self.url}: another run of the job holds the lock: {lease.holder}, until "
                f"{lease.expires.isoformat()} unless it renews. Wait for it to end; if it has "
                f"died, run the job again {skew_s:.0f} s after that time."
            )
        # A run whose clock is behind is alive, and renews.
        return self.settings.renew_s + skew_s if now < lease.expires + _CERTAIN else 0.0

    def _stays(self, wait_s: float, lease: Lease, version: str) -> bool:
        """Return whether nothing happens to the lock for so long; raise if it is renewed."""
        _log.warning(
            "%s: held by %s until %s by its clock. Waiting %.0f s to see whether it still renews "
            "the lock.",
            self.url,
            lease.holder,
            lease.expires.isoformat(),
            wait_s,
        )
        self.wait(wait_s)
        present = self.read()
        if present is None or self._lease_in(present).state is LeaseState.RELEASED:
            return False
        if present.version != version:
            raise LockedError(
                f"{self.url}: another run of the job holds the lock: {lease.holder}. Its clock and "
                "this machine's differ by more than a lease allows; set them. Wait for that run to "
                "end."
            )
        return True
