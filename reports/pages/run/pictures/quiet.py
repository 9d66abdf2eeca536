"""A day on which no image stands out: some of its images beside some of the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.findings.run import RunFindings
from reports.pages.links import ImageLinks
from reports.pages.run.grown_class import ClassPicture, shown_pictures
from reports.words.wording import days_words

MOST_QUIET_PICTURES = 4
MOST_QUIET_BYTES = 32_000
_IN_WORDS = ("no", "one", "two", "three", "four")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietPictures:
    """JPEG thumbnails of a run in which no image stands out, by image path."""

    window: Mapping[str, bytes] = field(default_factory=dict)
    reference: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietView:
    """The same, ready for the page.

    Attributes
    ----------
    title
        ``Four images of 3 Mar 2025 beside four of the reference``.
    window_title
        The window's days.
    window, reference
        The pictures.
    """

    title: str
    window_title: str
    window: tuple[ClassPicture, ...]
    reference: tuple[ClassPicture, ...]


def quiet_view(
    findings: RunFindings, pictures: QuietPictures | None, links: ImageLinks | None
) -> QuietView | None:
    """Return the pictures of a run in which no image stands out; None without one."""
    if findings.offenders or pictures is None or not pictures.window:
        return None
    then, now = len(pictures.reference), len(pictures.window)
    days = days_words(findings.window)
    number = _IN_WORDS[now].capitalize()
    title = f"{number} {'image' if now == 1 else 'images'} of {days}"
    return QuietView(
        title=f"{title} beside {_IN_WORDS[then]} of the reference" if then else title,
        window_title=days,
        window=shown_pictures(pictures.window, links),
        reference=shown_pictures(pictures.reference, links),
    )
