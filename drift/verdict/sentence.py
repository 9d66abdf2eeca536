"""The words for what drifted: a headline, and what moved how far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from drift.comparison.columns.columns import NEAR_COPIES
from drift.comparison.segments.judged import JudgedSegment
from drift.verdict.headline.logged import numbers_opening
from drift.verdict.headline.named import look_of, says_of, to_name
from drift.verdict.headline.reach import capped_reach
from drift.verdict.moves import describe_move, size_of, title_of
from drift.verdict.yardstick import REFERENCE_ALONE, Yardstick
from reference_stats.model_view.measures import measure_named
from reference_stats.model_view.view_scores import view_score_named
from reports.findings.columns import Finding, Multivariate
from reports.findings.effect_sizes import TAILS
from reports.findings.images import ImageCounts
from reports.findings.remarks import Remark
from reports.words.numbers import counted, listed, sentence
from reports.words.segments import name_in_words

_LOOKS_NAMED = 2
_MOVES_NAMED = 2
_MOST = 0.5
LONGEST_HEADLINE = 120
"""A headline with a cause is at most so long, unless the cause alone is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence, its beginning without the numbers, and the columns whose moves that names."""

    headline: str
    summary: str
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What a verdict is about, and what it is measured by.

    Attributes
    ----------
    images
        The window's images.
    compared
        How many of them were compared; None where all that were analysed.
    affected
        At least so many of them differ; None where that cannot be said.
    where
        Where and since when it sits, as a part of a sentence; may be empty.
    reasons
        The number of images left out per reason.
    yardstick
        What the window is compared with.
    segment
        The segment that the drift is about; None for the whole window.
    more_segments
        How many further values of the same segment column drifted.
    tested_segments
        How many segments were tested by themselves.
    numbers
        The names of the log's further numbers.
    """

    images: ImageCounts
    affected: int | None = None
    where: str = ""
    reasons: Mapping[str, int] = field(default_factory=dict)
    yardstick: Yardstick = REFERENCE_ALONE
    segment: JudgedSegment | None = None
    more_segments: int = 0
    tested_segments: int = 0
    numbers: frozenset[str] = frozenset()
    compared: int | None = None

    def about(self) -> str:
        """Return the number of images in words."""
        if self.affected is None:
            return counted(self.images.analysed, "image")
        return f"at least {self.affected:,} of {counted(self.images.analysed, 'image')}"

    def placed(self, opening: str) -> str:
        """Return an opening with the place behind it."""
        comma = "" if self.where.startswith("since") else ","
        return f"{opening}{comma} {self.where}" if self.where else opening


def moved(drifted: Sequence[Finding], extent: Extent) -> Sentence:
    """Return what is said where columns drifted."""
    named = to_name(drifted)
    moves = [describe_move(finding) for finding in _to_measure(named, drifted)]
    more = len(drifted) - len(moves)
    tail = f" and {more} more" if more > 0 else ""
    headline = extent.placed(_opening(named, drifted, extent))
    return Sentence(
        headline=headline,
        summary=f"{headline}: {', '.join(moves)}{tail}; {extent.about()}.",
        named=_in_headline(named),
    )


def moved_in_segment(segment: JudgedSegment, extent: Extent, *, whole_drifted: bool) -> Sentence:
    """Return what is said where the drift is about one segment.

    Parameters
    ----------
    whole_drifted
        Whether all images together drifted too.
    """
    drifted = segment.drifted
    named = to_name(drifted)
    opening = _opening(named, drifted, extent)
    more = f" and {extent.more_segments} more" if extent.more_segments else ""
    name = name_in_words(segment.segment.column, segment.segment.value)
    headline = extent.placed(f"{sentence(name)}{more}: {opening[:1].lower()}{opening[1:]}")
    moves = [describe_move(finding) for finding in _to_measure(named, drifted)]
    others = len(drifted) - len(moves)
    tail = f" and {others} more" if others > 0 else ""
    come = "comes" if segment.images == 1 else "come"
    too = " All images together drifted too." if whole_drifted else ""
    return Sentence(
        headline=headline,
        summary=(
            f"{headline}, {', '.join(moves)}{tail}; {segment.images:,} of "
            f"{counted(extent.images.analysed, 'image')} {come} from {name}.{too}"
        ),
        named=_in_headline(named),
    )


