"""Turning a family of columns into the scores that are permuted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drift.comparison.effects import Effect, NormalSides
from drift.comparison.families import Family
from drift.comparison.methods.classes import (
    CHI_SQUARE,
    UnitLabels,
    class_scores,
    with_means_for_missing,
)
from drift.comparison.methods.common_direction import (
    CommonDirection,
    common_direction,
)
from drift.comparison.methods.location import LOCATION
from drift.comparison.methods.method import CountMethod, ScoreMethod
from drift.comparison.methods.normal_scores import normal_scores
from drift.comparison.methods.registry import COUNT_METHODS, NUMERIC_METHODS, VIEW_METHODS
from drift.comparison.methods.whitening import JointScores, joint_scores
from drift.comparison.permutation.bin_counts import BinCounts, BinStatistic
from drift.comparison.permutation.scores import (
    LinearStatistic,
    QuadraticStatistic,
    ScoreTable,
    SpectralStatistic,
    VectorStatistic,
    standardised,
)
from drift.comparison.permutation.statistic_key import StatisticKey
from drift.seed import SEED
from reference_stats.model_view.view_scores import NOVELTY
from reports.findings.effect_sizes import COMMON_DIRECTION, LARGEST_EFFECT

JOINT = "joint"
DISTANCE = "distance"
HOTELLING = StatisticKey(group=JOINT, method="hotelling")
DIRECTION = StatisticKey(group=JOINT, method="direction")
NOVEL_WAY = StatisticKey(group=NOVELTY.name, method=COMMON_DIRECTION)
_FEWEST_FOR_JOINT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFamily:
    """A family's scores, and what the joint view of its columns looks like.

    Attributes
    ----------
    table
        The scores; groups are the columns' names and `JOINT`.
    columns
        The numeric columns, in the order of `normal` and of the joint scores.
    normal
        Normal scores of shape (units, numeric columns), the window's rows first.
    joint
        None where fewer than two columns are looked at jointly.
    together
        The columns of `joint`.
    missing
        Where `normal` stands for no number, of the same shape.
    novel_way
        Where novel units lie to a model; None where that is not known.
    """

    table: ScoreTable
    columns: tuple[str, ...]
    normal: NDArray[np.float64]
    joint: JointScores | None
    together: tuple[str, ...]
    missing: NDArray[np.bool_]
    novel_way: CommonDirection | None = None

    def further_effects(self, column: str) -> dict[str, Effect]:
        """Return by method how far a column moved in ways that its own numbers do not tell."""
        if self.novel_way is None or column != NOVELTY.name:
            return {}
        distance = min(self.novel_way.distance(self.table.current_units), LARGEST_EFFECT)
        return {COMMON_DIRECTION: Effect(size=distance, direction="up")}

    def sides(self, column: str) -> NormalSides | None:
        """Return a column's normal scores by side; None for one that does not vary here."""
        if column not in self.columns:
            return None
        place, split = self.columns.index(column), self.table.current_units
        scores, known = self.normal[:, place], ~self.missing[:, place]
        return NormalSides(
            reference=scores[split:][known[split:]], current=scores[:split][known[:split]]
        )

    def values_in_bin(
        self, family: Family, key: StatisticKey, number: int
    ) -> tuple[float, float] | None:
        """Return the smallest and largest value in a bin of a column; None where it has none.

        Parameters
        ----------
        family
            The family that was scored.
        key
            A statistic that counts units in bins.
        number
            Which of its bins.
        """
        method = next(one for one in COUNT_METHODS if one.name == key.method)
        place = self.columns.index(key.group)
        missing = self.missing[:, place]
        inside = method.bins(self.normal[:, place], missing)[:, number] & ~missing
        values = family.pooled(key.group).to_numpy(dtype=np.float64)[inside]
        return (float(values.min()), float(values.max())) if len(values) else None


def score_family(
    family: Family,
    methods: tuple[ScoreMethod, ...] | None = None,
    count_methods: tuple[CountMethod, ...] | None = None,
) -> ScoredFamily:
    """Return the scores of all columns of a family that can vary.

    Parameters
    ----------
    methods, count_methods
        What is looked at in numbers, by scores and by counts; None for `NUMERIC_METHODS` and
        `COUNT_METHODS`, or for `VIEW_METHODS` alone in a model's view: images of a new kind lie
        above the others, where piles find no more.
    """
    usual = (VIEW_METHODS, ()) if family.of_view else (NUMERIC_METHODS, COUNT_METHODS)
    numbers = family.pooled_numbers()
    normal = normal_scores(numbers)
    middles = _normal_means(family) if family.has_several_rows else normal
    varies = normal.any(axis=0) | middles.any(axis=0)
    varying = np.flatnonzero(varies)
    names = tuple(family.numbers[column] for column in varying)
    normal, middles = normal[:, varying], middles[:, varying]
    together = [column for column, name in enumerate(names) if name in family.joint]
    draft = _Draft()
    missing = ~np.isfinite(numbers[:, varying])
    used = usual[0] if methods is None else methods
    draft.add_numbers(normal, names, middles=middles, missing=missing, methods=used)
    counted = usual[1] if count_methods is None else count_methods
    draft.add_bins(normal, names, missing=missing, methods=counted)
    joint = None
    if len(together) >= _FEWEST_FOR_JOINT:
        joint = joint_scores(normal[:, together])
        draft.add_joint(joint, tuple(names[column] for column in together))
    novel_way = _novel_way(family, names, normal, missing)
    draft.add_novel_way(novel_way)
    for name in sorted(family.classes):
        draft.add_classes(name, family.pooled_labels(name))
    return ScoredFamily(
        table=draft.table(current_units=len(family.current)),
        columns=names,
        normal=normal,
        joint=joint,
        together=tuple(names[column] for column in together),
        missing=missing,
        novel_way=novel_way,
    )


