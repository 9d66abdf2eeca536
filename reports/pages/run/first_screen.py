"""The top of a run's page: what a reader sees before scrolling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reference_stats.model_view.measures import measure_named
from reports.findings.answers import State, Verdict
from reports.findings.model_quality.quality import ModelQuality, QualityState
from reports.findings.remarks import RemarkWeight
from reports.findings.run import RunFindings
from reports.pages.run.cards import CardGroups
from reports.pages.run.contact_sheet import ContactSheet
from reports.pages.run.grown_class import GrownClassView
from reports.pages.run.top.figures import Figures, figures_of
from reports.pages.run.top.look import FirstLook, look_at
from reports.words.advice import Step, steps
from reports.words.moved import Moved, changed_heading, moved_in_words, title_of_column
from reports.words.normal_days import level_in_words, level_is_told, since_words
from reports.words.numbers import counted, listed, sentence
from reports.words.of_quality.brief import STATE_LABELS, quality_in_brief

_TREND_COLUMNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """Columns that moved in the same words, with the anchor of where more is said of the first."""

    title: str
    words: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstScreen:
    """The top of the page.

    Attributes
    ----------
    headline, of_images
        What happened; where that is a model that got worse on a steady day, the images' headline
        stands behind it, which else is empty.
    model, model_words
        Whether the model is still right, and its scores in a few words; empty without labels, the
        scores also where the headline says them.
    since
        Since when windows are unusual; empty where the headline says it, or it began now.
    flags
        What a reader must know beside the headline: remarks that bear on the verdict.
    level
        How production differs from the reference for good; empty where it does not.
    trend
        A slow drift over many runs; empty where there is none.
    look
        The pictures; None where there is nothing to look at.
    changed
        What the chips are about: ``What changed``.
    chips, more_moved
        The columns that moved, in the headline's order, and the number of other columns.
    rest
        The anchor of the first section of columns, where the others begin.
    todo_title, todo, rare
        What to do, or what is missing for a verdict; and what is right in few cases only.
    figures
        The figures behind the first screen.
    """

    headline: str
    of_images: str
    model: str
    model_words: str
    since: str
    flags: tuple[str, ...]
    level: str
    trend: str
    look: FirstLook | None
    changed: str
    chips: tuple[Chip, ...]
    more_moved: int
    rest: str
    todo_title: str
    todo: tuple[Step, ...]
    rare: tuple[Step, ...]
    figures: Figures


def first_screen(
    findings: RunFindings,
    groups: Sequence[CardGroups],
    sheet: ContactSheet,
    grown: GrownClassView | None = None,
) -> FirstScreen:
    """Return the content of the top of a run's page.

    Parameters
    ----------
    groups
        The cards of all columns.
    grown
        The predicted class that grew, with its pictures.
    """
    todo, quality = steps(findings), findings.model_quality
    moved = moved_in_words(findings)
    lacks = findings.verdict is Verdict.INCONCLUSIVE and not any(one.command for one in todo)
    headline = findings.headline or findings.summary
    led_by = _model_that_leads(findings)
    return FirstScreen(
        headline=headline if led_by is None else sentence(led_by.headline),
        of_images="" if led_by is None else headline,
        model="" if quality is None else STATE_LABELS[quality.state],
        model_words="" if quality is None or led_by is not None else quality_in_brief(quality),
        since=since_words(findings),
        flags=_flags(findings, todo),
        level=_level(findings),
        trend=_trend(findings),
        look=look_at(findings, sheet, grown),
        changed=changed_heading(findings),
        chips=chips_of(moved, lambda one: _anchor(one, findings, groups)),
        more_moved=_number_moved(findings) - len(moved),
        rest=_section_of(findings),
        todo_title="What is missing" if lacks else "What to do",
        todo=tuple(step for step in todo if not step.is_rare),
        rare=tuple(step for step in todo if step.is_rare),
        figures=figures_of(findings, todo),
    )


def _model_that_leads(findings: RunFindings) -> ModelQuality | None:
    """Return the model's quality where it, and not the images, is what happened."""
    quality = findings.model_quality
    if quality is None or findings.verdict is not Verdict.STEADY:
        return None
    return quality if quality.state is QualityState.DROPPED else None


def chips_of(moved: Sequence[Moved], anchor_of: Callable[[Moved], str]) -> tuple[Chip, ...]:
    """Return columns that moved as chips; those that moved in the same words share one."""
    alike: dict[str, list[Moved]] = {}
    for one in moved:
        alike.setdefault(one.words, []).append(one)
    return tuple(
        Chip(
            title=listed([own[0].title, *map(_within_sentence, own[1:])]),
            words=words,
            anchor=anchor_of(own[0]),
        )
        for words, own in alike.items()
    )


def _within_sentence(moved: Moved) -> str:
    """Return a title as it stands within a sentence; what the log calls a column stays as it is."""
    is_measure = measure_named(moved.column) is not None
    return moved.title[:1].lower() + moved.title[1:] if is_measure else moved.title


def _flags(findings: RunFindings, todo: Sequence[Step]) -> tuple[str, ...]:
    """Return the remarks that bear on the verdict and are not among what to do."""
    told = [step.words for step in todo]
    heavy = [one for one in findings.remarks if one.weight is not RemarkWeight.NOTE]
    return tuple(
        one.text
        for one in heavy
        if one.text not in findings.summary and not any(one.text in words for words in told)
    )


def _level(findings: RunFindings) -> str:
    level = findings.level if level_is_told(findings) else None
    return "" if level is None else level_in_words(level, _unit(findings))


def _unit(findings: RunFindings) -> str:
    return "day" if findings.baseline is None else findings.baseline.unit


def _trend(findings: RunFindings) -> str:
    trend = findings.trend
    if trend is None or trend.state is not State.DRIFT:
        return ""
    titles = [title_of_column(column.name).lower() for column in trend.columns]
    what = f": {listed(titles, _TREND_COLUMNS)}" if titles else ""
    return f"Slow drift over the last {counted(trend.runs, 'run')}{what}."


def _number_moved(findings: RunFindings) -> int:
    tests = findings.segment_tests
    segment = None if tests is None else tests.headline
    if segment is not None:
        return len(segment.drifted)
    return sum(column.state is State.DRIFT for column in findings.columns)


def _anchor(moved: Moved, findings: RunFindings, groups: Sequence[CardGroups]) -> str:
    """Return where more is said of a column: its part of the traffic, else its card."""
    tests = findings.segment_tests
    if tests is not None and tests.headline is not None:
        return "segments"
    cards = {card.finding.name: card.anchor for group in groups for card in group.moved}
    return cards.get(moved.column, _section_of(findings))


def _section_of(findings: RunFindings) -> str:
    """Return the anchor of the page's first section of columns."""
    if findings.has_images or findings.features:
        return "features"
    return "numbers" if findings.numbers else "predictions"
