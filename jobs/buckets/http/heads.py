"""Heads of HTTP messages: a request's as bytes, an answer's as values.

`http.client` parses a head as if it were that of an email, which takes longer than all other work
on a small answer. Here a head is split into lines, and what is not HTTP is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from urllib3.exceptions import ProtocolError

_STATUS = re.compile(r"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: |$)")
_WITHOUT_BODY = {204, 304}
# Two header lines of one name that mean something else than their values one after the other.
_LENGTHS = "content-length"


@dataclass(frozen=True, slots=True)
class AnswerHead:
    """What an answer says before its content.

    Attributes
    ----------
    status
        The status code.
    headers
        By names in lower case; values of lines with one name are separated by commas.
    length
        How many bytes the content has; None for content in chunks, or until the connection ends.
    is_chunked
        Whether the content comes in chunks that name their own lengths.
    stays_open
        Whether the server leaves the connection open for another request.
    """

    status: int
    headers: Mapping[str, str]
    length: int | None
    is_chunked: bool
    stays_open: bool


def head_of_request(target: str, host: str, headers: Mapping[str, str]) -> bytes:
    """Return the whole of a GET request.

    Raises
    ------
    ValueError
        If something in it holds the end of a line, or a target a space.
    """
    lines = [f"GET {target} HTTP/1.1", f"host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join(lines).encode("latin-1")
    expected = len(lines) - 1
    if head.count(b"\n") != expected or head.count(b"\r") != expected or " " in target:
        raise ValueError("a request holds a character that no request can have")
    return head + b"\r\n\r\n"


def head_of_answer(head: bytes) -> AnswerHead:
    """Return what the head of an answer says; it is given without the empty line at its end.

    Raises
    ------
    urllib3.exceptions.ProtocolError
        If it is no head of HTTP.
    """
    first, *lines = head.decode("latin-1").split("\n")
    found = _STATUS.match(first.rstrip("\r"))
    if found is None:
        raise ProtocolError(f"the answer is not HTTP: it begins with {first[:80]!r}")
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        if line[:1] in {" ", "\t"} and name:
            headers[name] += f" {line.strip()}"
            continue
        said, colon, value = line.partition(":")
        if not colon or not said or said != said.strip():
            raise ProtocolError(f"the answer has a line that is no header: {line[:80]!r}")
        name, value = said.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return _framed(int(found[2]), headers, is_new=found[1] == "1")


def _framed(status: int, headers: dict[str, str], *, is_new: bool) -> AnswerHead:
    is_chunked = "transfer-encoding" in headers
    if is_chunked and headers["transfer-encoding"].lower() != "chunked":
        raise ProtocolError(f"the answer comes as {headers['transfer-encoding'][:80]!r}")
    length: int | None = None
    if status in _WITHOUT_BODY:
        length, is_chunked = 0, False
    elif not is_chunked and _LENGTHS in headers:
        length = _length_in(headers[_LENGTHS])
    wishes = headers.get("connection", "").lower()
    stays_open = "close" not in wishes if is_new else "keep-alive" in wishes
    return AnswerHead(status, headers, length, is_chunked, stays_open)


def _length_in(said: str) -> int:
    lengths = {one.strip() for one in said.split(",")}
    only = lengths.pop()
    if lengths or not (only.isascii() and only.isdecimal()):
        raise ProtocolError(f"the answer names no length: {said[:80]!r}")
    return int(only)