def _novel_way(
    family: Family,
    names: tuple[str, ...],
    normal: NDArray[np.float64],
    missing: NDArray[np.bool_],
) -> CommonDirection | None:
    """Return where the novel units lie to a model; None where that is not known."""
    if family.directions is None or NOVELTY.name not in names:
        return None
    place = names.index(NOVELTY.name)
    return common_direction(normal[:, place], missing[:, place], family.directions)


def _normal_means(family: Family) -> NDArray[np.float64]:
    """Return normal scores of the means within units, of the shape of the family's numbers."""
    means = [family.pooled_means(name).to_numpy(dtype=np.float64) for name in family.numbers]
    return normal_scores(np.column_stack(means) if means else np.zeros((sum(family.units), 0)))


@dataclass(slots=True)
class _Draft:
    """Score blocks and statistics while a table is put together."""

    blocks: list[NDArray[np.float64]] = field(default_factory=list)
    linear: list[LinearStatistic] = field(default_factory=list)
    # Quadratic statistics with the keys of their members, because constant scores fall away.
    quadratic: list[tuple[StatisticKey, list[StatisticKey], NDArray[np.float64]]] = field(
        default_factory=list
    )
    bins: list[BinStatistic] = field(default_factory=list)
    spectral: SpectralStatistic | None = None
    vector: VectorStatistic | None = None

    def add_numbers(
        self,
        normal: NDArray[np.float64],
        groups: tuple[str, ...],
        *,
        number: str = "",
        middles: NDArray[np.float64] | None = None,
        missing: NDArray[np.bool_] | None = None,
        methods: tuple[ScoreMethod, ...] = NUMERIC_METHODS,
    ) -> None:
        """Add the statistics of some numbers.

        `normal` holds a value drawn from each unit, `middles` the unit's mean where that differs:
        the mean says where a unit lies, but means of several values are narrower than a value.
        `missing` says where `normal` stands for no number; `number` as of `StatisticKey`.
        """
        for method in methods:
            used = middles if method.name == LOCATION.name and middles is not None else normal
            scores = method.scores(used)
            self.blocks.append(
                scores if missing is None else with_means_for_missing(scores, missing)
            )
            self.linear.extend(
                LinearStatistic(
                    key=StatisticKey(group=group, method=method.name, number=number),
                    two_sided=method.two_sided,
                )
                for group in groups
            )

    def add_bins(
        self,
        normal: NDArray[np.float64],
        groups: tuple[str, ...],
        *,
        missing: NDArray[np.bool_],
        methods: tuple[CountMethod, ...],
    ) -> None:
        """Add the statistics that count units in bins of the pooled sample."""
        for method in methods:
            for group, values, gaps in zip(groups, normal.T, missing.T, strict=True):
                members = method.bins(values, gaps)
                if members.shape[1]:
                    key = StatisticKey(group=group, method=method.name)
                    self.bins.append(BinStatistic(key=key, members=members))

    def add_joint(self, joint: JointScores, names: tuple[str, ...]) -> None:
        distances = normal_scores(joint.distances[:, None])
        self.add_numbers(distances, (JOINT,), number=DISTANCE)
        members = [StatisticKey(group=name, method=LOCATION.name) for name in names]
        self.quadratic.append((HOTELLING, members, joint.whitening))
        self.spectral = SpectralStatistic(key=DIRECTION, whitened=joint.whitened.astype(np.float32))

    def add_novel_way(self, found: CommonDirection | None) -> None:
        if found is not None:
            self.vector = VectorStatistic(key=NOVEL_WAY, vectors=found.vectors)

    def add_classes(self, name: str, labels: UnitLabels) -> None:
        scores = class_scores(labels)
        members = [StatisticKey(group=name, method=f"share of {label!r}") for label in scores.names]
        self.blocks.append(scores.indicators)
        self.linear.extend(LinearStatistic(key=member, two_sided=True) for member in members)
        together = StatisticKey(group=name, method=CHI_SQUARE)
        self.quadratic.append((together, members, scores.root))

    def table(self, current_units: int) -> ScoreTable:
        scores, varying = standardised(self.blocks, self.linear)
        position = {statistic.key: column for column, statistic in enumerate(varying)}
        return ScoreTable(
            scores=scores,
            current_units=current_units,
            linear=varying,
            quadratic=tuple(self._placed(position)),
            spectral=self.spectral,
            vector=self.vector,
            bins=BinCounts.of(self.bins, SEED),
        )

    def _placed(self, position: dict[StatisticKey, int]) -> Iterator[QuadraticStatistic]:
        for key, members, root in self.quadratic:
            present = [index for index, member in enumerate(members) if member in position]
            if present:
                yield QuadraticStatistic(
                    key=key,
                    members=np.array([position[members[index]] for index in present]),
                    root=root[present],
                )
