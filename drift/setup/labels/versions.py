"""Which column names the version of the model that answered."""

from __future__ import annotations

from collections.abc import Mapping

from drift.setup.columns.values import ColumnValues
from drift.setup.words import words_of

_MOST_VERSIONS = 20
_FEWEST_FILLED = 0.5
_MODEL = frozenset({"model", "modell", "modelo", "modele", "modello", "checkpoint", "weights"})
_VERSION = frozenset({"version", "revision", "release", "tag", "hash", "sha", "id", "name"})
# Of these it is not the model's version.
_WORDS_OF_OTHERS = (
    "app client os api event schema firmware browser android ios sdk agent log format device "
    "camera server service user protocol http tls type kind year input output"
)
_OF_OTHERS = frozenset(_WORDS_OF_OTHERS.split())


def guess_version(columns: Mapping[str, ColumnValues]) -> str | None:
    """Return the column that names the model's version; None where none is called so."""
    points = {name: _points(one) for name, one in columns.items() if _is_version(one)}
    named = [name for name, told in points.items() if told > 0]
    return min(named, key=lambda name: (-points[name], name), default=None)


def _is_version(column: ColumnValues) -> bool:
    return (
        column.share_filled >= _FEWEST_FILLED
        and 1 <= column.distinct <= _MOST_VERSIONS
        and column.distinct <= max(1, len(column.filled) // 2)
        and not column.looks_like_paths
    )


def _points(column: ColumnValues) -> int:
    words = set(words_of(column.name))
    joined = "".join(words_of(column.name))
    if words & _OF_OTHERS:
        return 0
    is_of_model = bool(words & _MODEL)
    if (is_of_model and "version" in words) or joined in {"modelversion", "versionmodel"}:
        return 4
    if (is_of_model and words & _VERSION) or words & {"checkpoint", "weights"}:
        return 3
    if is_of_model and len(words) == 1 and any(map(_has_digit, column.counts)):
        return 2
    return 1 if joined == "version" else 0


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))
