"""Lines that are no rows: by the million as cheap as rows are, and said as one of them is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.predictions.formats.csv.careful_records import LineSorter
from jobs.predictions.formats.csv.dialect import CsvDialect, split_fields
from jobs.predictions.formats.csv.unread import line_ends, time_text, time_texts
from tests.support.log_window import ids, read_log

HEADER = "timestamp,id,filename,breed\n"
ROW = "2025-03-04T10:00:00,1,a.png,pug\n"


def dialect(columns: int, timestamp: int) -> CsvDialect:
    names = tuple(f"c{place}" for place in range(columns))
    return CsvDialect(columns=names, delimiter=b",", timestamp=timestamp)


@given(
    lines=st.lists(st.text('ab,",\r\0ü', max_size=12), min_size=1, max_size=6),
    timestamp=st.integers(0, 3),
    chosen=st.data(),
)
def test_the_place_of_the_time_is_the_same_for_many_lines_as_for_one(
    lines: list[str], timestamp: int, chosen: st.DataObject
) -> None:
    data = "".join(line + "\n" for line in lines).encode()
    stops = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")) + 1
    starts = np.concatenate(([0], stops[:-1]))
    some = sorted(chosen.draw(st.sets(st.integers(0, len(lines) - 1))))
    how = dialect(4, timestamp)

    ends = line_ends(data, starts[some], stops[some])
    found = time_texts(data, starts[some], ends, how)

    contents = [lines[place].encode().removesuffix(b"\r") for place in some]
    assert found == [time_text(split_fields(one, b",").values, how) for one in contents]


@pytest.mark.parametrize("line", ["a", "x,y,z", "a,b,c,d,e", "x,y,z\0", 'a,b,c,"d', '"'])
def test_each_of_many_lines_that_are_no_rows_is_counted(line: str) -> None:
    log = HEADER + ROW + f"{line}\n" * 5_000

    found = read_log({"log.csv": log})

    assert ids(found) == ["1"]
    assert found.tally.rejected == 5_000
    assert [one.line for one in found.tally.examples] == list(range(3, 23))
    one = read_log({"log.csv": HEADER + ROW + f"{line}\n"}).tally.examples[0]
    assert (found.tally.examples[-1].reason, found.tally.examples[-1].detail) == (
        one.reason,
        one.detail,
    )


def test_times_behind_quotes_that_stay_open_are_read_by_the_thousand() -> None:
    asked: list[int] = []

    def are_rows(texts: list[str]) -> np.ndarray:
        asked.append(len(texts))
        return np.zeros(len(texts), bool)

    data = b'a,b,c,"d\n' * 5_000
    found = LineSorter(data, dialect(4, 0), 2, True, are_rows).sort()

    assert len(found.unread) == 5_000
    assert asked == [1_000] * 5


def test_a_row_behind_a_quote_that_stays_open_is_read_wherever_it_stands() -> None:
    rows = [ROW.replace(",1,", f",{number},") for number in range(1_500)]
    log = HEADER + "".join('a,b,c,"d\n' + row for row in rows)

    found = read_log({"log.csv": log})

    assert sorted(ids(found), key=int) == [str(number) for number in range(1_500)]
    assert found.tally.rejected == 1_500
