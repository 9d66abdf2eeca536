"""Where packs lie below a job's folder, and which days they are of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date

COPIES_FOLDER = "copies"
UNDATED = "undated"
ENDING = ".pack"
_NAME = re.compile(r"(?P<source>[0-9a-f]{12})-(?P<day>\d{4}-\d{2}-\d{2}|undated)\.pack")


def source_id(path: str) -> str:
    """Return what stands for `predictions.path` or `labels.path` in the names of its packs."""
    return hashlib.sha256(path.encode()).hexdigest()[:12]


def pack_beginning(path: str) -> str:
    """Return what the names of a path's packs begin with, before the day and `ENDING`."""
    return f"{source_id(path)}-"


def is_pack(name: str) -> bool:
    """Tell whether an object in the folder is one that runs write."""
    return _NAME.fullmatch(name) is not None


def is_pack_below(parts: Sequence[str]) -> bool:
    """Tell whether the parts of a name below a job's folder are those of a pack."""
    return len(parts) > 1 and tuple(parts[:-1]) == (COPIES_FOLDER,) and is_pack(parts[-1])


def is_before(name: str, day: date) -> bool:
    """Tell whether a pack is of an earlier day; one without a day is not."""
    match = _NAME.fullmatch(name)
    return match is not None and match["day"] != UNDATED and match["day"] < f"{day:%Y-%m-%d}"
