"""Values as they stand in a job file."""

from __future__ import annotations

import json
from collections.abc import Iterable


def as_text(value: str) -> str:
    """Return a TOML string; its escapes are those of JSON."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def as_list(values: Iterable[str]) -> str:
    """Return a TOML list of strings."""
    return f"[{', '.join(map(as_text, values))}]"
