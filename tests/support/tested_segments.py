"""Example segments that were tested beside their own normal days."""

from __future__ import annotations

from collections.abc import Sequence

from reports.findings.answers import State
from reports.findings.places import SegmentColumn, SegmentTest, SegmentTests, UntestedSegment

BLURRED = SegmentColumn(
    name="sharpness",
    effect=1.3,
    direction="down",
    usual=140.2,
    current=98.1,
    difference=-1.3,
    day_spread=0.12,
)
FEWER = SegmentColumn(
    name="breed",
    effect=0.24,
    direction="shares",
    usual=0.31,
    current=0.07,
    difference=-0.8,
    day_spread=0.1,
    label="beagle",
)


def one_segment(
    value: str,
    *columns: SegmentColumn,
    column: str = "camera",
    state: State = State.STEADY,
    images: int = 60,
    reference_images: int | None = None,
) -> SegmentTest:
    """Return a segment whose strongest columns are these."""
    drifts = state is State.DRIFT
    return SegmentTest(
        column=column,
        value=value,
        images=images,
        days=28 if reference_images is None else 0,
        state=state,
        statistic=6.1 if drifts else 1.7,
        p_value=0.00001 if drifts else 0.4,
        adjusted_p_value=0.0002 if drifts else 1.0,
        threshold=0.01,
        strongest=columns[0],
        drifted=columns if drifts else (),
        since="2025-03-13T00:00:00Z" if drifts and reference_images is None else "",
        reference_images=reference_images,
    )


def not_tested_for(names: Sequence[str], reason: str) -> tuple[UntestedSegment, ...]:
    """Return cameras that were not tested for a reason."""
    return tuple(
        UntestedSegment(column="camera", value=name, images=12, reason=reason) for name in names
    )


ONE_CAMERA = SegmentTests(
    tested=(
        one_segment("gate-3", BLURRED, FEWER, state=State.DRIFT),
        one_segment("gate-1", BLURRED),
        one_segment("large", FEWER, column="client", images=180),
    ),
    not_tested=not_tested_for(["gate-8", "gate-9"], "known on 2 of 7 normal days of its own"),
    not_listed=4,
    is_headline=True,
)
BESIDE_REFERENCE = SegmentTests(
    tested=(
        one_segment("gate-3", BLURRED, state=State.DRIFT, reference_images=1_100),
        one_segment("gate-1", BLURRED, reference_images=120),
    ),
    not_tested=not_tested_for(
        ["gate-8"], "fewer than 30 independent images of it in the reference"
    ),
    is_headline=True,
)
QUIET = SegmentTests(tested=(one_segment("gate-1", BLURRED), one_segment("gate-2", FEWER)))


def hostile(labels: Sequence[str]) -> SegmentTests:
    """Return segments whose every name tries to break the page."""
    column = SegmentColumn(
        name=labels[0],
        effect=0.2,
        direction="shares",
        usual=0.1,
        current=0.3,
        difference=0.5,
        day_spread=0.1,
        label=labels[1],
    )
    return SegmentTests(
        tested=tuple(one_segment(one, column, column=one, state=State.DRIFT) for one in labels),
        not_tested=not_tested_for(labels, "too few"),
        is_headline=True,
    )
