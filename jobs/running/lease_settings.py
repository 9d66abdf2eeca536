"""How long a lease is, and how often it is renewed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseSettings:
    """How long a lease lasts.

    Attributes
    ----------
    lease_s
        After this many seconds without renewal the lease has run out, and its holder publishes
        nothing more.
    renew_s
        How often it is renewed; well below `lease_s`.
    retry_s
        How soon a failed renewal is tried again.
    skew_s
        How much longer than that everybody else waits before taking the lock over: clocks of
        different machines may differ by as much.
    """

    lease_s: float = 60.0
    renew_s: float = 20.0
    retry_s: float = 2.0
    skew_s: float = 15.0
