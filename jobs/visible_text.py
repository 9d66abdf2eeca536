"""Text from outside on a terminal, in a log line or on a page: nothing in it acts, all of it shows.

The name of a column, a label or the name of a file can hold what moves a cursor, hides or reorders
other text, or begins a line that looks like one of the program's own.
"""

from __future__ import annotations

import re
import unicodedata

_OPEN, _CLOSE = (
    "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
    "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Joiners that scripts and emoji need.
_HARMLESS_FORMATS = "\u00ad\u200c\u200d"
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


def _spelled_out(character: str) -> str:
    if unicodedata.category(character) in _HIDDEN and character not in _HARMLESS_FORMATS:
        return f"{_OPEN}U+{ord(character):04X}{_CLOSE}"
    return character
