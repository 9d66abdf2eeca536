"""The sentences that findings hold, all of them changed in one way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

_SENTENCES = frozenset(
    {
        "because",
        "headline",
        "level_summary",
        "note",
        "remarks",
        "summary",
        "text",
        "warnings",
        "withheld",
    }
)
_T = TypeVar("_T")


def with_sentences(value: _T, change: Callable[[str], str]) -> _T:
    """Return a frozen value with every sentence in it changed, however deep it lies.

    Names, keys and other texts stay as they are.
    """
    changed = {
        field.name: _changed(field.name, getattr(value, field.name), change)
        for field in fields(value)  # type: ignore[arg-type]
        if field.init
    }
    return replace(value, **changed)  # type: ignore[type-var]


def _changed(name: str, value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - whatever a finding holds
    if isinstance(value, str):
        return change(value) if name in _SENTENCES and type(value) is str else value
    if isinstance(value, tuple):
        return tuple(_changed(name, one, change) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return with_sentences(value, change)
    return value
