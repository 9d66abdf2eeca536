"""Some rows of a log, and what of them cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from jobs.predictions.formats.text_stream import codec_of
from jobs.predictions.selection.object_names import LogFormat

ROWS_PER_PIECE = 3_000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRows:
    """Rows of a sample that are not as the others, all for one reason.

    Attributes
    ----------
    what
        What is odd, as it stands behind "60 of 160 rows".
    rows
        How many.
    first
        Where the first one is, such as ``line 102 of logs/a.csv``.
    mend
        What to do, in sentences; empty where it is clear.
    """

    what: str
    rows: int
    first: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How a log is written, as far as a run has to be told.

    Attributes
    ----------
    format
        `predictions.format`; None where the names' endings tell it.
    encoding
        `predictions.encoding`; None where runs find it themselves.
    encoding_because
        Why it is proposed, in plain words.
    header
        `predictions.header`; empty where the log has a header line.
    """

    format: LogFormat | None = None
    encoding: str | None = None
    encoding_because: str = ""
    header: tuple[str, ...] = ()

    def settings(self) -> dict[str, object]:
        """Return the keys of `predictions` that say so."""
        return {
            "format": self.format.value if self.format else None,
            "encoding": self.encoding,
            "header": self.header,
        }


BY_NAME = Written()
"""Written as the names and the marks of its objects tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSample:
    """Some rows of one log.

    Attributes
    ----------
    table
        All columns as text, missing and empty values as None; older rows first as far as the
        log's own order tells.
    rows_in_all
        How many rows the log has, estimated where `is_complete` is false.
    rows_seen
        How many rows were looked at, with those that cannot be read.
    odd
        Rows that cannot be read, or not as they were meant.
    notes
        What is odd about it, in sentences.
    objects
        The object of each row, where that is known.
    written
        How it is written.
    """

    table: pd.DataFrame
    rows_in_all: int
    is_complete: bool
    rows_seen: int = 0
    odd: tuple[OddRows, ...] = ()
    notes: tuple[str, ...] = ()
    objects: tuple[str, ...] = field(default=(), repr=False)
    written: Written = BY_NAME

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.table.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadSample:
    """An object that is no readable log, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """The beginning of a text and, where that is not all of it, its end.

    Both may end or begin inside of a line: `whole_lines` leaves such a part out.
    """

    head: bytes
    tail: bytes = b""
    size: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether the beginning is all of it."""
        return not self.tail and len(self.head) >= self.size

    def whole_lines(self) -> Pieces:
        """Return the pieces without lines that are cut off."""
        if self.is_whole:
            return self
        head = self.head[: self.head.rfind(b"\n") + 1] or self.head
        return replace(self, head=head, tail=self.tail.partition(b"\n")[2])


def sample_of(
    table: pd.DataFrame,
    pieces: Pieces,
    *,
    odd: Sequence[OddRows] = (),
    rows_seen: int | None = None,
    notes: Sequence[str] = (),
    written: Written = BY_NAME,
) -> LogSample:
    """Return the rows of a text's pieces as a sample, the rows of all of it estimated."""
    read = len(pieces.head) + len(pieces.tail)
    lines = pieces.head.count(b"\n") + pieces.tail.count(b"\n")
    is_complete = not pieces.tail and read >= pieces.size
    count = len(table) if is_complete else max(len(table), round(pieces.size * lines / read))
    return LogSample(
        table=table.where(table.notna() & (table != ""), None),
        rows_in_all=count,
        is_complete=is_complete,
        rows_seen=len(table) if rows_seen is None else rows_seen,
        odd=tuple(odd),
        notes=tuple(notes),
        written=written,
    )


def join_samples(
    samples: Sequence[LogSample], *, objects: int, notes: Sequence[str] = ()
) -> LogSample:
    """Return the samples of some of a log's `objects` as one, with notes on the others."""
    table = pd.concat([sample.table for sample in samples], ignore_index=True)
    seen = sum(sample.rows_in_all for sample in samples)
    every = dict.fromkeys([*notes, *(note for sample in samples for note in sample.notes)])
    return LogSample(
        table=table.astype(object).where(table.notna(), None),
        rows_in_all=round(seen * objects / len(samples)),
        is_complete=objects == len(samples) and all(one.is_complete for one in samples),
        rows_seen=sum(one.rows_seen for one in samples),
        objects=tuple(name for sample in samples for name in sample.objects),
        odd=_joined(one for sample in samples for one in sample.odd),
        notes=tuple(every),
        written=_most_telling([sample.written for sample in samples]),
    )


def _most_telling(written: Sequence[Written]) -> Written:
    """Return how a log of several objects is written: each key as the first object that needs it.

    One object that is an array makes all of them JSON of any form, which lines of one object are.
    """
    formats = {one.format for one in written if one.format is not None}
    by_need = (LogFormat.JSON, LogFormat.JSON_LINES, LogFormat.CSV, LogFormat.PARQUET)
    encoded = next((one for one in written if one.encoding), Written())
    return Written(
        format=next((kind for kind in by_need if kind in formats), None),
        encoding=encoded.encoding,
        encoding_because=encoded.encoding_because,
        header=next((one.header for one in written if one.header), ()),
    )


def _joined(odd: Iterable[OddRows]) -> tuple[OddRows, ...]:
    """Return one entry per reason, with the first place of each."""
    by_reason: dict[str, OddRows] = {}
    for one in odd:
        known = by_reason.get(one.what)
        by_reason[one.what] = replace(known, rows=known.rows + one.rows) if known else one
    return tuple(by_reason.values())


def place_of(number: int, name: str, unit: str = "line") -> str:
    """Return where a line, or an object of JSON, stands; 0 is one read from the file's end."""
    article = "an" if unit == "object" else "a"
    return f"{unit} {number:,} of {name}" if number else f"{article} {unit} near the end of {name}"


def as_text(pieces: Pieces) -> Pieces:
    """Return pieces of text in UTF-16 or UTF-32, by its mark, as UTF-8; others as they are."""
    codec = codec_of(pieces.head[:4])
    if codec is None:
        return pieces
    is_big = pieces.head[:2] in {b"\xfe\xff", b"\x00\x00"}
    head = pieces.head.decode(codec, "ignore").encode()
    tail = pieces.tail.decode(f"{codec}-{'be' if is_big else 'le'}", "ignore").encode()
    share = (len(head) + len(tail)) / (len(pieces.head) + len(pieces.tail))
    return Pieces(head=head, tail=tail, size=round(pieces.size * share))
