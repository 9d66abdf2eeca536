"""What is known of lines of CSV that are no rows."""

from __future__ import annotations

from jobs.predictions.formats.csv.dialect import CsvDialect, split_fields
from jobs.predictions.rows.rejections import BAD_HEADER, LINE_TOO_LONG, UnreadLine


def overlong_line(line: int, head: bytes, dialect: CsvDialect) -> UnreadLine:
    """Return the entry for a line that is too long; only its first bytes were kept."""
    fields = split_fields(head, dialect.delimiter).values[:-1]
    return UnreadLine(
        line=line, reason=LINE_TOO_LONG, detail="", time_text=time_text(fields, dialect)
    )


def lines_below(
    data: bytes, first_line: int, dialect: CsvDialect, problem: str
) -> list[UnreadLine]:
    """Return the entries for lines whose header cannot be used, blank ones left out.

    Parameters
    ----------
    dialect
        How the lines before that header were written: their times may still be in their place.
    problem
        What is wrong with the header, and where it is.
    """
    lines = data.removesuffix(b"\n").split(b"\n")
    return [
        UnreadLine(
            line=first_line + place,
            reason=BAD_HEADER,
            detail=problem,
            time_text=time_text(split_fields(line, dialect.delimiter).values, dialect),
        )
        for place, line in enumerate(lines)
        if line.strip()
    ]


def time_text(fields: list[bytes], dialect: CsvDialect) -> str:
    """Return what stands where the timestamp should be."""
    if len(fields) <= dialect.timestamp:
        return ""
    return fields[dialect.timestamp][:100].decode("utf-8", "replace")
