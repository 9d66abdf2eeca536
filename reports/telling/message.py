"""What people are told: a message as plain text that reads well in chat, mail and on a pager."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from reports.findings.images import Offender
from reports.findings.run import RunFindings
from reports.findings.runs import Notice, NoticeKind
from reports.words.advice import level_advice
from reports.words.harmless_text import harmless, shortened
from reports.words.numbers import counted, moment
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
        What it tells; None for a test.
    """

    title: str
    body: str
    kind: NoticeKind | None
    pictures: tuple[Picture, ...] = ()


def message_of(
    findings: RunFindings, notice: Notice, *, link: str, pictures: Mapping[str, bytes]
) -> Message:
    """Return the message about a run.

    Everything in it that could come from the log is made harmless; the link is not touched.

    Parameters
    ----------
    link
        Where the run's page is.
    pictures
        JPEG thumbnails by the image path of an offender; those of the worst two are attached.
    """
    worst = findings.offenders[:_WORST] if notice.kind in _SHOWS_IMAGES else ()
    attached = [
        Picture(name=f"unusual-{number}.jpg", data=pictures[offender.image])
        for number, offender in enumerate(worst, start=1)
        if offender.image in pictures
    ]
    return Message(
        title=_title(findings, notice),
        body="\n".join(_lines(findings, notice, worst, link)),
        kind=notice.kind,
        pictures=tuple(attached),
    )


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


def _title(findings: RunFindings, notice: Notice) -> str:
    opening = _OPENINGS[notice.kind].format(job=findings.job)
    headline = findings.headline or findings.summary.partition(":")[0]
    if notice.kind is NoticeKind.LEVEL and findings.level is not None:
        headline = findings.level.summary
    rest = harmless(headline, LONGEST_TITLE).rstrip(".")
    return shortened(f"{opening} - {rest}", LONGEST_TITLE)


def _lines(
    findings: RunFindings, notice: Notice, worst: Sequence[Offender], link: str
) -> Iterator[str]:
    for paragraph in _paragraphs(findings, notice):
        yield harmless(paragraph, _LONGEST_SENTENCE)
        yield ""
    if notice.since != findings.window.end:
        yield _since(notice)
    yield f"Window: {window_words(findings.window)}"
    images = findings.images
    of_all = "" if images.analysed == images.logged else f" of {images.logged:,} logged"
    yield f"{'Images' if findings.has_images else 'Rows'}: {images.analysed:,}{of_all}"
    if worst:
        yield ""
        yield f"The {counted(len(worst), 'most unusual image')}:".replace("The 1 ", "The ")
    for number, offender in enumerate(worst, start=1):
        name = harmless(offender.image, _LONGEST_NAME)
        yield f"{number}. {name}: {harmless(offender.because, _LONGEST_NAME)}"
    yield ""
    yield f"Report: {link}"


def _paragraphs(findings: RunFindings, notice: Notice) -> Iterator[str]:
    level = findings.level
    if notice.kind is NoticeKind.LEVEL and level is not None:
        yield f"{level.summary.rstrip('.')}. This is told once, and is no alarm."
        yield level_advice(findings)
    yield from summary_paragraphs(findings)


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
