"""Logs with any cells at all: odd numbers, classes and times, quotes, bytes, headers in between."""

from __future__ import annotations

from hypothesis import strategies as st

COLUMNS = ("timestamp", "id", "filename", "breed", "confidence", "p_a", "p_b")
_TIMES = st.one_of(
    st.integers(0, 86_399).map(
        lambda second: f"2025-03-03T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    ),
    st.sampled_from(
        [
            *("", "never", "nan", "2025-03-03", "2025-03-03 10:00:00+02:00", "03/04/2025 10:00"),
            *(
                "1741000000",
                "2025-03-03T25:00:00",
                "0001-01-01",
                "9999-12-31",
                "10:00",
                "timestamp",
            ),
            *("2025-03-03T10:00:00 IST", "2025-03-03T10:00:00Z", "20250303T100000Z", "1e9"),
        ]
    ),
)
_NUMBERS = st.one_of(
    st.floats(0, 1).map(repr),
    st.floats().map(repr),
    st.sampled_from(
        [
            *("95.8%", "0,958", "1,000", "tensor(0.8123, device='cuda:0')", "[0.81]", "1e999"),
            *("high", "", "nan", "None", "-", "17.5", "-0.5", "array([0.1, 0.9])", "%", "½"),
        ]
    ),
)
_CLASSES = st.one_of(
    st.sampled_from(["beagle", "2", "2.0", "True", "tensor([2])", "", " boxer ", "Käfer", "é"]),
    st.text(max_size=8),
)
_CELLS = st.one_of(_TIMES, _NUMBERS, _CLASSES, st.sampled_from(["confidence", "breed", "a\r\nb"]))
_ODD_LINES = st.one_of(
    st.sampled_from(
        [
            ",".join(COLUMNS).encode(),
            b"timestamp,id,filename,version,breed,confidence,p_a,p_b",
            b"breed,timestamp,filename,id,p_b,p_a,confidence",
            b"time,id,filename,breed,confidence,p_a,p_b",
            b'"timestamp","id","breed"',
            *(b"", b'"', b'"a,b', b"\0", b"\xff\xfe", b"2025-03-03T10:00:00", b",,,,,,", b"\r"),
            "2025-03-03T10:00:00,1,a,Käfer,0.5,0.5,0.5".encode("cp1252"),
        ]
    ),
    st.binary(max_size=40),
)


def _plain_row(cells: tuple[str, ...]) -> bytes:
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    return ",".join(quoted).encode("utf-8", "replace")


_GOOD_ROWS = st.tuples(
    _TIMES, st.integers(0, 39).map(str), st.just("a.png"), _CLASSES, _NUMBERS, _NUMBERS, _NUMBERS
).map(_plain_row)
_ANY_ROWS = st.lists(_CELLS, min_size=1, max_size=9).map(tuple).map(_plain_row)


def log_lines(most: int = 60) -> st.SearchStrategy[list[bytes]]:
    """Return lines of a CSV log of `COLUMNS` without its first header."""
    return st.lists(st.one_of(_GOOD_ROWS, _GOOD_ROWS, _ANY_ROWS, _ODD_LINES), max_size=most)


def as_log(lines: list[bytes]) -> bytes:
    """Return lines as a log with its header."""
    return b"\n".join([",".join(COLUMNS).encode(), *lines]) + b"\n"
