"""Comparing a window with its reference, column by column, at one false alarm rate for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drift.columns import Column, ColumnKind, ColumnRole
from drift.distributions import count_classes, describe_numbers
from drift.effects import Effect, class_effect, numeric_effect
from drift.methods.method import MethodResult
from drift.methods.registry import METHODS
from drift.power import images_needed, smallest_effect
from jobs.job import DetectionSettings
from reports.findings import Finding, State, Statistic

_LONGEST_LABEL = 60
_CLASSES_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What the comparison of all columns says.

    Attributes
    ----------
    features, predictions
        One finding per column, in the order of the columns.
    smallest_effect
        The smallest shift of one number that would have been seen with 80 % power.
    images_needed
        The window size that shows `detection.effect_to_see` with 80 % power; None where the
        reference is too small for that, or nothing was tested.
    """

    features: tuple[Finding, ...]
    predictions: tuple[Finding, ...]
    smallest_effect: float | None
    images_needed: int | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All columns."""
        return self.features + self.predictions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tested:
    column: Column
    result: MethodResult
    effect: Effect


def compare(
    columns: Sequence[Column], detection: DetectionSettings, *, min_images: int
) -> Comparison:
    """Test every column that both sides have and that can vary, and correct for their number.

    A column is drift where Holm's adjusted p-value is below the false alarm rate and the effect
    at least `detection.minimum_effect`, given at least `min_images` values.

    Parameters
    ----------
    columns
        The columns, each with its two sides.
    detection
        The job file's ``[detection]``.
    min_images
        With fewer current values a column is always inconclusive.
    """
    tested = {column.name: _test(column) for column in columns if _untested_state(column) is None}
    adjusted = holm({name: test.result.p_value for name, test in tested.items()})
    level = detection.false_alarm_rate / max(len(tested), 1)
    judge = _Judge(detection=detection, min_images=min_images, level=level)
    findings = {
        column.name: judge.finding(tested[column.name], adjusted[column.name])
        if column.name in tested
        else _untested_finding(column)
        for column in columns
    }
    sizes = [(len(test.column.reference), len(test.column.current)) for test in tested.values()]
    reference_rows, current_rows = min(sizes, default=(0, 0))
    return Comparison(
        features=_of_role(findings, columns, ColumnRole.FEATURE),
        predictions=_of_role(findings, columns, ColumnRole.PREDICTION),
        smallest_effect=smallest_effect(reference_rows, current_rows, level),
        images_needed=images_needed(reference_rows, level, detection.effect_to_see),
    )


def holm(p_values: dict[str, float]) -> dict[str, float]:
    """Return Holm's adjusted p-values: below a level exactly where his procedure rejects at it.

    The family-wise error holds under any dependence. Source: Holm, "A simple sequentially
    rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).
    """
    adjusted: dict[str, float] = {}
    largest = 0.0
    ranked = sorted(p_values.items(), key=lambda item: item[1])
    for rank, (name, p_value) in enumerate(ranked):
        largest = max(largest, min(1.0, p_value * (len(ranked) - rank)))
        adjusted[name] = largest
    return adjusted


def drift_score(finding: Finding) -> float:
    """Return one number that is below the finding's threshold exactly where it is drift.

    The adjusted p-value, or 1 where the difference is too small to matter or the column was not
    tested.
    """
    adjusted = finding.adjusted_p_value
    if adjusted is None or finding.threshold is None:
        return 1.0
    is_drift = finding.state is State.DRIFT
    return adjusted if is_drift or adjusted >= finding.threshold else 1.0


def _of_role(
    findings: dict[str, Finding], columns: Sequence[Column], role: ColumnRole
) -> tuple[Finding, ...]:
    return tuple(findings[column.name] for column in columns if column.role is role)


def _test(column: Column) -> _Tested:
    measure = numeric_effect if column.kind is ColumnKind.NUMERIC else class_effect
    return _Tested(
        column=column,
        result=METHODS[column.kind].compare(column.reference, column.current),
        effect=measure(column.reference, column.current),
    )


def _untested_state(column: Column) -> State | None:
    if column.reference.empty or column.current.empty:
        return State.MISSING
    first = column.reference.iloc[0]
    if (column.reference == first).all() and (column.current == first).all():
        return State.CONSTANT
    return None


def _untested_finding(column: Column) -> Finding:
    finding = _described(column)
    if _untested_state(column) is State.CONSTANT:
        value = column.reference.iloc[0]
        return replace(finding, state=State.CONSTANT, note=f"always {value} on both sides")
    side = "The reference" if column.reference.empty else "The window"
    return replace(
        finding, state=State.MISSING, note=f"{side} has no value for it. {column.supply}"
    )


def _described(column: Column) -> Finding:
    """Return a finding that shows both sides and says nothing yet."""
    finding = Finding(name=column.name, unit=column.unit, state=State.MISSING)
    if column.kind is ColumnKind.CLASSES:
        return replace(finding, categories=count_classes(column.reference, column.current))
    reference, current = describe_numbers(column.reference, column.current)
    return replace(finding, reference=reference, current=current)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    detection: DetectionSettings
    min_images: int
    level: float

    def finding(self, test: _Tested, adjusted_p_value: float) -> Finding:
        column = test.column
        return replace(
            _described(column),
            state=self._state(test, adjusted_p_value),
            statistic=Statistic(name=METHODS[column.kind].name, value=test.result.value),
            p_value=test.result.p_value,
            adjusted_p_value=adjusted_p_value,
            threshold=self.detection.false_alarm_rate,
            effect=test.effect.size,
            direction=test.effect.direction,
            note=_class_changes(column) if column.kind is ColumnKind.CLASSES else "",
        )

    def _state(self, test: _Tested, adjusted_p_value: float) -> State:
        sizes = len(test.column.reference), len(test.column.current)
        if sizes[1] < self.min_images:
            return State.INCONCLUSIVE
        improbable = adjusted_p_value < self.detection.false_alarm_rate
        if improbable and test.effect.is_at_least(self.detection.minimum_effect):
            return State.DRIFT
        seen = smallest_effect(*sizes, self.level)
        if not improbable and (seen is None or seen > self.detection.effect_to_see):
            return State.INCONCLUSIVE
        return State.STEADY


def shorten_label(label: str) -> str:
    """Return a class's name as it fits into a sentence."""
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def _class_changes(column: Column) -> str:
    then, now = set(column.reference), set(column.current)
    named = (("New", now - then), ("Not in this window", then - now))
    return " ".join(f"{title}: {_enumerate(names)}." for title, names in named if names)


def _enumerate(names: set[str]) -> str:
    shown = ", ".join(shorten_label(name) for name in sorted(names)[:_CLASSES_NAMED])
    return f"{shown} and more" if len(names) > _CLASSES_NAMED else shown
