"""What a message about a run says, from what the run found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from reports.findings.answers import Verdict
from reports.findings.days import Basis
from reports.findings.images import Offender
from reports.findings.model_quality.quality import QualityState
from reports.findings.run import RunFindings
from reports.findings.runs import Notice, NoticeKind, NoticeTopic
from reports.telling.content import Fact, MessageContent, NamedImage, NumberedList, Tone
from reports.telling.quality_message import (
    AND_THE_MODEL,
    QUALITY_OPENINGS,
    quality_facts,
    quality_line,
    quality_paragraph,
    wrong_answers,
)
from reports.words.advice import Step, level_steps, steps, worse_model_steps
from reports.words.harmless_text import harmless
from reports.words.moved import changed_heading, moved_in_words
from reports.words.numbers import counted, moment, sentence, without_numbers
from reports.words.of_view.sentences import view_line
from reports.words.summary_paragraphs import summary_paragraphs
from reports.words.wording import window_words

_LONGEST_OPENING = 150
_LONGEST_HEADLINE = 300
_LONGEST_SENTENCE = 700
_LONGEST_NAME = 160
_WORST = 2
_OPENINGS = {
    NoticeKind.DRIFT: "Drift in {job}",
    NoticeKind.REMINDER: "Still drift in {job}",
    NoticeKind.INCONCLUSIVE: "Inconclusive: {job}",
    NoticeKind.RECOVERED: "Recovered: {job}",
    NoticeKind.LEVEL: "Not like the reference: {job}",
    **QUALITY_OPENINGS,
}
_DRIFTS = (NoticeKind.DRIFT, NoticeKind.REMINDER)
_ALARMS = (*_DRIFTS, NoticeKind.QUALITY_DROPPED, NoticeKind.QUALITY_REMINDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRun:
    """A run and what is told of it.

    Attributes
    ----------
    notices
        One notice, or that of the verdict and then that of the model's quality.
    """

    findings: RunFindings
    notices: tuple[Notice, ...]

    @property
    def verdict(self) -> Notice | None:
        """What is told of the verdict or the level."""
        return self._about(NoticeTopic.VERDICT)

    @property
    def quality(self) -> Notice | None:
        """What is told of the model's quality; None in a job without labels too."""
        return None if self.findings.model_quality is None else self._about(NoticeTopic.QUALITY)

    @property
    def drifts(self) -> bool:
        """Whether a drift is told, so that unusual images are named."""
        return self.verdict is not None and self.verdict.kind in _DRIFTS

    @property
    def is_inconclusive(self) -> bool:
        """Whether it is told that the run does not answer."""
        return self.verdict is not None and self.verdict.kind is NoticeKind.INCONCLUSIVE

    @property
    def worst(self) -> tuple[Offender, ...]:
        """The images that are named."""
        return self.findings.offenders[:_WORST] if self.drifts else ()

    @property
    def still_open(self) -> bool:
        """Whether the run drifts, or its model is worse."""
        quality = self.findings.model_quality
        is_worse = quality is not None and quality.state is QualityState.DROPPED
        return is_worse or self.findings.verdict is Verdict.DRIFT

    def _about(self, topic: NoticeTopic) -> Notice | None:
        return next((one for one in self.notices if one.kind.topic is topic), None)


def content_of(told: ToldRun, *, link: str, pictures: Mapping[str, str]) -> MessageContent:
    """Return what a message about a run says; everything from outside is harmless in it.

    Parameters
    ----------
    pictures
        The names of attached pictures by the image path of an offender.
    """
    findings = told.findings
    moved = moved_in_words(findings) if told.drifts else ()
    return MessageContent(
        opening=harmless(_opening(told), _LONGEST_OPENING),
        headline=sentence(harmless(_headline(told), _LONGEST_HEADLINE)),
        tone=_tone(told),
        paragraphs=tuple(
            harmless(one, _LONGEST_SENTENCE) for one in _paragraphs(told, any_moved=bool(moved))
        ),
        moved=tuple(
            Fact(name=harmless(one.title, _LONGEST_NAME), words=harmless(one.words, _LONGEST_NAME))
            for one in moved
        ),
        moved_heading=harmless(changed_heading(findings), _LONGEST_NAME),
        steps=tuple(
            Step(words=harmless(step.words, _LONGEST_SENTENCE), command=step.command)
            for step in _steps(told)
        ),
        steps_heading=_steps_heading(told),
        images=tuple(_image(offender, pictures) for offender in told.worst),
        lists=tuple(_lists(told)),
        facts=tuple(_facts(told)),
        link=link,
    )


def _opening(told: ToldRun) -> str:
    opening = _OPENINGS[told.notices[0].kind].format(job=told.findings.job)
    if told.verdict is not None and told.quality is not None:
        return f"{opening}, {AND_THE_MODEL[told.quality.kind]}"
    return opening


