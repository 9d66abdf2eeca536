"""Taking out of what a run wrote what two undisturbed runs of one window differ in: the clock.

It works on bytes and imports nothing of the product, so that it reads what other versions wrote.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_MADE = re.compile(rb"(<dt>Made</dt><dd>)[^<]*")
_SECONDS = re.compile(rb"(<dt>Seconds</dt><dd>)[^<]*")
_PROFILE_MADE = re.compile(rb"(<dt>Profile</dt><dd><code>[^<]*</code>, [^<]*, made )[^<]*")
# In JSON a quotation mark inside a text is escaped, so that these never match inside one.
_MOMENT = re.compile(rb'("(?:generated_at|created_at)": ?)"[^"]*"')
# When a job ran last and is to run next, in what a page over all jobs says of it.
_STATE = re.compile(rb'("(?:made|expected|late_after)": ?)"[^"]*"')
_TIME = re.compile(rb"(<time>)[^<]*")
_TIMINGS = re.compile(rb'("timings": ?)\{[^{}]*\}')
_FIELDS: Mapping[str, tuple[re.Pattern[bytes], ...]] = {
    "report.json": (_MOMENT, _TIMINGS),
    "latest.json": (_MOMENT, _TIMINGS),
    "profile.json": (_MOMENT,),
    "state.json": (_STATE,),
    "index.html": (_TIME,),
    "report.html": (_MADE, _SECONDS, _PROFILE_MADE),
}


def without_clock(name: str, data: bytes) -> bytes:
    """Return an object with ``null`` for its clock fields; all other bytes stay as they are.

    The clock fields are ``generated_at``, ``timings`` and the profile's ``created_at``, also where
    the page shows them, when a job ran and is to run next, and the lock but for its being released.
    """
    file = name.rpartition("/")[2]
    if file == "lock":
        return str(json.loads(data)["state"]).encode()
    for field in _FIELDS.get(file, ()):
        data = field.sub(rb"\1null", data)
    return data
