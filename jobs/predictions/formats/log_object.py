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
    is_whole
        Whether all of the content is there, compared with the store's checksum; else only parts
        that hold what is needed, in their places.
    encoding
        As for `text_stream.open_text`.
    header
        The columns' names where no header line states them; empty where one does.
    """

    name: str
    url: str
    path: Path
    is_whole: bool = True
    encoding: str | None = None
    header: tuple[str, ...] = ()
