"""The times of lines that all start with a plain timestamp of one length, without parsing them.

Taking apart all fields of all lines is most of the work of reading a log, and nearly all lines of
a long log lie outside the window.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.times.timestamp_parts import Integers
from jobs.times.timestamps import TimestampRules, Timestamps, read_plain_timestamps

# From a date alone to microseconds with an offset from UTC.
_SHORTEST, _LONGEST = 10, 32

Bytes = npt.NDArray[np.uint8]


def times_of_first_fields(
    raw: Bytes, ends: Integers, delimiter: bytes, rules: TimestampRules
) -> Timestamps | None:
    """Return the time that each line starts with, if all are plain, equally long and faultless.

    Whether the lines have as many fields as they should is not looked at.

    Parameters
    ----------
    raw
        Whole lines without a quote.
    ends
        Where each line's newline is.
    """
    length = bytes(raw[: _LONGEST + 1]).find(delimiter)
    if length < _SHORTEST:
        return None
    starts = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))
    # A field that holds another delimiter is no plain timestamp; one that is cut off is too short.
    if not (ends - starts > length).all() or (raw[starts + length] != delimiter[0]).any():
        return None
    fields = np.lib.stride_tricks.sliding_window_view(raw, length)[starts]
    offsets = np.arange(0, (len(starts) + 1) * length, length, dtype=np.int32)
    texts = pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(fields))
    times = read_plain_timestamps(texts, rules)
    return None if times is None or times.faults.any() else times
