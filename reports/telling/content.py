"""What a message says, in parts; every form of it, from plain text to a mail, is made of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from reports.words.advice import Step


class Tone(enum.StrEnum):
    """How a message is meant: something is wrong, not known, or as it should be."""

    ALARM = "alarm"
    UNCLEAR = "unclear"
    CALM = "calm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and what belongs to it: ``Sharpness`` and ``lower on the whole``."""

    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedImage:
    """An image that is named.

    Attributes
    ----------
    words
        How it looks, in a few words.
    picture
        The name of the attached picture of it; empty where there is none.
    """

    name: str
    words: str
    picture: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedList:
    """A heading with the lines below it, which have numbers; without lines it is a paragraph."""

    heading: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageContent:
    """What a message says. All text from outside is harmless in it, and on one line.

    Attributes
    ----------
    opening
        What happened, and to which job: ``Drift in dogs``.
    headline
        What moved, in one line; empty where the opening says it all.
    paragraphs
        What the headline does not say, each on one line.
    moved, moved_heading
        The columns that moved most.
    steps, steps_heading
        What to do, or what is missing for a verdict.
    images
        The images that stand out most.
    lists
        What else is named, such as wrong answers.
    facts
        What it rests on: window, images, model.
    link
        Where to read on; not from outside, and untouched.
    link_name, link_words
        What is behind the link, and what a button with it says.
    """

    opening: str
    headline: str
    tone: Tone
    link: str
    link_name: str = "Report"
    link_words: str = "Open the report"
    paragraphs: tuple[str, ...] = ()
    moved: tuple[Fact, ...] = ()
    moved_heading: str = "What changed"
    steps: tuple[Step, ...] = ()
    steps_heading: str = "What to do"
    images: tuple[NamedImage, ...] = ()
    lists: tuple[NumberedList, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def opens_in_browser(self) -> bool:
        """Whether a button can lead to the link."""
        return self.link.startswith(("https://", "http://"))
