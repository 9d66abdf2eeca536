"""Heads of requests and answers: what is read out of them, and what is refused."""

from __future__ import annotations

import http.client
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.exceptions import ProtocolError

from jobs.buckets.http.heads import AnswerHead, head_of_answer, head_of_request

TOKENS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789-_!#", min_size=1, max_size=20)
VALUES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF), max_size=30).filter(
    lambda text: text == text.strip() and not set(text) & set("\x7f\x80\x85\x9f\xa0")
)
FRAMING = {"content-length", "transfer-encoding", "connection"}


def read(*lines: str) -> AnswerHead:
    return head_of_answer("\r\n".join(lines).encode("latin-1"))


@given(st.lists(st.tuples(TOKENS.filter(lambda name: name.lower() not in FRAMING), VALUES)))
def test_headers_are_those_that_the_standard_library_reads(pairs: list[tuple[str, str]]) -> None:
    lines = [f"{name}: {value}" for name, value in pairs]
    found = read("HTTP/1.1 200 OK", *lines).headers
    text = "".join(f"{line}\r\n" for line in lines) + "\r\n"
    message = http.client.parse_headers(io.BytesIO(text.encode("latin-1")))
    expected = {name.lower(): ", ".join(message.get_all(name, [])) for name in message}
    assert found == expected


def test_two_lines_of_one_name_are_one_list() -> None:
    head = read("HTTP/1.1 200 OK", "x-goog-hash: crc32c=AAAAAA==", "X-Goog-Hash: md5=x")
    assert head.headers["x-goog-hash"] == "crc32c=AAAAAA==, md5=x"


def test_a_folded_line_belongs_to_the_one_before() -> None:
    assert read("HTTP/1.1 200 OK", "a: b", "  c").headers == {"a": "b c"}


def test_lines_may_end_with_a_line_feed_alone() -> None:
    head = head_of_answer(b"HTTP/1.1 200 OK\nContent-Length: 5")
    assert (head.status, head.length) == (200, 5)


@pytest.mark.parametrize(
    ("lines", "stays_open"),
    [
        (("HTTP/1.1 200 OK",), True),
        (("HTTP/1.1 200 OK", "Connection: close"), False),
        (("HTTP/1.1 200 OK", "Connection: Keep-Alive"), True),
        (("HTTP/1.0 200 OK",), False),
        (("HTTP/1.0 200 OK", "Connection: Keep-Alive"), True),
    ],
)
def test_whether_the_connection_stays_open(lines: tuple[str, ...], stays_open: bool) -> None:
    assert read(*lines).stays_open == stays_open


@pytest.mark.parametrize(
    ("lines", "length", "is_chunked"),
    [
        (("HTTP/1.1 200 OK", "Content-Length: 7"), 7, False),
        (("HTTP/1.1 200 OK", "Content-Length: 7", "content-length: 7"), 7, False),
        (("HTTP/1.1 200 OK",), None, False),
        (("HTTP/1.1 200", "Transfer-Encoding: Chunked", "Content-Length: 7"), None, True),
        (("HTTP/1.1 204 No Content",), 0, False),
        (("HTTP/1.1 304 Not Modified", "Content-Length: 7"), 0, False),
    ],
)
def test_how_long_the_content_is(
    lines: tuple[str, ...], length: int | None, is_chunked: bool
) -> None:
    head = read(*lines)
    assert (head.length, head.is_chunked) == (length, is_chunked)


@pytest.mark.parametrize(
    "lines",
    [
        ("",),
        ("220 smtp.example.com ESMTP",),
        ("HTTP/2 200",),
        ("HTTP/1.1 20",),
        ("HTTP/1.1 999 OK",),
        ("HTTP/1.1 2000 OK",),
        ("HTTP/1.1 200 OK", "no header"),
        ("HTTP/1.1 200 OK", ": no name"),
        ("HTTP/1.1 200 OK", " folded without a line before"),
        ("HTTP/1.1 200 OK", "content-length : 7"),
        ("HTTP/1.1 200 OK", "Content-Length: 7, 8"),
        ("HTTP/1.1 200 OK", "Content-Length: -7"),
        ("HTTP/1.1 200 OK", "Content-Length: +7"),
        ("HTTP/1.1 200 OK", "Content-Length: ²"),
        ("HTTP/1.1 200 OK", "Content-Length:"),
        ("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"),
    ],
)
def test_what_is_no_head_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(ProtocolError):
        read(*lines)


def test_a_request_holds_its_target_host_and_headers() -> None:
    request = head_of_request("/a%20b?c=d", "store:9000", {"accept": "*/*"})
    assert request == b"GET /a%20b?c=d HTTP/1.1\r\nhost: store:9000\r\naccept: */*\r\n\r\n"


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/a\r\nb: c", {}),
        ("/a b", {}),
        ("/a", {"x": "1\r\ny: 2"}),
        ("/a", {"x": "1\ny: 2"}),
        ("/a", {"x": "1\ry: 2"}),
        ("/a", {"x\r\ny": "2"}),
    ],
)
def test_nothing_can_be_added_to_a_request(target: str, headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no request can have"):
        head_of_request(target, "store", headers)
