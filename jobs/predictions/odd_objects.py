"""What is odd about single objects of a log: headers inside them, another encoding."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerHeader:
    """A header inside an object, after which its rows have other columns.

    Attributes
    ----------
    source, line
        Where it stands.
    moment
        The time of the first row behind it, in microseconds since 1970-01-01 UTC.
    added, gone
        Columns that it has and the header before it has not, and the other way round.
    """

    source: str
    line: int
    moment: int
    added: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecodedRows:
    """Rows of an object that is not UTF-8 and was read in another encoding.

    Attributes
    ----------
    encoding
        Its name, such as ``Windows-1252``.
    rows
        How many rows of the window hold a letter that depends on it.
    example
        A text with such a letter.
    """

    source: str
    encoding: str
    rows: int
    example: str
