"""Records of CSV that every reader reads in the same way, and taking some of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.times.timestamp_parts import Flags, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Records that every CSV reader reads in the same way.

    Attributes
    ----------
    data
        The records, each with a newline.
    lines
        The line number that each record starts at.
    ends
        Where each record ends in `data`, behind its newline.
    """

    data: bytes
    lines: Integers
    ends: Integers

    def __len__(self) -> int:
        return len(self.lines)

    def take(self, wanted: Flags) -> Records:
        """Return the wanted records."""
        if wanted.all():
            return self
        starts = np.concatenate(([0], self.ends[:-1]))
        rows = np.flatnonzero(wanted)
        lengths = (self.ends - starts)[rows]
        return Records(
            data=b"".join(runs(self.data, starts[rows], self.ends[rows])),
            lines=self.lines[rows],
            ends=np.cumsum(lengths),
        )


def runs(data: bytes, starts: Integers, stops: Integers) -> list[bytes]:
    """Return the pieces of `data` from `starts` to `stops`, neighbours in one piece."""
    if not len(starts):
        return []
    breaks = np.flatnonzero(starts[1:] != stops[:-1])
    firsts = np.concatenate(([0], breaks + 1))
    lasts = np.concatenate((breaks, [len(starts) - 1]))
    return [
        data[start:stop]
        for start, stop in zip(starts[firsts].tolist(), stops[lasts].tolist(), strict=True)
    ]
