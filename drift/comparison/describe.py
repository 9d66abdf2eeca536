"""A column shown on both sides, and what is said of one that cannot be tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from drift.comparison.columns.class_shares import categories_of, compared_shares
from drift.comparison.columns.columns import Column, ColumnKind
from drift.comparison.columns.constants import Constant
from drift.comparison.columns.distributions import describe_numbers
from drift.comparison.columns.doubts import shorten_label, too_rare
from drift.comparison.columns.outside import outside_reference
from drift.comparison.columns.rounding import is_constant
from drift.comparison.effects import column_shift
from reports.findings.answers import State
from reports.findings.columns import Category, Distribution, Finding
from reports.findings.remarks import Remark

_CLASSES_NAMED = 10


def shown(column: Column) -> Finding:
    """Return what is shown of a column that can be tested, whatever the test says.

    The state is `State.STEADY` until somebody judges the column.
    """
    finding = replace(described(column), state=State.STEADY)
    if column.kind is not ColumnKind.CLASSES:
        constant = Constant.of(column.reference, column.resolution)
        finding = replace(finding, shift=column_shift(column, constant))
        if column.kind is ColumnKind.NUMERIC:
            outside = outside_reference(column.reference, column.current, constant)
            finding = replace(finding, outside=outside)
        if constant is not None and column.kind is ColumnKind.NUMERIC:
            told = constant.described(column.reference, column.current)
            finding = replace(finding, constant=told)
    return replace(finding, note=_note(column, finding))


def _note(column: Column, finding: Finding) -> str:
    if column.kind is ColumnKind.NEAR_COPIES and column.least_effect is not None:
        return (
            "Ordinary traffic has bursts of near-copies, a folder of reference images has none: it "
            "is called drift only where half of the images are copies."
        )
    return finding.note or column.note


def described(column: Column) -> Finding:
    """Return a finding that shows both sides and says nothing yet."""
    finding = Finding(name=column.name, unit=column.unit, state=State.MISSING)
    if column.kind is ColumnKind.CLASSES:
        categories = categories_of(column)
        note = " ".join(filter(None, (class_changes(categories), renaming(column.renamed))))
        return replace(finding, categories=categories, renamed=dict(column.renamed), note=note)
    reference, current = describe_numbers(column.reference, column.current)
    if column.means is not None:
        reference = _with_mean(reference, column.means.reference)
        current = _with_mean(current, column.means.current)
    return replace(finding, reference=reference, current=current)


def _with_mean(drawn: Distribution, means: pd.Series) -> Distribution:
    """Return the distribution of one row a unit with the mean of all rows, unit by unit."""
    return replace(drawn, mean=float(means.mean()) if len(means) else None)


def untested_state(column: Column) -> State | None:
    """Return why a column cannot be tested, or None where it can."""
    if column.reference.empty or column.current.empty:
        return State.MISSING
    if column.doubt is not None:
        return State.INCONCLUSIVE
    return State.CONSTANT if _never_varies(column) else None


def _never_varies(column: Column) -> bool:
    if column.shares is not None or column.renamed:
        shares = compared_shares(column)
        return len(set(shares.reference.index) | set(shares.current.index)) == 1
    if column.kind is ColumnKind.CLASSES:
        first = column.reference.iloc[0]
        return bool((column.reference == first).all() and (column.current == first).all())
    sides = [column.reference, column.current]
    if column.means is not None:
        sides = [
            pd.concat([sides[0], column.means.reference]),
            pd.concat([sides[1], column.means.current]),
        ]
    return is_constant(sides[0].to_numpy(), sides[1].to_numpy())


def untested_finding(column: Column) -> Finding:
    """Return the finding of a column that cannot be tested, with what to do about it."""
    finding, state = described(column), untested_state(column)
    if column.left_out:
        return replace(finding, note=column.left_out)
    if state is State.CONSTANT:
        value = column.reference.iloc[0]
        shown = f"{value:.6g}" if column.kind is not ColumnKind.CLASSES else value
        return _noted(finding, state, f"always {shown} on both sides")
    if state is State.MISSING:
        side = "The reference" if column.reference.empty else "The window"
        return replace(finding, state=state, note=f"{side} has no value for it. {column.supply}")
    if column.doubt is not None:
        return _noted(finding, State.INCONCLUSIVE, column.doubt.text)
    if column.kind is ColumnKind.CLASSES:
        return _noted(finding, State.INCONCLUSIVE, rarity(finding).text)
    return replace(finding, state=State.CONSTANT, note="the values that were drawn do not differ")


def rarity(finding: Finding) -> Remark:
    """Return why the classes of a column cannot be tested where no class has a score."""
    categories = finding.categories or ()
    values = sum(one.reference + one.current for one in categories)
    return too_rare(finding.name, len(categories), values)


def _noted(finding: Finding, state: State, note: str) -> Finding:
    return replace(finding, state=state, note=" ".join(filter(None, (note, finding.note))))


def renaming(renamed: Mapping[str, str]) -> str:
    """Say which classes are likely others, spelled anew; empty where there are none."""
    if not renamed:
        return ""
    pairs = [f"{shorten_label(old)} -> {shorten_label(one)}" for one, old in renamed.items()]
    shown = ", ".join(sorted(pairs)[:_CLASSES_NAMED])
    more = " and more" if len(pairs) > _CLASSES_NAMED else ""
    return f"Likely a renaming, and compared as one class: {shown}{more}."


def class_changes(categories: Sequence[Category]) -> str:
    """Name the classes that only one side has."""
    new = [one.name for one in categories if not one.reference]
    gone = [one.name for one in categories if not one.current]
    named = (("New", new), ("Not in this window", gone))
    return " ".join(f"{title}: {_enumerate(names)}." for title, names in named if names)


def _enumerate(names: Sequence[str]) -> str:
    shown = ", ".join(shorten_label(name) for name in sorted(names)[:_CLASSES_NAMED])
    return f"{shown} and more" if len(names) > _CLASSES_NAMED else shown
