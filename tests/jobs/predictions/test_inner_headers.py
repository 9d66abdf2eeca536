"""Headers inside a CSV object: none of the data, and rows behind them are read by their names."""

import gzip

import pytest

from tests.support.log_window import ids, read_log, rejected

COLUMNS = {"prediction": "breed"}
HEADER = "timestamp,id,filename,breed"
WIDE = "timestamp,id,filename,version,breed"


def row(minute: int, rest: str = "a.png,pug") -> str:
    return f"2025-03-04T10:{minute:02d}:00,{minute},{rest}"


def read(*lines: str, end: str = "\n", **options):
    text = "".join(line + end for line in lines)
    return read_log({"log.csv": text}, columns=COLUMNS, **options)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        '"timestamp","id","filename","breed"',
        "\ufefftimestamp,id,filename,breed",
        " timestamp , id , filename , breed ",
    ],
)
def test_a_repeated_header_is_neither_a_row_nor_rejected(header, end):
    rows = read(HEADER, row(1), header, row(2), HEADER, row(3), end=end)
    assert ids(rows) == ["1", "2", "3"]
    assert (rows.tally.rows, rows.tally.rejected) == (3, 0)
    assert rows.tally.headers == ()


def test_rows_behind_a_header_with_more_columns_are_read_by_its_names():
    rows = read(HEADER, row(1), WIDE, row(2, "b.png,v2,boxer"), row(3, "c.png,v2,pug"))
    assert ids(rows) == ["1", "2", "3"]
    assert rows.fields["prediction"].tolist() == ["pug", "boxer", "pug"]
    assert rows.raw["version"].tolist() == [None, "v2", "v2"]
    assert rows.tally.rejected == 0
    (header,) = rows.tally.headers
    assert (header.line, header.added, header.gone) == (3, ("version",), ())


def test_rows_behind_a_header_in_another_order_are_never_read_shifted():
    swapped = "id,breed,timestamp,filename"
    rows = read(HEADER, row(1), swapped, "2,boxer,2025-03-04T10:02:00,b.png")
    assert rows.fields["prediction"].tolist() == ["pug", "boxer"]
    assert rows.raw["filename"].tolist() == ["a.png", "b.png"]


def test_a_header_may_bring_another_delimiter_and_the_first_one_may_come_back():
    rows = read(
        *(HEADER, row(1), WIDE.replace(",", ";"), row(2, "b.png,v2,boxer").replace(",", ";")),
        *(HEADER, row(3)),
    )
    assert ids(rows) == ["1", "2", "3"]
    assert rows.fields["prediction"].tolist() == ["pug", "boxer", "pug"]


def test_rows_that_do_not_fit_the_newest_header_name_its_line():
    rows = read(HEADER, row(1), WIDE, row(2), row(3, "c.png,v2,pug"))
    assert ids(rows) == ["1", "3"]
    (example,) = rows.tally.examples
    assert example.detail == "4 fields, expected 5 by the header in line 3"


def test_rows_behind_a_header_without_the_timestamp_are_rejected_and_named():
    rows = read(HEADER, row(1), "ts,id,filename,breed", row(2), row(3), HEADER, row(4))
    assert ids(rows) == ["1", "4"]
    assert rejected(rows) == [(line, "below a header that cannot be used") for line in (4, 5)]
    assert 'line 3 has no column "timestamp"' in rows.tally.examples[0].detail


def test_a_row_that_holds_some_names_as_values_is_a_row():
    rows = read(HEADER, row(1, "filename,breed"), "never,2,filename,breed")
    assert ids(rows) == ["1"]
    assert rows.fields["prediction"].tolist() == ["breed"]
    assert rejected(rows) == [(3, "unreadable timestamp")]


def test_a_header_ends_a_quoted_field_that_was_never_closed():
    rows = read(HEADER, row(1, '"a.png,pug'), HEADER, row(2))
    assert ids(rows) == ["2"]
    assert rejected(rows) == [(2, "unbalanced quote")]


def test_a_header_is_found_in_a_gzip_log_of_many_blocks():
    # Each part is larger than a block.
    first = [HEADER, *(row(1, f"{place:01000}.png,pug") for place in range(2_500))]
    then = [WIDE, *(row(2, f"{place:01000}.png,v2,boxer") for place in range(2_500))]
    content = gzip.compress("\n".join([*first, *then, HEADER, row(3)]).encode(), 1)
    rows = read_log({"log.csv.gz": content}, "log.csv.gz", columns=COLUMNS)
    assert rows.fields["prediction"].value_counts().to_dict() == {"pug": 2_501, "boxer": 2_500}
    assert rows.tally.rejected == 0
    assert [one.line for one in rows.tally.headers] == [2_502, 5_003]
