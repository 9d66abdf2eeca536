"""What times an object was seen to hold."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.times.timestamp_parts import Integers


@dataclass(slots=True)
class ObservedTimes:
    """The oldest and the newest time that an object was seen to hold."""

    oldest: int | None = None
    newest: int | None = None

    def add(self, moments: Integers) -> None:
        """Take more times in."""
        if len(moments):
            low, high = int(moments.min()), int(moments.max())
            self.oldest = low if self.oldest is None else min(self.oldest, low)
            self.newest = high if self.newest is None else max(self.newest, high)
