"""The model's view of a run, made ready for its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.findings.model_view import ExplainedImage, ModelView, NovelGroup
from reports.findings.run import RunFindings
from reports.pages.links import ImageLinks
from reports.pages.page import picture_source
from reports.pages.run.cards import CardGroups
from reports.pages.run.model_view.pictures import ViewPictures
from reports.words.of_view import sentences as words

NO_PICTURES = ViewPictures()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPicture:
    """An image by name, with the source of its picture and the link to it where there is one."""

    name: str
    source: str | None
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NovelPair:
    """A novel image, and the one of the reference that is most like it to the model."""

    image: ShownPicture
    nearest: ShownPicture


@dataclass(frozen=True, slots=True, kw_only=True)
class NovelGroupView:
    """A group of novel images.

    Attributes
    ----------
    size
        How many there are, in words.
    called
        What the model calls them, in a sentence; empty where it has no classes.
    pairs
        Some of them.
    has_pictures
        Whether any of them has a picture; otherwise they are named.
    """

    size: str
    called: str
    pairs: tuple[NovelPair, ...]
    has_pictures: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedShot:
    """An image with what the model looked at.

    Attributes
    ----------
    overlay
        The source of the overlay.
    called
        The class.
    sure
        How sure the model is, in words; empty where that is not known.
    """

    picture: ShownPicture
    overlay: str
    called: str
    sure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelViewSection:
    """What a run's page says of the model's view.

    Attributes
    ----------
    model
        The model, as the job file names it.
    looked
        What it looked at, to follow its name; empty where it could not look.
    compared
        Which images of the reference take part, in a sentence; empty where none do.
    problem
        Why the view takes no part, and what to do; empty where it does.
    cards
        Its numbers, as those of any column.
    novel_title, expected
        How many images are novel, and how many would be by chance; empty without groups.
    few_novel
        The same where it is nothing to look at; empty where there are groups.
    groups
        The most novel images, the largest group first.
    no_accuracy
        Why accuracy cannot be estimated; empty where the view says nothing of that.
    standing_out, typical
        What the model looked at.
    unexplained
        Why that is not shown although the job file asks for it; empty where it is.
    """

    model: str
    looked: str
    compared: str
    problem: str
    cards: CardGroups
    novel_title: str
    expected: str
    few_novel: str
    groups: tuple[NovelGroupView, ...]
    no_accuracy: str
    standing_out: tuple[ExplainedShot, ...]
    typical: tuple[ExplainedShot, ...]
    unexplained: str

    @property
    def is_first(self) -> bool:
        """Whether it stands above the image features: where something of it moved."""
        return bool(self.cards.moved)


def model_view_section(
    findings: RunFindings,
    cards: CardGroups,
    pictures: ViewPictures | None,
    links: ImageLinks | None = None,
) -> ModelViewSection | None:
    """Return what a page says of the model's view; None where the job names no model.

    Parameters
    ----------
    cards
        Those of the view's numbers.
    pictures
        Those that could be read; None where pictures are switched off.
    links
        How to link to images; None for no links.
    """
    seen = findings.model_view
    if seen is None:
        return None
    shown = pictures or NO_PICTURES
    explained = [
        (one.typical, _explained(one, shown, links))
        for one in seen.explained
        if one.image in shown.overlays
    ]
    return ModelViewSection(
        model=seen.model,
        looked=words.what_looked(findings, seen),
        compared=words.compared_with(seen),
        problem=words.problem_words(seen),
        cards=cards,
        novel_title=words.novel_title(seen) if seen.novel else "",
        expected=words.expected_words(seen) if seen.novel else "",
        few_novel=words.few_novel_words(seen),
        groups=tuple(_group(one, shown, links) for one in _largest_first(seen)),
        no_accuracy=words.NO_ACCURACY if seen.novel or words.looks_new(findings.view) else "",
        standing_out=tuple(shot for is_typical, shot in explained if not is_typical),
        typical=tuple(shot for is_typical, shot in explained if is_typical),
        unexplained=_unexplained(seen, pictures),
    )


def _largest_first(seen: ModelView) -> list[NovelGroup]:
    return sorted(seen.novel, key=lambda group: -group.size)


def _group(group: NovelGroup, shown: ViewPictures, links: ImageLinks | None) -> NovelGroupView:
    pairs = tuple(
        NovelPair(
            image=_picture(image, shown.window, links),
            nearest=_picture(nearest, shown.reference, links),
        )
        for image, nearest in zip(group.images, group.reference_images, strict=False)
    )
    return NovelGroupView(
        size=words.group_words(group),
        called=words.group_class_words(group),
        pairs=pairs,
        has_pictures=any(one.image.source or one.nearest.source for one in pairs),
    )


def _picture(name: str, some: Mapping[str, bytes], links: ImageLinks | None) -> ShownPicture:
    data = some.get(name)
    return ShownPicture(
        name=name,
        source=None if data is None else picture_source(data),
        link=None if links is None else links.to(name),
    )


def _explained(one: ExplainedImage, shown: ViewPictures, links: ImageLinks | None) -> ExplainedShot:
    return ExplainedShot(
        picture=_picture(one.image, shown.window, links),
        overlay=picture_source(shown.overlays[one.image]),
        called=words.quoted_class(one.predicted),
        sure=words.explained_words(one),
    )


def _unexplained(seen: ModelView, pictures: ViewPictures | None) -> str:
    """Return why nothing of what the model looked at is shown; empty where nobody asked for it."""
    if seen.unexplained_because:
        return f"What the model looked at is not shown: {seen.unexplained_because.rstrip('.')}."
    if not seen.explained or (pictures is not None and pictures.overlays):
        return ""
    if pictures is None:
        return (
            "What the model looked at is not shown: thumbnails are switched off for this job "
            "(reports.thumbnails = false)."
        )
    return "What the model looked at is not shown: no picture of these images could be read."
