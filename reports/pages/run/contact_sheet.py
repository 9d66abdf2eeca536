"""The images that stand out, made ready for the page, beside typical ones of the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.findings.images import Offender
from reports.findings.run import RunFindings
from reports.pages.boxes.view import BoxesView, boxes_view
from reports.pages.links import ImageLinks
from reports.pages.page import picture_source
from reports.pages.run.pictures.captions import Caption, Captions, captions
from reports.words.numbers import without_numbers

IMAGES_SHOWN_FIRST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """An image that stands out, with the source of its picture if there is one.

    Attributes
    ----------
    label
        Its path without the folder that all of them share.
    look
        How it looks in a few words, without the numbers: ``"blurrier, darker"``.
    caption
        What is said below it.
    link
        The link to the image itself; None where none is known.
    boxes
        The boxes that a detector found in it; None where the job names none.
    """

    offender: Offender
    label: str
    look: str
    source: str | None
    anchor: str
    caption: Caption
    link: str | None
    boxes: BoxesView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSheet:
    """All pictures of the page.

    Attributes
    ----------
    shots
        The images that stand out, worst first.
    shared
        What all of them or many are, in a sentence; empty where nothing is.
    shown_first
        The number of images that are shown before the others are unfolded.
    typical
        Name, source and link of typical images of the reference.
    no_typical
        Why there are no typical images; empty if there are some or the page need not explain it.
    thumbnails_on
        Whether the job shows pictures on its pages.
    """

    shots: tuple[Shot, ...]
    shared: str
    shown_first: int
    typical: tuple[tuple[str, str, str | None], ...]
    no_typical: str
    thumbnails_on: bool


def contact_sheet(
    findings: RunFindings,
    pictures: Mapping[str, bytes] | None,
    typical: Mapping[str, bytes] | None,
    links: ImageLinks | None = None,
) -> ContactSheet:
    """Return the pictures of a page; no picture is shown where thumbnails are switched off.

    Parameters
    ----------
    pictures, typical
        As in `report_html`.
    links
        How to link to images; None for no links.
    """
    said = captions(findings.offenders)
    beside = typical if pictures is not None and findings.offenders else {}
    return ContactSheet(
        shots=_shots(findings, said, pictures or {}, links),
        shared=said.shared,
        shown_first=IMAGES_SHOWN_FIRST,
        typical=tuple(
            (name, picture_source(data), _link(links, name))
            for name, data in (beside or {}).items()
        ),
        no_typical="" if pictures is None else _why_none(findings, typical),
        thumbnails_on=pictures is not None,
    )


def _link(links: ImageLinks | None, image: str) -> str | None:
    return None if links is None else links.to(image)


def _shots(
    findings: RunFindings,
    said: Captions,
    pictures: Mapping[str, bytes],
    links: ImageLinks | None,
) -> tuple[Shot, ...]:
    folder = _shared_folder([one.image for one in findings.offenders])
    return tuple(
        Shot(
            offender=offender,
            label=offender.image.removeprefix(folder),
            look=without_numbers(offender.because),
            source=picture_source(pictures[offender.image]) if offender.image in pictures else None,
            anchor=f"image-{number}",
            caption=caption,
            link=_link(links, offender.image),
            boxes=boxes_view(findings.boxes, offender.image, pictures.get(offender.image)),
        )
        for number, (offender, caption) in enumerate(
            zip(findings.offenders, said.each, strict=True), start=1
        )
    )


def _shared_folder(images: Sequence[str]) -> str:
    """Return the folder that all images lie in, with its slash; empty where they lie in several."""
    folders = {"".join(image.rpartition("/")[:2]) for image in images}
    return folders.pop() if len(folders) == 1 else ""


def _why_none(findings: RunFindings, typical: Mapping[str, bytes] | None) -> str:
    if typical:
        return ""
    if typical is not None:
        return (
            "No picture of the reference could be read to put beside these: its images may have "
            "been moved or deleted since the profile was built."
        )
    source = findings.profile.source or "a table of numbers"
    return (
        f"The reference is {source}: numbers without pictures to put beside these. To see typical "
        "images here, name a folder of images as reference.images, or a stretch of the log as "
        "reference.window, and build the profile anew with drift profile build."
    )
