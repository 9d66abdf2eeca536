"""What the command's reports say beside what the benchmark's own path says of the same images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.days_parts.ours import FAMILIES, JudgedWindow
from drift.comparison.methods.classes import CHI_SQUARE
from drift.days.model.verdict import WindowVerdict
from drift.days.scale import JOINT
from reports.findings.answers import Verdict
from reports.findings.days import Basis

# In `report.json` all features together have no name.
_TOGETHER = "all features together"
Numbers = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBesideRun:
    """One window, as the command and as the benchmark see it.

    Attributes
    ----------
    day
        Its number, from 1 on.
    basis, verdict
        Of the run.
    same_answer
        Whether the benchmark has the same basis, and says drift where the run does.
    numbers
        How many z-values and p-values stand side by side; effects where there is no z.
    missing
        What one of both has and the other has not.
    largest_difference
        Of these numbers.
    equal
        How many of them are the same to the last bit.
    """

    day: int
    basis: str
    verdict: str
    same_answer: bool
    numbers: int
    missing: tuple[str, ...]
    largest_difference: float
    equal: int

    @property
    def text(self) -> str:
        """It, as it is printed."""
        answer = "the same answer" if self.same_answer else "ANOTHER ANSWER"
        lacking = f"; only one has {', '.join(self.missing)}" if self.missing else ""
        return (
            f"day {self.day:2}: {self.basis:9} {self.verdict:12} {answer}; {self.numbers} numbers, "
            f"{self.equal} of them equal, none further apart than {self.largest_difference:.1e}"
            + lacking
        )


def day_beside_run(judged: JudgedWindow, report: Mapping[str, Any]) -> DayBesideRun:
    """Compare one run's report with what the benchmark says of the same window."""
    ours, theirs = dict(_ours(judged)), dict(_reported(report))
    if judged.compared is None:
        # Of a column a report tells the z of one score.
        scores = dict(_scores(judged.verdicts))
        ours |= {key: scores[key] for key in theirs.keys() & scores.keys()}
    both = sorted(ours.keys() & theirs.keys())
    basis = Basis.DAYS if judged.age else Basis.REFERENCE
    is_drift = report["verdict"] == Verdict.DRIFT
    return DayBesideRun(
        day=judged.block + 1,
        basis=report["basis"],
        verdict=report["verdict"],
        same_answer=report["basis"] == basis and is_drift == judged.alarm,
        numbers=len(both),
        missing=tuple(f"{name}: {what}" for name, what in sorted(ours.keys() ^ theirs.keys())),
        largest_difference=max((abs(ours[key] - theirs[key]) for key in both), default=0.0),
        equal=sum(ours[key] == theirs[key] for key in both),
    )


def all_beside_runs(
    judged: Sequence[JudgedWindow], reports: Sequence[Mapping[str, Any]]
) -> list[DayBesideRun]:
    """Compare the runs of all days."""
    return [day_beside_run(*both) for both in zip(judged, reports, strict=True)]


def _reported(report: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], float]]:
    together = report["multivariate"] or {}
    findings = [*report["features"], *report["predictions"], {"name": _TOGETHER, **together}]
    for one in findings:
        if one.get("p_value") is None:
            continue
        if report["basis"] == Basis.DAYS:
            yield (one["name"], "p"), one["p_value"]
            yield (one["name"], one["statistic"]["name"]), one["statistic"]["value"]
        else:
            yield (one["name"], "effect"), one["effect"]
        yield (one["name"], "adjusted p"), one["adjusted_p_value"]


def _ours(judged: JudgedWindow) -> Iterator[tuple[tuple[str, str], float]]:
    if judged.compared is not None:
        for moved in judged.compared.columns:
            if moved.adjusted_p_value is not None:
                yield (moved.column, "adjusted p"), moved.adjusted_p_value
                yield (moved.column, "effect"), moved.effect or 0.0
    for verdict in judged.verdicts:
        for group, found in verdict.groups.items():
            yield (_named(group), "p"), found.p_value
            yield (_named(group), "adjusted p"), min(1.0, FAMILIES * found.adjusted_p_value)


def _scores(verdicts: Sequence[WindowVerdict]) -> Iterator[tuple[tuple[str, str], float]]:
    for verdict in verdicts:
        for key, score in verdict.scores.items():
            yield (_named(key.group), key.within_group), score.z
        for group, found in verdict.groups.items():
            # Of classes the strongest one is told, under the name of all.
            yield (_named(group), CHI_SQUARE), verdict.scores[found.strongest].z


def _named(group: str) -> str:
    return _TOGETHER if group == JOINT else group
