"""The lease that a run holds on its job's lock, as the lock's object records it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_LONGEST_LEASE_S = 3600.0
_LONGEST_TEXT = 300


class LeaseState(StrEnum):
    """Whether the lock's object stands for a run that goes on."""

    HELD = "held"
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What the lock's object says.

    Attributes
    ----------
    owner
        A random identifier of the run.
    host, pid
        Where it runs.
    started, renewed, expires
        In UTC, by the holder's clock.
    lease_s
        The time from renewal to expiry.
    state
        Held or released.
    """

    owner: str
    host: str
    pid: int
    started: datetime
    renewed: datetime
    expires: datetime
    lease_s: float
    state: LeaseState = LeaseState.HELD

    @property
    def holder(self) -> str:
        """Who holds it, in words."""
        return f"process {self.pid} on {self.host}, started {self.started.isoformat()}"

    def is_free(self, now: datetime, skew_s: float) -> bool:
        """Return whether another run may take the lock, at `now`, by a clock off by `skew_s`."""
        return self.state is LeaseState.RELEASED or now >= self.expires + timedelta(seconds=skew_s)

    def is_from_another_time(self, now: datetime, skew_s: float) -> bool:
        """Return whether it ends later than any lease that was renewed by `now`.

        The clock of its holder was wrong, or the one that gives `now` is.
        """
        latest = now + timedelta(seconds=self.lease_s + skew_s)
        return self.state is LeaseState.HELD and self.expires > latest

    def renewed_at(self, now: datetime, state: LeaseState = LeaseState.HELD) -> Lease:
        """Return the same lease with its full length counted from `now`."""
        expires = now + timedelta(seconds=self.lease_s)
        return replace(self, renewed=now, expires=expires, state=state)

    def to_json(self) -> bytes:
        """Return the object's content."""
        return json.dumps(asdict(self), default=datetime.isoformat, indent=2).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> Lease:
        """Return the lease that an object's content stands for.

        Raises
        ------
        ValueError
            If it is no lease.
        """
        try:
            content = json.loads(data)
            return cls(
                owner=_short(content["owner"]),
                host=_short(content["host"]),
                pid=int(content["pid"]),
                started=_utc(content["started"]),
                renewed=_utc(content["renewed"]),
                expires=_utc(content["expires"]),
                lease_s=_length(content["lease_s"]),
                state=LeaseState(content["state"]),
            )
        except (KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ValueError(f"no lease: {error!r}"[:_LONGEST_TEXT]) from error


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a time without zone: {text!r}")
    if not 1970 < moment.year < 9000:
        raise ValueError(f"a time of another age: {text!r}")
    return moment.astimezone(UTC)


def _length(seconds: float) -> float:
    if not 0 < float(seconds) <= _LONGEST_LEASE_S:
        raise ValueError(f"a lease of {seconds} s")
    return float(seconds)


def _short(text: object) -> str:
    if not isinstance(text, str) or len(text) > _LONGEST_TEXT or not text.isprintable():
        raise ValueError("no name of a run or a machine")
    return text