def _in_headline(named: Sequence[Finding]) -> tuple[str, ...]:
    """Return the columns whose looks a headline names, in its order."""
    looks: dict[str, str] = {}
    for finding in named:
        looks.setdefault(look_of(finding), finding.name)
    return tuple(looks.values())[:_LOOKS_NAMED]


def moved_jointly(joint: Multivariate, extent: Extent) -> Sentence:
    """Return what is said where only the features together drifted."""
    usual = extent.yardstick.as_usual
    headline = extent.placed(f"The numbers of the images no longer go together as {usual}")
    return Sentence(headline=headline, summary=f"{headline}: {joint.because}; {extent.about()}.")


def caused(cause: Remark, drifted: Sentence, yardstick: Yardstick = REFERENCE_ALONE) -> Sentence:
    """Return what is said of a drift whose cause is known: the cause comes first."""
    return Sentence(
        headline=_short_headline(cause.headline, drifted.headline, f" {yardstick.than}"),
        summary=f"{cause.text} {drifted.summary}",
        named=drifted.named,
    )


def _short_headline(cause: str, drifted: str, than: str) -> str:
    """Return the cause with what drifted behind it, or the cause alone where that gets too long."""
    whole = f"{cause}: {drifted[:1].lower()}{drifted[1:]}"
    # The cause has named the reference already.
    shorter = whole.replace(f"{than} ", " ").removesuffix(than)
    return next((one for one in (whole, shorter) if len(one) <= LONGEST_HEADLINE), cause)


def _to_measure(named: Sequence[Finding], drifted: Sequence[Finding]) -> list[Finding]:
    """Return what the headline names, and the largest move where it is larger than those."""
    told = list(named[:_MOVES_NAMED])
    told += [one for one in named[_MOVES_NAMED:] if view_score_named(one.name) is not None]
    largest = min(drifted, key=lambda one: (-capped_reach(one), -size_of(one), one.name))
    if all(capped_reach(largest) > capped_reach(one) for one in told):
        told.append(largest)
    return told


def _opening(named: Sequence[Finding], drifted: Sequence[Finding], extent: Extent) -> str:
    yardstick = extent.yardstick
    if named and says_of(named[0]) and not yardstick.is_days:
        some = "Some images" if _is_about_some(named[0]) else "Images"
        return f"{some} {says_of(named[0])} the reference does not"
    words = list(dict.fromkeys(look_of(finding) for finding in named))
    if words:
        partly = all(_is_about_some(finding) for finding in named)
        some = "Some images" if partly else "Images"
        return f"{some} are {listed(words[:_LOOKS_NAMED])} {yardstick.than}"
    alike = [finding for finding in drifted if finding.pile is not None]
    if len(alike) == len(drifted) and not yardstick.is_days:
        titles = [title_of(finding) for finding in alike]
        return (
            f"Unusually many {_whose(alike, extent)} are alike in {listed(titles[:_LOOKS_NAMED])}"
        )
    about_images = any(_is_about_images(finding) for finding in drifted)
    numbers = [finding for finding in drifted if finding.name in extent.numbers]
    if numbers and not about_images:
        return numbers_opening(numbers, yardstick.as_usual)
    whose = "The images" if about_images else "The model's predictions"
    if yardstick.is_days:
        return f"{whose} are not as {yardstick.as_usual}"
    return f"{whose} have moved away from the reference"


def _whose(alike: Sequence[Finding], extent: Extent) -> str:
    if all(_is_about_images(finding) for finding in alike):
        return "images"
    return "rows" if all(one.name in extent.numbers for one in alike) else "predictions"


def _is_about_images(finding: Finding) -> bool:
    return finding.name == NEAR_COPIES or measure_named(finding.name) is not None


def _is_about_some(finding: Finding) -> bool:
    """Tell whether most images stayed: where most of them left, all have moved."""
    is_share = finding.constant is not None or finding.direction in TAILS
    return is_share and (finding.effect or 0.0) < _MOST
