"""A typed value as the text that a log without types would hold."""

from __future__ import annotations

import json
import math


def text_of(value: object) -> str | None:
    """Return a value as text: nested ones as JSON, whole numbers without a fraction."""
    match value:
        case None | str():
            return value
        case bool():
            text = "true" if value else "false"
        case float():
            return _float_text(value)
        case bytes():
            text = value.decode("utf-8", "backslashreplace")
        case list() | tuple() | dict():
            text = json.dumps(value, ensure_ascii=False, default=text_of)
        case _:
            text = str(value)
    return text


def _float_text(value: float) -> str | None:
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
