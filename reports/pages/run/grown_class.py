"""Pictures of the predicted class that grew, of the window beside the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.findings.run import RunFindings
from reports.pages.links import ImageLinks
from reports.pages.page import picture_source


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPictures:
    """JPEG thumbnails of the class that grew, by image path; those that could be read."""

    window: Mapping[str, bytes] = field(default_factory=dict)
    reference: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPicture:
    """One picture with the name of its image and the link to it, if there is one."""

    name: str
    source: str
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrownClassView:
    """The class that grew, ready for the page.

    Attributes
    ----------
    name
        The class.
    usual, now
        Its shares, 0 to 1.
    window, reference
        The pictures.
    """

    name: str
    usual: float
    now: float
    window: tuple[ClassPicture, ...]
    reference: tuple[ClassPicture, ...]


def grown_class_view(
    findings: RunFindings, pictures: ClassPictures | None, links: ImageLinks | None
) -> GrownClassView | None:
    """Return the class that grew; None without one, or without a picture of the window."""
    grown = findings.grown_class
    if grown is None or pictures is None or not pictures.window:
        return None

    return GrownClassView(
        name=grown.name,
        usual=grown.usual_share,
        now=grown.share,
        window=shown_pictures(pictures.window, links),
        reference=shown_pictures(pictures.reference, links),
    )


def shown_pictures(some: Mapping[str, bytes], links: ImageLinks | None) -> tuple[ClassPicture, ...]:
    """Return pictures by image path as the page shows them."""
    return tuple(
        ClassPicture(
            name=name,
            source=picture_source(data),
            link=None if links is None else links.to(name),
        )
        for name, data in some.items()
    )
