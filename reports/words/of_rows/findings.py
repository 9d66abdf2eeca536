"""What a run without images found, told of rows."""

from __future__ import annotations

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
    return findings if findings.has_images else _told(findings)


def _told(value: _T) -> _T:
    changed = {
        field.name: _told_field(field.name, getattr(value, field.name))
        for field in fields(value)  # type: ignore[arg-type]
        if field.init
    }
    return replace(value, **changed)  # type: ignore[type-var]


def _told_field(name: str, value: Any) -> Any:  # noqa: ANN401 - whatever a finding holds
    if isinstance(value, str):
        return in_rows(value) if name in _SENTENCES and type(value) is str else value
    if isinstance(value, tuple):
        return tuple(_told_field(name, one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return _told(value)
    return value
