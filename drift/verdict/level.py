"""How production differs from the reference, whatever today is like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drift.across_runs.marks import MarkedWindow
from drift.comparison.columns.columns import ColumnRole, LinedUp
from drift.comparison.columns.doubts import shorten_label
from drift.comparison.compare import Comparison
from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.blocks import BlockRecord
from drift.days.judging.compare_days import NormalDays
from drift.days.judging.families import DaysFamily
from drift.days.model.level import ScoreLevel, level_of
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.scale import JOINT
from drift.run_request import as_text
from drift.verdict.accepted_level import MovedOn, moved_on
from jobs.times.windows import TimeWindow
from reference_stats.model_view.measures import measure_named
from reports.findings.answers import State
from reports.findings.class_shares import shares_by_name
from reports.findings.columns import Finding
from reports.findings.days import Level, LevelColumn, LevelState
from reports.findings.effect_sizes import SHARE_PER_DEVIATION, in_deviations
from reports.words.normal_days import block_noun, blocks_words

_SHARE_OF = "share of "
# With a single block nothing is known of how blocks differ.
_FEWEST_BLOCKS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPlan:
    """By what a level over days is told.

    Attributes
    ----------
    effect_to_see
        What matters, in reference standard deviations: a column differs where its 95 % interval
        lies beyond. A tenth of a share counts as half a deviation.
    unit
        What a block is.
    accepted
        The window with which a person accepted a level last. Where the level differs and has
        moved on since, by more than `effect_to_see`, it stands out again.
    """

    effect_to_see: float
    unit: str
    accepted: MarkedWindow | None


def level_over_days(
    normal: NormalDays, places: NDArray[np.int64], lined_up: LinedUp, plan: LevelPlan
) -> Level:
    """Return how normal blocks differ from the reference; at least two are normal.

    Parameters
    ----------
    places
        The blocks that count, of those that teach what is normal: see `places_of_level`.
    """
    own = _of_last_level(normal, places)
    known = {family.role: _known_places(family, normal, places) for family in normal.families}
    by_role = {
        family.role: tuple(_columns(family, normal, known[family.role]))
        for family in normal.families
        if len(known[family.role])
    }
    columns = sorted(
        (one for some in by_role.values() for one in some),
        key=lambda one: (-_size(one), one.name, one.label),
    )
    differ = tuple(one for one in columns if _beyond(one) > plan.effect_to_see)
    state = LevelState.DIFFERS if differ else LevelState.ALIKE
    shown = differ or tuple(columns[:1])
    summary = ""
    if shown:
        role = next(role for role, some in by_role.items() if shown[0] in some)
        blocks = len(_of_last_level(normal, known[role]))
        summary = _summary(shown[0], state, blocks, plan.unit)
    accepted = plan.accepted
    accepted_run = "" if accepted is None else accepted.run_id
    if accepted is not None and differ:
        numbers = {one.name: one for one in columns if not one.label}
        moved = moved_on(normal, lined_up, accepted, numbers, effect_to_see=plan.effect_to_see)
        if moved is not None:
            summary = f"{summary} {_moved_words(moved, accepted_run)}"
            accepted_run = ""
    return Level(
        state=state,
        blocks=len(own),
        summary=summary,
        columns=shown,
        since=as_text(normal.records[int(own[0])].block.start),
        accepted_run=accepted_run,
    )


def level_of_window(comparison: Comparison, *, effect_to_see: float) -> Level:
    """Return how a window alone differs from the reference, as the exact test says.

    Parameters
    ----------
    comparison
        The comparison with the reference.
    """
    moved = [one for one in comparison.findings if _moved_far(one, effect_to_see)]
    moved.sort(key=lambda one: (-in_deviations(one.effect or 0.0, one.direction), one.name))
    columns = tuple(_of_window(one) for one in moved)
    if not columns:
        return Level(
            state=LevelState.ALIKE,
            blocks=0,
            summary="No number of this window lies far from the reference.",
        )
    return Level(
        state=LevelState.DIFFERS,
        blocks=0,
        summary=(
            f"In this window {_title(columns[0])} differs from the reference by "
            f"{_amount(columns[0])}."
        ),
        columns=columns,
    )


def places_of_level(
    normal: NormalDays, in_reference: Callable[[TimeWindow], bool]
) -> NDArray[np.int64]:
    """Return the normal blocks that say how production differs from the reference.

    A block of the reference's own stretch of the log is like it, whatever production is like. None
    counts where there are too few, or where no column is known.
    """
    places = np.array(
        [at for at in normal.normal.tolist() if not in_reference(_span(normal.records[at]))],
        dtype=np.int64,
    )
    enough = len(places) >= _FEWEST_BLOCKS and bool(normal.families)
    return places if enough else places[:0]


def _span(record: BlockRecord) -> TimeWindow:
    return TimeWindow(start=record.block.start, end=record.block.end)


def _of_last_level(normal: NormalDays, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the blocks of the level that the last of some blocks has; at least one."""
    regimes = normal.times.regimes[places]
    last: NDArray[np.int64] = places[regimes == regimes[-1]]
    return last


