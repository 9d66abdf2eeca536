"""What people are told: a message as plain text that reads well in chat, mail and on a pager."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from reports.findings.answers import Verdict
from reports.findings.images import Offender
from reports.findings.model_quality.quality import QualityState
from reports.findings.run import RunFindings
from reports.findings.runs import Notice, NoticeKind, NoticeTopic
from reports.telling.quality_message import (
    AND_THE_MODEL,
    QUALITY_OPENINGS,
    quality_line,
    quality_lines,
    quality_paragraph,
    wrong_answers,
)
from reports.words.advice import level_advice
from reports.words.harmless_text import harmless, shortened
from reports.words.numbers import counted, moment
from reports.words.of_view.sentences import view_line
from reports.words.summary_paragraphs import summary_paragraphs
from reports.words.wording import window_words

LONGEST_TITLE = 150
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
_SHOWS_IMAGES = (NoticeKind.DRIFT, NoticeKind.REMINDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG to attach; its name is ours."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent.

    Attributes
    ----------
    title
        One line of at most 150 characters.
    body
        Lines of plain text.
    kind
        What it tells, in the first place; None for a test.
    also
        What else it tells, of the model's quality.
    still_open
        Whether something else than what it tells is not over: a pager keeps its incident.
    """

    title: str
    body: str
    kind: NoticeKind | None
    pictures: tuple[Picture, ...] = ()
    also: NoticeKind | None = None
    still_open: bool = False


def message_of(
    findings: RunFindings, *notices: Notice, link: str, pictures: Mapping[str, bytes]
) -> Message:
    """Return the message about a run.

    Everything in it that could come from the log is made harmless; the link is not touched.

    Parameters
    ----------
    notices
        What it tells: one notice, or that of the verdict and then that of the model's quality.
    link
        Where the run's page is.
    pictures
        JPEG thumbnails by the image path of an offender; those of the worst two are attached.
    """
    told = _Told(findings=findings, notices=notices)
    worst = findings.offenders[:_WORST] if told.shows_images else ()
    attached = [
        Picture(name=f"unusual-{number}.jpg", data=pictures[offender.image])
        for number, offender in enumerate(worst, start=1)
        if offender.image in pictures
    ]
    return Message(
        title=_title(told),
        body="\n".join(_lines(told, worst, link)),
        kind=notices[0].kind,
        pictures=tuple(attached),
        also=notices[1].kind if len(notices) > 1 else None,
        still_open=told.still_open,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A run and what is told of it."""

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
    def shows_images(self) -> bool:
        """Whether unusual images are named."""
        return self.verdict is not None and self.verdict.kind in _SHOWS_IMAGES

    @property
    def still_open(self) -> bool:
        """Whether the run drifts, or its model is worse."""
        quality = self.findings.model_quality
        is_worse = quality is not None and quality.state is QualityState.DROPPED
        return is_worse or self.findings.verdict is Verdict.DRIFT

    def _about(self, topic: NoticeTopic) -> Notice | None:
        return next((one for one in self.notices if one.kind.topic is topic), None)


def trial_message(job: str, *, link: str, with_picture: bool) -> Message:
    """Return a message by which people see that theirs arrive."""
    body = (
        f"This is a test of the notifications of the job {job}. A real one says in a sentence what "
        f"moved, names the two most unusual images and links to the report.\n\nAll runs: {link}"
    )
    return Message(
        title=f"Test: notifications of {job} arrive",
        body=body,
        kind=None,
        pictures=(Picture(name="test.jpg", data=_trial_picture()),) if with_picture else (),
    )


def _title(told: _Told) -> str:
    findings, first = told.findings, told.notices[0]
    opening = _OPENINGS[first.kind].format(job=findings.job)
    if told.verdict is not None and told.quality is not None:
        opening = f"{opening}, {AND_THE_MODEL[told.quality.kind]}"
    return shortened(f"{opening} - {harmless(_headline(told), LONGEST_TITLE)}", LONGEST_TITLE)


def _headline(told: _Told) -> str:
    findings, quality = told.findings, told.findings.model_quality
    headline = findings.headline or findings.summary.partition(":")[0]
    if told.verdict is None and quality is not None:
        headline = quality.headline
    elif told.notices[0].kind is NoticeKind.LEVEL and findings.level is not None:
        headline = findings.level.summary
    return headline.rstrip(".")


def _lines(told: _Told, worst: Sequence[Offender], link: str) -> Iterator[str]:
    findings = told.findings
    for paragraph in _paragraphs(told):
        yield harmless(paragraph, _LONGEST_SENTENCE)
        yield ""
    if told.verdict is not None and told.verdict.since != findings.window.end:
        yield _since(told.verdict)
    yield f"Window: {window_words(findings.window)}"
    images = findings.images
    of_all = "" if images.analysed == images.logged else f" of {images.logged:,} logged"
    yield f"{'Images' if findings.has_images else 'Rows'}: {images.analysed:,}{of_all}"
    yield from (harmless(line, _LONGEST_SENTENCE) for line in _of_model(told))
    yield from (harmless(line, _LONGEST_SENTENCE) for line in filter(None, [_of_view(told)]))
    if worst:
        yield ""
        yield f"The {counted(len(worst), 'most unusual image')}:".replace("The 1 ", "The ")
    for number, offender in enumerate(worst, start=1):
        name = harmless(offender.image, _LONGEST_NAME)
        yield f"{number}. {name}: {harmless(offender.because, _LONGEST_NAME)}"
    if told.quality is not None and findings.model_quality is not None:
        yield from wrong_answers(findings.model_quality, told.quality)
    yield ""
    yield f"Report: {link}"


def _of_model(told: _Told) -> Iterator[str]:
    quality = told.findings.model_quality
    if quality is None:
        return
    if told.quality is None:
        yield quality_line(quality)
    else:
        yield from quality_lines(quality, told.quality, told.findings.window.end)


def _of_view(told: _Told) -> str:
    """Return what the model sees, beside what is told of the verdict; empty where it is quiet."""
    return "" if told.verdict is None else view_line(told.findings)


def _paragraphs(told: _Told) -> Iterator[str]:
    findings, level, quality = told.findings, told.findings.level, told.findings.model_quality
    if told.verdict is None:
        if quality is not None:
            yield quality_paragraph(quality)
        headline = findings.headline or findings.summary.partition(":")[0]
        yield f"The verdict of this run is {findings.verdict}: {headline.rstrip('.')}."
        return
    if told.verdict.kind is NoticeKind.LEVEL and level is not None:
        yield f"{level.summary.rstrip('.')}. This is told once, and is no alarm."
        yield level_advice(findings)
    yield from summary_paragraphs(findings)
    if told.quality is not None and quality is not None:
        yield quality_paragraph(quality)


def _since(notice: Notice) -> str:
    end = moment(notice.since)
    if notice.kind is NoticeKind.RECOVERED:
        return f"The drift began with the window that ended {end}"
    return f"Since the window that ended {end}"


def _trial_picture() -> bytes:
    """Return a small picture of grey levels, dark to bright."""
    levels = Image.linear_gradient("L").resize((160, 40)).transpose(Image.Transpose.TRANSPOSE)
    out = io.BytesIO()
    levels.resize((160, 40)).save(out, "JPEG")
    return out.getvalue()
