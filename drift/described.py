"""A column shown on both sides, and what is said of one that cannot be tested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from drift.columns import Column, ColumnKind
from drift.distributions import count_classes, describe_numbers
from drift.rounding import is_constant
from reports.findings import Category, Finding, State

_LONGEST_LABEL = 60
_CLASSES_NAMED = 10


def described(column: Column) -> Finding:
    """Return a finding that shows both sides and says nothing yet."""
    finding = Finding(name=column.name, unit=column.unit, state=State.MISSING)
    if column.kind is ColumnKind.CLASSES:
        return replace(finding, categories=count_classes(column.reference, column.current))
    reference, current = describe_numbers(column.reference, column.current)
    return replace(finding, reference=reference, current=current)


def untested_state(column: Column) -> State | None:
    """Return why a column cannot be tested, or None where it can."""
    if column.reference.empty or column.current.empty:
        return State.MISSING
    return State.CONSTANT if _never_varies(column) else None


def _never_varies(column: Column) -> bool:
    if column.kind is not ColumnKind.CLASSES:
        return is_constant(column.reference.to_numpy(), column.current.to_numpy())
    first = column.reference.iloc[0]
    return bool((column.reference == first).all() and (column.current == first).all())


def untested_finding(column: Column) -> Finding:
    """Return the finding of a column that cannot be tested, with what to do about it."""
    finding = described(column)
    if column.left_out:
        return replace(finding, note=column.left_out)
    if untested_state(column) is State.CONSTANT:
        value = column.reference.iloc[0]
        shown = f"{value:.6g}" if column.kind is not ColumnKind.CLASSES else value
        return replace(finding, state=State.CONSTANT, note=f"always {shown} on both sides")
    side = "The reference" if column.reference.empty else "The window"
    return replace(
        finding, state=State.MISSING, note=f"{side} has no value for it. {column.supply}"
    )


def shorten_label(label: str) -> str:
    """Return a class's name as it fits into a sentence."""
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def class_changes(categories: Sequence[Category]) -> str:
    """Name the classes that only one side has."""
    new = [one.name for one in categories if not one.reference]
    gone = [one.name for one in categories if not one.current]
    named = (("New", new), ("Not in this window", gone))
    return " ".join(f"{title}: {_enumerate(names)}." for title, names in named if names)


def _enumerate(names: Sequence[str]) -> str:
    shown = ", ".join(shorten_label(name) for name in sorted(names)[:_CLASSES_NAMED])
    return f"{shown} and more" if len(names) > _CLASSES_NAMED else shown
