"""A message: what is sent about a run, and the test message."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

from reports.findings.run import RunFindings
from reports.findings.runs import Notice, NoticeKind
from reports.telling.content import MessageContent, NamedImage, Tone
from reports.telling.forms.plain_text import plain_text, title_of
from reports.telling.run_content import ToldRun, content_of


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
    content
        The same in parts, for services that are sent more than plain text; None where there is
        nothing but the text.
    also
        What else it tells, of the model's quality.
    still_open
        Whether something else than what it tells is not over: a pager keeps its incident.
    """

    title: str
    body: str
    kind: NoticeKind | None
    pictures: tuple[Picture, ...] = ()
    content: MessageContent | None = None
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
    told = ToldRun(findings=findings, notices=notices)
    names = {
        offender.image: f"unusual-{number}.jpg"
        for number, offender in enumerate(told.worst, start=1)
        if offender.image in pictures
    }
    content = content_of(told, link=link, pictures=names)
    return Message(
        title=title_of(content),
        body=plain_text(content),
        kind=notices[0].kind,
        pictures=tuple(Picture(name=name, data=pictures[image]) for image, name in names.items()),
        content=content,
        also=notices[1].kind if len(notices) > 1 else None,
        still_open=told.still_open,
    )


def trial_message(job: str, *, link: str, with_picture: bool) -> Message:
    """Return a message by which people see that theirs arrive, and how they will look."""
    picture = Picture(name="test.jpg", data=_trial_picture())
    shown = NamedImage(name="images/example.jpg", words="a test picture", picture=picture.name)
    explained = (
        f"This is a test of the notifications of the job {job}. A real one says what moved and "
        "what to do, names the two most unusual images and links to the report."
    )
    content = MessageContent(
        opening=f"Test: notifications of {job} arrive",
        headline="",
        tone=Tone.CALM,
        paragraphs=(explained,),
        images=(shown,) if with_picture else (),
        link=link,
        link_name="All runs",
        link_words="Open all runs",
    )
    return Message(
        title=title_of(content),
        body=plain_text(content),
        kind=None,
        pictures=(picture,) if with_picture else (),
        content=content,
    )


def _trial_picture() -> bytes:
    """Return a small picture of grey levels, dark to bright."""
    levels = Image.linear_gradient("L").resize((160, 40)).transpose(Image.Transpose.TRANSPOSE)
    out = io.BytesIO()
    levels.resize((160, 40)).save(out, "JPEG")
    return out.getvalue()
