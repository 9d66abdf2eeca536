"""One object of the log on its way to being read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class LogObject:
    """One object of the log.

    Attributes
    ----------
    name, url
        What the bucket and what users call it.
    path
        A file with its content.
    """

    name: str
    url: str
    path: Path