def _known_places(
    family: DaysFamily, normal: NormalDays, places: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the blocks that say how a family differs; none where they are too few.

    A new model may have looked at a part of the blocks, and must have at two of the last level.
    """
    if family.role is not ColumnRole.VIEW:
        return places
    known: NDArray[np.int64] = places[np.isfinite(family.means.means[places]).any(axis=1)]
    newest = normal.times.regimes[places[-1]]
    enough = int((normal.times.regimes[known] == newest).sum()) >= _FEWEST_BLOCKS
    return known if enough else known[:0]


def _columns(
    family: DaysFamily, normal: NormalDays, places: NDArray[np.int64]
) -> Iterator[LevelColumn]:
    """Yield the columns of one family: numbers by their location, classes by their shares."""
    levels = level_of(rows_of(family.means, places), normal.times.take(places))
    for at, key in enumerate(family.means.keys):
        if key not in levels or key.group == JOINT:
            continue
        if key.method == LOCATION.name:
            yield _column(key, levels[key], 1.0, "")
        elif key.method.startswith(_SHARE_OF):
            yield _column(key, levels[key], float(family.means.unit[at]), _label(key))


def _column(key: StatisticKey, level: ScoreLevel, unit: float, label: str) -> LevelColumn:
    return LevelColumn(
        name=key.group,
        difference=level.difference * unit,
        low=level.low * unit,
        high=level.high * unit,
        day_spread=level.day_spread * unit,
        label=label,
    )


def _label(key: StatisticKey) -> str:
    return key.method.removeprefix(_SHARE_OF)[1:-1]


def _size(column: LevelColumn) -> float:
    return abs(column.difference) / (SHARE_PER_DEVIATION if column.label else 1.0)


def _beyond(column: LevelColumn) -> float:
    """Return how far from 0 the whole interval lies, in deviations; 0 where it holds 0."""
    nearest = max(column.low, -column.high, 0.0)
    return nearest / (SHARE_PER_DEVIATION if column.label else 1.0)


def _moved_far(finding: Finding, effect_to_see: float) -> bool:
    far = in_deviations(finding.effect or 0.0, finding.direction) >= effect_to_see
    return finding.state is State.DRIFT and far


def _of_window(finding: Finding) -> LevelColumn:
    """Return how far a column lies from the reference: of classes the one that moved most."""
    label, difference = "", _signed(finding)
    if finding.categories:
        shares = shares_by_name(finding.categories, finding.renamed)
        label = max(shares, key=lambda one: abs(shares[one][1] - shares[one][0]))
        difference = shares[label][1] - shares[label][0]
    return LevelColumn(
        name=finding.name,
        difference=difference,
        low=difference,
        high=difference,
        day_spread=0.0,
        label=label,
    )


def _signed(finding: Finding) -> float:
    """Return the effect in deviations: a share of images counts as those that matter as much."""
    size = in_deviations(finding.effect or 0.0, finding.direction)
    return -size if finding.direction in {"down", "lower_tail"} else size


def _summary(column: LevelColumn, state: LevelState, blocks: int, unit: str) -> str:
    half = (column.high - column.low) / 2
    over = f"over {blocks_words(blocks, unit)}"
    vary = f"{block_noun(unit)}s vary by {_plain(column, column.day_spread)}"
    more = "more" if column.difference > 0 else "less"
    amount = f"{_plain(column, abs(column.difference))} ± {_plain(column, half)}{_unit(column)}"
    if state is LevelState.ALIKE:
        return (
            f"Production is like the reference: {_title(column)}, which is farthest off, lies "
            f"{amount} {'above' if column.difference > 0 else 'below'} it {over}; {vary}."
        )
    if column.label:
        return _sentence(
            f"{_title(column)} is {amount} {more} than in the reference {over}; {vary}."
        )
    way = "higher" if column.difference > 0 else "lower"
    return _sentence(f"{_title(column)} is {way} than in the reference by {amount} {over}; {vary}.")


def _moved_words(moved: MovedOn, run: str) -> str:
    way = "higher" if moved.moved > 0 else "lower"
    return (
        f"Since it was accepted with the run {run}, {_number_title(moved.name)} has moved on: it "
        f"is {way} by {abs(moved.moved):.2f} ± {moved.half:.2f} sigma."
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _title(column: LevelColumn) -> str:
    if not column.label:
        return _number_title(column.name)
    return f"the share of {shorten_label(column.label)} in {column.name}"


def _number_title(name: str) -> str:
    measure = measure_named(name)
    return name if measure is None else f"{measure.title[:1].lower()}{measure.title[1:]}"


def _amount(column: LevelColumn) -> str:
    return f"{_plain(column, abs(column.difference))}{_unit(column)}"


def _plain(column: LevelColumn, amount: float) -> str:
    return f"{100 * amount:.1f}" if column.label else f"{amount:.2f}"


def _unit(column: LevelColumn) -> str:
    return " points" if column.label else " sigma"
