"""How requests to a cloud store are made: attempts, patience, connections."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobs.buckets.retrying import RetrySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudSettings:
    """How a store is talked to.

    Attributes
    ----------
    retry
        Deadline, timeouts and pauses of every call.
    download_deadline_s
        The deadline of `CloudBucket.local_copy`, which is for large objects.
    damaged_attempts
        How often content whose checksum is wrong is fetched before giving up.
    connections
        How many connections are kept open at most: as many as `images.fetch_workers` can be, so
        that no thread ever has to open one for a single object.
    page_size
        How many objects one listing request asks for; the stores give no more than 1,000.
    """

    retry: RetrySettings = field(default_factory=RetrySettings)
    download_deadline_s: float = 3600.0
    damaged_attempts: int = 4
    connections: int = 256
    page_size: int = 1000
