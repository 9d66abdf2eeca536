"""How production differs from the reference, whatever today is like."""

from __future__ import annotations

from collections.abc import Iterator

from drift.comparison.columns.doubts import shorten_label
from drift.comparison.compare import Comparison
from drift.comparison.methods.location import LOCATION
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.days.judging.compare_days import NormalDays
from drift.days.judging.families import DaysFamily
from drift.days.model.level import ScoreLevel, level_of
from drift.days.model.random_effects.family_rows import rows_of
from drift.days.scale import JOINT
from drift.run_request import as_text
from reference_stats.features.registry import feature_named
from reports.findings.answers import State
from reports.findings.class_shares import shares_by_name
from reports.findings.columns import Finding
from reports.findings.days import Level, LevelColumn, LevelState
from reports.findings.effect_sizes import SHARE_PER_DEVIATION, in_deviations
from reports.words.normal_days import block_noun, blocks_words

_SHARE_OF = "share of "
# With a single block nothing is known of how blocks differ.
_FEWEST_BLOCKS = 2


def level_over_days(
    normal: NormalDays, *, effect_to_see: float, unit: str, accepted_run: str
) -> Level:
    """Return how normal blocks differ from the reference; at least two are normal.

    Parameters
    ----------
    effect_to_see
        What matters, in reference standard deviations: a column differs where its 95 % interval
        lies beyond. A tenth of a share counts as half a deviation.
    unit
        What a block is.
    accepted_run
        The run with which a person accepted this level.
    """
    places = normal.normal
    newest = normal.times.regimes[places[-1]]
    own = places[normal.times.regimes[places] == newest]
    columns = sorted(
        (one for family in normal.families for one in _columns(family, normal)),
        key=lambda one: (-_size(one), one.name, one.label),
    )
    differ = tuple(one for one in columns if _beyond(one) > effect_to_see)
    state = LevelState.DIFFERS if differ else LevelState.ALIKE
    shown = differ or tuple(columns[:1])
    return Level(
        state=state,
        blocks=len(own),
        summary=_summary(shown[0], state, len(own), unit) if shown else "",
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


def has_days_for_level(normal: NormalDays | None) -> bool:
    """Tell whether there are enough normal blocks to say how they differ."""
    return normal is not None and normal.number >= _FEWEST_BLOCKS and bool(normal.families)


def _columns(family: DaysFamily, normal: NormalDays) -> Iterator[LevelColumn]:
    """Yield the columns of one family: numbers by their location, classes by their shares."""
    levels = level_of(rows_of(family.means, normal.normal), normal.normal_times)
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


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _title(column: LevelColumn) -> str:
    feature = feature_named(column.name)
    name = column.name if feature is None else feature.title
    title = f"the share of {shorten_label(column.label)} in {name}" if column.label else name
    return f"{title[:1].lower()}{title[1:]}" if feature is not None else title


def _amount(column: LevelColumn) -> str:
    return f"{_plain(column, abs(column.difference))}{_unit(column)}"


def _plain(column: LevelColumn, amount: float) -> str:
    return f"{100 * amount:.1f}" if column.label else f"{amount:.2f}"


def _unit(column: LevelColumn) -> str:
    return " points" if column.label else " sigma"
