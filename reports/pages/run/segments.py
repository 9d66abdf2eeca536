"""What a run's page says of the segments that were tested by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reference_stats.model_view.measures import Measure
from reports.findings.answers import State
from reports.findings.places import SegmentColumn, SegmentTest, SegmentTests
from reports.findings.run import RunFindings
from reports.words.numbers import counted, day, listed, p_words
from reports.words.segments import moved_words, name_in_words, short_label, value_words
from reports.words.wording import column_title

_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRow:
    """One tested segment.

    Attributes
    ----------
    state
        The answer.
    images, rests_on
        How many images, and on how many normal days of its own, or images in the reference, the
        test rests.
    column
        The column that lies farthest out, in words.
    moved
        How far it moved and what that looks like.
    usual, current
        Its value on the segment's own normal days, or in its part of the reference, and now.
    p_value
        Adjusted for everything that the run tests.
    more
        How many further columns drifted, in words; empty for none.
    since
        Since when the segment has been unusual, in words; empty where it is not.
    """

    name: str
    state: State
    images: str
    rests_on: str
    column: str
    moved: str
    usual: str
    current: str
    p_value: str
    more: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentsView:
    """The segments of a window.

    Attributes
    ----------
    drifted, quiet
        The tested ones.
    summary
        How many were tested and how many of them drifted.
    together
        Why none of them drifted although the page says that the drift sits in a part; else empty.
    not_tested
        A sentence for each reason for which some were not tested.
    is_beside_reference
        Whether they were compared with the reference.
    """

    drifted: tuple[SegmentRow, ...]
    quiet: tuple[SegmentRow, ...]
    summary: str
    together: str
    not_tested: tuple[str, ...]
    is_beside_reference: bool


def segments_view(findings: RunFindings, features: Mapping[str, Measure]) -> SegmentsView | None:
    """Return what a run's page says of its segments; None where it has none.

    Parameters
    ----------
    features
        Plain words by column name.
    """
    tests = findings.segment_tests
    if tests is None or not (tests.tested or tests.not_tested):
        return None
    rows = [_row(one, features) for one in tests.tested]
    return SegmentsView(
        drifted=tuple(row for row in rows if row.state is State.DRIFT),
        quiet=tuple(row for row in rows if row.state is not State.DRIFT),
        summary=_summary(tests),
        together=_together(findings, tests),
        not_tested=tuple(_not_tested(tests)),
        is_beside_reference=_is_beside_reference(tests),
    )


def _summary(tests: SegmentTests) -> str:
    if not tests.tested:
        return "No part of the traffic could be tested by itself."
    drifted, number = len(tests.drifted), len(tests.tested)
    how_many = f"{drifted} of them moved" if drifted else "none of them moved"
    parts = counted(number, "part")
    if number == 1:
        how_many = "it moved" if drifted else "it did not move"
    if _is_beside_reference(tests):
        return (
            f"{parts} of the traffic {'was' if number == 1 else 'were'} compared with "
            f"{'its' if number == 1 else 'their'} own images in the reference: {how_many} by more "
            "than chance."
        )
    return (
        f"{parts} of the traffic {'was' if number == 1 else 'were'} compared with normal days of "
        f"{'its' if number == 1 else 'their'} own: {how_many} by more than those differ."
    )


def _together(findings: RunFindings, tests: SegmentTests) -> str:
    compared = {one.column for one in tests.tested}
    if tests.drifted or not any(one.column in compared for one in findings.segments):
        return ""
    few = "images" if _is_beside_reference(tests) else "images or normal days"
    return (
        f"A part alone has too few {few} to show by itself the drift that all images show "
        "together. From which part that drift comes:"
    )


def _is_beside_reference(tests: SegmentTests) -> bool:
    return any(one.reference_images is not None for one in tests.tested)


def _row(test: SegmentTest, features: Mapping[str, Measure]) -> SegmentRow:
    column, more = test.strongest, len(test.drifted) - 1
    return SegmentRow(
        name=name_in_words(test.column, test.value),
        state=test.state,
        images=f"{test.images:,}",
        rests_on=str(test.days) if test.reference_images is None else f"{test.reference_images:,}",
        column=_title(column, features),
        moved=moved_words(column, features.get(column.name)),
        usual=value_words(column, column.usual),
        current=value_words(column, column.current),
        p_value=p_words(test.adjusted_p_value),
        more=f"and {counted(more, 'more column')}" if more > 0 else "",
        since=f"since {day(test.since)}" if test.since else "",
    )


def _title(column: SegmentColumn, features: Mapping[str, Measure]) -> str:
    title = column_title(column.name, features)
    return f"{title}: {short_label(column.label)}" if column.label else title


def _not_tested(tests: SegmentTests) -> Iterable[str]:
    by_reason: dict[str, list[str]] = {}
    for one in tests.not_tested:
        by_reason.setdefault(one.reason, []).append(name_in_words(one.column, one.value))
    for reason, names in by_reason.items():
        yield f"Not tested ({reason}): {listed(names, _NAMED)}."
    if tests.not_listed:
        yield f"{counted(tests.not_listed, 'more part')} not tested."
