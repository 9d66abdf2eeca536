"""Text from outside on a terminal, in a log line or on a page: nothing in it acts, all of it shows.

The name of a column, a label or the name of a file can hold what moves a cursor, hides or reorders
other text, or begins a line that looks like one of the program's own.
"""

from __future__ import annotations

import json
import re
import unicodedata

_OPEN, _CLOSE = (
    "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
    "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Joiners that scripts and emoji need.
_HARMLESS_FORMATS = "\u00ad\u200c\u200d"
# The characters of these kinds that JSON does not escape by itself.
_HIDDEN_IN_JSON = re.compile(
    "[\x7f-\x9f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)
# With the full-width forms, which some spreadsheets read as the same characters.
_FORMULA_STARTS = frozenset(
    "=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
    "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
# What a colour or a weight is on a terminal; `rich` writes nothing else.
_STYLE = re.compile(r"\x1b\[[0-9;]{0,40}m")


def visible(text: str) -> str:
    """Return `text` on one line, with what could hide or reorder other characters spelled out.

    Line breaks and tabs become blanks. Other control characters, lone surrogates, line separators
    and invisible format characters such as the bidirectional overrides become ``U+202E`` in angle
    marks.
    """
    return visible_lines(text).replace("\n", " ").replace("\t", " ")


def visible_lines(text: str, *, styled: bool = False) -> str:
    """Return `text` with its line breaks and tabs, and every other such character spelled out.

    Parameters
    ----------
    styled
        Whether the escape sequences of colours and weights stay, for a terminal.
    """
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    if not styled:
        return "".join(one if one in "\n\t" else _spelled_out(one) for one in text)
    between = (visible_lines(part) for part in _STYLE.split(text))
    styles = [*_STYLE.findall(text), ""]
    return "".join(part + style for part, style in zip(between, styles, strict=True))


def spelled_out(text: str) -> str:
    """Return `text` with every such character spelled out, line breaks and tabs among them.

    Unlike with `visible`, names that differ in their line breaks and tabs stay different.
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_spelled_out, text))


def escaped_json(text: str) -> str:
    """Return JSON that means the same, and in which such characters are JSON's own escapes."""
    if text.isascii() and "\x7f" not in text:
        return text
    return _HIDDEN_IN_JSON.sub(_json_escape, text)


def _json_escape(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1]


def _spelled_out(character: str) -> str:
    if unicodedata.category(character) in _HIDDEN and character not in _HARMLESS_FORMATS:
        return f"{_OPEN}U+{ord(character):04X}{_CLOSE}"
    return character


def spreadsheet_text(text: str) -> str:
    """Return a text as a cell of a CSV file: on one line, visible, and no formula."""
    return without_formula(visible(text))


def without_formula(text: str) -> str:
    """Return a text that no spreadsheet reads as a formula: if needed, an apostrophe precedes it.

    Numbers stay as they are. Source: OWASP, "CSV Injection".
    """
    begins_one = text.lstrip()[:1] in _FORMULA_STARTS or text[:1] in "\t\r"
    return f"'{text}" if text and begins_one and not _NUMBER.fullmatch(text) else text
