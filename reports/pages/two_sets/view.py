"""What was found in two sets, made ready for a page and for a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from reference_stats.model_view.measures import measures_named
from reports.findings.remarks import RemarkWeight
from reports.findings.run import RunFindings
from reports.pages.page import picture_source
from reports.pages.run.beside_days import DaysView, days_view
from reports.pages.run.cards import CardGroups, group_cards
from reports.pages.run.contact_sheet import ContactSheet, contact_sheet
from reports.pages.run.first_screen import Chip, chips_of
from reports.pages.run.top.look import IMAGES, CaptionedPicture, FirstLook, look_at
from reports.words import wording
from reports.words.numbers import counted
from reports.words.of_sets.moved import moved_in_sets

MOST_CHIPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSets:
    """What is shown of a comparison.

    Attributes
    ----------
    findings
        What was found, told of the two sets.
    reference, current
        What the two sets are, in words.
    reference_size
        How many rows or images the reference has.
    pictures
        JPEG thumbnails of images that stand out, by the image's name; of any images of the current
        set where none does.
    typical
        JPEG thumbnails of typical images of the reference.
    """

    findings: RunFindings
    reference: str
    current: str
    reference_size: int
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    typical: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSection:
    """One group of columns, such as all image features."""

    title: str
    noun: str
    groups: CardGroups


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedView:
    """The content of the page.

    Attributes
    ----------
    chips, more_moved
        The columns that moved most, and the number of other columns that moved.
    warnings, notes
        What bears on the verdict or may, and what else is to be known.
    look
        Pictures of both sides; None where there are none.
    power
        The smallest shift that would have been seen, in words; empty if not known.
    label, title, false_alarms, sigma
        The verdict in a word, the page's title, and what the figures mean.
    """

    sets: ComparedSets
    findings: RunFindings
    size: str
    chips: tuple[Chip, ...]
    more_moved: int
    sections: tuple[ColumnSection, ...]
    sheet: ContactSheet
    days: DaysView
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    look: FirstLook | None
    power: str
    label: str
    title: str
    false_alarms: str
    sigma: str


def compared_view(sets: ComparedSets) -> ComparedView:
    """Return the content of the page of a comparison."""
    findings = sets.findings
    sections = _sections(findings)
    sheet = contact_sheet(findings, sets.pictures, sets.typical or None)
    anchors = {card.finding.name: card.anchor for one in sections for card in one.groups.moved}
    moved = [one for one in moved_in_sets(findings) if one.column in anchors]
    said = [one for one in findings.remarks if one.text not in findings.summary]
    heavy = {one.text for one in said if one.weight is not RemarkWeight.NOTE}
    return ComparedView(
        sets=sets,
        findings=findings,
        size=_size(sets),
        chips=chips_of(moved[:MOST_CHIPS], lambda one: anchors[one.column]),
        more_moved=max(0, len(moved) - MOST_CHIPS),
        sections=sections,
        sheet=sheet,
        days=days_view(findings, {}),
        warnings=tuple(one.text for one in said if one.text in heavy),
        notes=tuple(one.text for one in said if one.text not in heavy),
        look=look_at(findings, sheet, None) or _some_of_both(sets),
        power=wording.smallest_shift_words(findings),
        label=wording.VERDICT_LABELS[findings.verdict],
        title=_title(findings),
        false_alarms=_false_alarms(findings.false_alarm_rate),
        sigma=wording.SIGMA_EXPLAINED,
    )


def _sections(findings: RunFindings) -> tuple[ColumnSection, ...]:
    plain = measures_named(one.name for one in findings.columns)
    groups = (
        ("Image features", "feature", findings.features),
        ("Columns", "column", findings.numbers),
    )
    limit = findings.minimum_effect
    return tuple(
        ColumnSection(title=title, noun=noun, groups=group_cards(columns, plain, (), noun, limit))
        for title, noun, columns in groups
        if columns
    )


def _size(sets: ComparedSets) -> str:
    """Return how much was compared with how much: ``400 rows compared with 1,000``."""
    noun = "image" if sets.findings.has_images else "row"
    return f"{counted(sets.findings.compared, noun)} compared with {sets.reference_size:,}"


def _some_of_both(sets: ComparedSets) -> FirstLook | None:
    """Return a few pictures of both sides where no image stands out; None without pictures."""
    if not sets.pictures:
        return None
    return FirstLook(
        title="Some of the current images",
        usual_title="Typical of the reference",
        more=0,
        pictures=tuple(
            CaptionedPicture(source=picture_source(one), caption="", anchor="features")
            for one in islice(sets.pictures.values(), IMAGES)
        ),
        named=(),
        usual=tuple(map(picture_source, islice(sets.typical.values(), IMAGES))),
    )


def _title(findings: RunFindings) -> str:
    return f"{wording.VERDICT_LABELS[findings.verdict]}: {findings.headline or findings.summary}"


def _false_alarms(rate: float) -> str:
    return (
        f"Of 100 comparisons of sets without a difference about {100 * rate:.3g} would say drift, "
        "all columns together."
    )
