"""Values as they stand in a job file."""

from __future__ import annotations

import json
from collections.abc import Iterable

_LAST_OF_FOUR_DIGITS = 0xFFFF


def as_text(value: str) -> str:
    """Return a TOML string; its escapes are those of JSON.

    What a terminal or an editor would not show as itself is written as an escape too.
    """
    text = json.dumps(value, ensure_ascii=False)
    return "".join(one if one.isprintable() else _escape(one) for one in text)


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number <= _LAST_OF_FOUR_DIGITS else f"\\U{number:08x}"


def as_list(values: Iterable[str]) -> str:
    """Return a TOML list of strings."""
    return f"[{', '.join(map(as_text, values))}]"