def _headline(told: ToldRun) -> str:
    findings, quality = told.findings, told.findings.model_quality
    headline = _run_headline(findings)
    if told.verdict is None and quality is not None:
        headline = quality.headline
    elif told.notices[0].kind is NoticeKind.LEVEL and findings.level is not None:
        headline = findings.level.summary
    return headline.rstrip(".")


def _run_headline(findings: RunFindings) -> str:
    return (findings.headline or findings.summary.partition(":")[0]).rstrip(".")


def _tone(told: ToldRun) -> Tone:
    kinds = {notice.kind for notice in told.notices}
    if kinds & {*_ALARMS}:
        return Tone.ALARM
    return Tone.UNCLEAR if NoticeKind.INCONCLUSIVE in kinds else Tone.CALM


def _paragraphs(told: ToldRun, *, any_moved: bool) -> Iterator[str]:
    findings, quality = told.findings, told.findings.model_quality
    if told.verdict is None:
        if quality is not None:
            yield quality_paragraph(quality)
        yield f"The verdict of this run is {findings.verdict}: {_run_headline(findings)}."
        return
    if told.verdict.kind is NoticeKind.LEVEL and findings.level is not None:
        # The headline has said the rest.
        yield "This is told once, and is no alarm."
    if any_moved:
        # The headline and what moved say what the summary would say with its numbers.
        yield from _reach(findings)
    elif not told.is_inconclusive:
        # What is missing for a verdict is in the steps.
        yield from summary_paragraphs(findings)
    if told.quality is not None and quality is not None:
        yield quality_paragraph(quality)


def _reach(findings: RunFindings) -> Iterator[str]:
    """Yield how many images moved, where that is known."""
    if not findings.affected:
        return
    one = findings.affected == 1
    verb = ("differs" if one else "differ") + " from the reference"
    if findings.basis is Basis.DAYS:
        verb = "stands out" if one else "stand out"
    noun = "image" if findings.has_images else "row"
    yield f"At least {findings.affected:,} of {counted(findings.images.analysed, noun)} {verb}."


def _steps_heading(told: ToldRun) -> str:
    """Return what the steps are: without a command, those of an inconclusive run do nothing."""
    lacks = told.is_inconclusive and told.quality is None
    if lacks and not any(step.command for step in _steps(told)):
        return "What is missing"
    return "What to do"


def _steps(told: ToldRun) -> Iterator[Step]:
    """Yield what to do; what is right in few cases only is in the report."""
    quality, findings = told.quality, told.findings
    if told.verdict is not None and told.verdict.kind is NoticeKind.LEVEL:
        yield from level_steps(findings)
    elif told.verdict is not None:
        yield from (one for one in steps(findings) if not one.is_rare)
    if quality is not None and quality.kind is not NoticeKind.QUALITY_RECOVERED:
        # Beside a drift there is enough to do.
        yield from islice(worse_model_steps(findings), 1 if told.drifts else None)


def _image(offender: Offender, pictures: Mapping[str, str]) -> NamedImage:
    return NamedImage(
        name=harmless(offender.image, _LONGEST_NAME),
        words=harmless(without_numbers(offender.because), _LONGEST_NAME),
        picture=pictures.get(offender.image, ""),
    )


def _lists(told: ToldRun) -> Iterator[NumberedList]:
    quality = told.findings.model_quality
    if told.quality is not None and quality is not None:
        yield from wrong_answers(quality, told.quality)


def _facts(told: ToldRun) -> Iterator[Fact]:
    findings = told.findings
    if told.verdict is not None and told.verdict.since != findings.window.end:
        yield _since(told.verdict)
    yield Fact(name="Window", words=window_words(findings.window))
    images = findings.images
    of_all = "" if images.analysed == images.logged else f" of {images.logged:,} logged"
    name = "Images" if findings.has_images else "Rows"
    yield Fact(name=name, words=f"{images.analysed:,}{of_all}")
    quality = findings.model_quality
    if quality is not None and told.quality is None:
        yield quality_line(quality)
    elif quality is not None and told.quality is not None:
        yield from quality_facts(quality, told.quality, findings.window.end)
    seen = view_line(findings) if told.verdict is not None else ""
    if seen:
        name, _, words = seen.partition(": ")
        yield Fact(name=name, words=harmless(words, _LONGEST_SENTENCE))


def _since(notice: Notice) -> Fact:
    end = moment(notice.since)
    if notice.kind is NoticeKind.RECOVERED:
        return Fact(name="", words=f"The drift began with the window that ended {end}")
    return Fact(name="", words=f"Since the window that ended {end}")
