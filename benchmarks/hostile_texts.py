"""Texts that are made to act on whoever reads them, and what tells that one got through."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import numpy as np

# In every text, so that a tag, a line or a link of ours is not taken for one of a text.
MARK = "zzq"
_ACTING = (
    *("\x1b[2J", "\x1b[31m", "\x1b]0;title\x07", "\x1b]8;;http://evil.example\x1b\\", "\x1bc"),
    *("\x9b1m", "\x9d0;t\x9c", "\x07", "\x08\x08", "\x00", "\x7f", "\x85", "\x0b", "\x0c", "\t"),
    *("\n", "\r", "\r\n", "\nERROR zzq the disk is full\n", "\u2028", "\u2029", "\n\n{}\n"),
    *map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)),
    *("\u200b", "\u200c", "\u200d", "\u00ad", "\ufeff", "\u2060", "\u180e", "\ufff9", "\u3164"),
    *("\U000e0001", "\U000e0041\U000e0042", "\U000e007f", "\ufe0f", "\u0301" * 5),
    *("\ud800", "\udfff", "\udc80", "\udcff", "\ud83d"),
    *("<zzq>", "<script>zzq(1)</script>", '"><zzq onload=1>', "'", '"', "&lt;zzq&gt;", "</title>"),
    *("<!channel>", "<@U123>", "<http://zzq.example|x>", "@everyone", "[x](http://zzq.example)"),
    *("![x](//zzq.example/p.png)", "`zzq`", "```", "zzq.example.com", "www.zzq.com", "zzq.zip"),
    *(
        "https://u:pw@zzq.example/?token=abc",
        "mailto:zzq@example.com",
        "\\\\zzq\\share",
        "javascript:zzq",
    ),
    *(
        "{0}",
        "{name}",
        "{{zzq}}",
        "{%zzq%}",
        "%s",
        "%n%d%(zzq)s",
        "$(zzq)",
        "${zzq}",
        "[red]zzq[/]",
    ),
    *("a", "ä", "犬", "\U0001f436", "\u0645\u0631", "_", "-", ".", ",", ";", "|", "\\", " ", "1"),
)
_BEGINNINGS = (
    "",
    "",
    "",
    "=",
    "+",
    "-",
    "@",
    "\t=",
    "\r=",
    " =",
    "\uff1d",
    "\uff0b",
    "=HYPERLINK(",
)
_KEPT = "\u00ad\u200c\u200d"
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_FORMULAS = "=+-@\uff1d\uff0b\uff0d\uff20"
_MESSAGE_MARKUP = re.compile(
    r"[<>@`|\\]|\]\(|(?<!gs)(?<!s3)://|www\.|mailto:|\.(?:example|com|zip)\b"
)


def hostile_texts(count: int, seed: int) -> list[str]:
    """Return distinct texts, the same for the same seed; one in fifty is very long."""
    random = np.random.default_rng(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        number = int(random.integers(1, 7)) if random.random() > 0.02 else 400
        parts = [_ACTING[place] for place in random.integers(0, len(_ACTING), number).tolist()]
        beginning = _BEGINNINGS[int(random.integers(len(_BEGINNINGS)))]
        found[f"{beginning}{''.join(parts)}{MARK}{len(found)}"] = None
    return list(found)


def acting(text: str, kept: str = "\n") -> Iterator[str]:
    """Yield what acts, hides or reorders in a text: control and format characters, surrogates."""
    if text.isascii() and text.replace("\n", "").isprintable() and "\n" in kept:
        return
    for one in text:
        if one not in kept and one not in _KEPT and unicodedata.category(one) in _HIDDEN:
            yield f"U+{ord(one):04X}"


def in_lines(data: bytes) -> Iterator[str]:
    """Yield what is wrong with plain text that was printed or logged."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        yield f"no UTF-8: {error.reason}"
        return
    yield from acting(text)
    for line in text.split("\n"):
        if re.match(rf"\s*(?:ERROR|WARNING|INFO|CRITICAL) {MARK}", line):
            yield "a forged line"


def in_json_lines(data: bytes) -> Iterator[str]:
    """Yield what is wrong with JSON lines, as bytes and once they are decoded."""
    for line in data.decode("utf-8", "replace").split("\n"):
        yield from acting(line, kept="")
        if line:
            yield from _in_value(json.loads(line))


def _in_value(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, str):
        yield from (f"decoded {one}" for one in acting(value, kept="\n\t"))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _in_value(key)
            yield from _in_value(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _in_value(inner)


def in_json_document(data: bytes) -> Iterator[str]:
    """Yield what is wrong with the bytes of JSON; what they decode to is the names as they are."""
    text = data.decode("utf-8", "surrogatepass")
    json.loads(text)
    yield from acting(text)


def in_json_shown(data: bytes) -> Iterator[str]:
    """Yield what is wrong with JSON whose texts are shown by another program."""
    yield from in_json_document(data)
    yield from _in_value(json.loads(data))
    if f"<{MARK}".encode() in data or b"<script" in data:
        yield "markup"


def in_csv(data: bytes) -> Iterator[str]:
    """Yield what is wrong with CSV: also cells that a spreadsheet would compute."""
    yield from in_lines(data)
    for row in csv.reader(io.StringIO(data.decode("utf-8", "replace"))):
        for cell in row:
            if cell.lstrip()[:1] and cell.lstrip()[0] in _FORMULAS and not _NUMBER.fullmatch(cell):
                yield f"a formula: {cell[:40]!r}"


def in_message(text: str) -> Iterator[str]:
    """Yield what is wrong with a title or a body: also markup, mentions and addresses.

    The last line of a body is our own link.
    """
    yield from acting(text)
    lines = [line for line in text.split("\n") if not line.startswith("Report: ")]
    yield from (f"markup: {found[0]!r}" for found in map(_MESSAGE_MARKUP.search, lines) if found)


def in_page(data: bytes) -> Iterator[str]:
    """Yield what is wrong with an HTML page: acting characters, and tags that a text began."""
    text = data.decode("utf-8", "surrogatepass")
    yield from acting(text, kept="\n\t")
    if re.search(rf"<{MARK}|<script>{MARK}|<!channel", text):
        yield "a tag of a text"
