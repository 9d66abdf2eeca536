"""The figures behind the first screen of a run's page, folded away below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.findings.answers import Verdict
from reports.findings.remarks import RemarkWeight, of_weight
from reports.findings.run import RunFindings
from reports.words.advice import Step
from reports.words.numbers import SIGMA, sentence
from reports.words.summary_paragraphs import summary_paragraphs
from reports.words.wording import SIGMA_EXPLAINED, false_alarm_words, power_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What stands behind the first screen.

    Attributes
    ----------
    paragraphs
        Plain sentences: what moved how far, how often that is chance, what would have been seen.
    explains_sigma
        Whether they end with what a standard deviation is, as they mention one.
    notes
        How many notes the page has below.
    """

    paragraphs: tuple[str, ...]
    explains_sigma: bool
    notes: int


def figures_of(findings: RunFindings, todo: Sequence[Step]) -> Figures:
    """Return the figures; without what stands among the steps already."""
    told = " ".join(step.words for step in todo)
    said = [one for one in (*_summary(findings), _chance(findings), *_level(findings)) if one]
    paragraphs = [one for one in said if one not in told]
    explains = any(SIGMA in one or "sigma" in one for one in paragraphs)
    return Figures(
        paragraphs=(*paragraphs, *([SIGMA_EXPLAINED] if explains else [])),
        explains_sigma=explains,
        notes=len(notes_of(findings)),
    )


def notes_of(findings: RunFindings) -> tuple[str, ...]:
    """Return the notes about a run; remarks that bear on the verdict stand at the top."""
    if not findings.remarks:
        # Reports of older versions have texts alone.
        return findings.warnings
    return tuple(one.text for one in of_weight(findings.remarks, RemarkWeight.NOTE))


def _summary(findings: RunFindings) -> list[str]:
    """Return the summary without what the headline says."""
    headline = findings.headline.rstrip(".")
    if not headline:
        return []
    paragraphs = [one.removeprefix(headline) for one in summary_paragraphs(findings)]
    return [sentence(one.lstrip(" ,:;.")) for one in paragraphs]


def _chance(findings: RunFindings) -> str:
    if not findings.images.analysed or findings.verdict is Verdict.INCONCLUSIVE:
        return ""
    power = "" if findings.verdict is Verdict.STEADY else power_words(findings)
    return f"{power} {false_alarm_words(findings.false_alarm_rate)}".strip()


def _level(findings: RunFindings) -> list[str]:
    level = findings.level
    if level is None or level.stands_out:
        return []
    accepted = f" (accepted with the run {level.accepted_run})" if level.accepted_run else ""
    return [f"{level.summary.rstrip('.')}{accepted}."]
