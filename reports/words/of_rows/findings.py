"""What a run without images found, told of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from reports.findings.run import RunFindings
from reports.words.of_rows.sentences import in_rows

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


def told_in_rows(findings: RunFindings) -> RunFindings:
    """Return the findings with every sentence about rows where no images were compared."""
    return findings if findings.has_images else with_sentences(findings, in_rows)


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
