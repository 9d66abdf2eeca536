"""The cells of the benchmark: what is drawn for each run of each of them."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from benchmarks.detection_parts.detectors import Trial
from benchmarks.detection_parts.picture_features import Fault
from benchmarks.detection_parts.predictions import double_class, lower_confidence
from benchmarks.detection_parts.seeds import generator_for
from benchmarks.detection_parts.tables import Population, Structure

# A value that a larger part of the reference has is one that near-copies share.
_SHARED = 0.02
_JITTER = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What all cells draw from.

    Attributes
    ----------
    populations
        What fresh tables are drawn from.
    photographs
        The features of every photograph, in a random order.
    corrupted
        The features of the same photographs, or of the first of them, after a fault.
    """

    populations: Mapping[Structure, Population]
    photographs: pd.DataFrame
    corrupted: Mapping[Fault, pd.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell(abc.ABC):
    """One line of a result: a kind of trial that is run many times.

    Attributes
    ----------
    key
        Its name; words between slashes, the first of them the part of the benchmark.
    reference, window
        Rows on either side.
    runs, peer_runs
        How often our detector is asked, and the peers, which are asked in the first runs.
    runs_per_reference
        So many runs in a row share one reference.
    """

    key: str
    reference: int
    window: int
    runs: int
    peer_runs: int
    runs_per_reference: int = 1

    @abc.abstractmethod
    def draw(self, world: World, seed: int, run: int) -> Trial:
        """Return what detectors are shown in a run; the same for the same seed and number."""

    def _random(self, seed: int, side: str, number: int) -> np.random.Generator:
        return generator_for(seed, self.key, side, number)

    def reference_number(self, run: int) -> int:
        """Return which reference a run has."""
        return run // self.runs_per_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCell(Cell):
    """No drift: both sides drawn from one population."""

    structure: Structure

    def draw(self, world: World, seed: int, run: int) -> Trial:  # noqa: D102 - see Cell
        population = world.populations[self.structure]
        number = self.reference_number(run)
        return Trial(
            reference=population.draw(self.reference, self._random(seed, "reference", number)),
            window=population.draw(self.window, self._random(seed, "window", run)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstCell(TableCell):
    """No drift, but the window's rows come as near-copies of fewer ones.

    A near-copy has other numbers by a hair. Where many pictures have one and the same number, such
    as no hot pixel at all, it has that too.

    Attributes
    ----------
    copies
        How many near-copies there are of each row.
    """

    copies: int

    def draw(self, world: World, seed: int, run: int) -> Trial:  # noqa: D102 - see Cell
        trial = TableCell.draw(self, world, seed, run)
        originals = -(-self.window // self.copies)
        clusters = np.repeat(np.arange(originals), self.copies)[: self.window]
        window = trial.window.iloc[clusters].reset_index(drop=True)
        random = self._random(seed, "copies", run)
        for name in window.select_dtypes("float64"):
            deviation = float(trial.reference[name].std())
            moves = _JITTER * deviation * random.standard_normal(self.window)
            parts = trial.reference[name].value_counts(normalize=True)
            shared = parts.index[parts > _SHARED]
            window[name] += np.where(window[name].isin(shared), 0.0, moves)
        return Trial(reference=trial.reference, window=window, clusters=clusters)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCell(TableCell):
    """One class is predicted twice as often.

    Attributes
    ----------
    label
        Which one.
    """

    label: str

    def draw(self, world: World, seed: int, run: int) -> Trial:  # noqa: D102 - see Cell
        trial = TableCell.draw(self, world, seed, run)
        random = self._random(seed, "labels", run)
        return Trial(
            reference=trial.reference, window=double_class(trial.window, self.label, random)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfidenceCell(TableCell):
    """The confidence falls.

    Attributes
    ----------
    deviations
        By so many standard deviations.
    """

    deviations: float

    def draw(self, world: World, seed: int, run: int) -> Trial:  # noqa: D102 - see Cell
        trial = TableCell.draw(self, world, seed, run)
        return Trial(
            reference=trial.reference, window=lower_confidence(trial.window, self.deviations)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCell(TableCell):
    """One feature is shifted.

    Attributes
    ----------
    column
        Which one.
    deviations
        By so many standard deviations of the reference.
    """

    column: str
    deviations: float

    def draw(self, world: World, seed: int, run: int) -> Trial:  # noqa: D102 - see Cell
        trial = TableCell.draw(self, world, seed, run)
        move = self.deviations * float(trial.reference[self.column].std())
        window = trial.window.assign(**{self.column: trial.window[self.column] + move})
        return Trial(reference=trial.reference, window=window)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotographCell(Cell):
    """Real photographs, split at random: some of the window's are corrupted, or none.

    Attributes
    ----------
    fault
        What is done to them; None for a split without drift.
    corrupted
        How many of the window's photographs.
    """

    fault: Fault | None = None
    corrupted: int = 0

    def draw(self, world: World, seed: int, run: int) -> Trial:  # noqa: D102 - see Cell
        random = self._random(seed, "split", run)
        if self.fault is None:
            broken = world.photographs.iloc[:0]
            chosen = np.arange(0)
        else:
            table = world.corrupted[self.fault]
            chosen = random.permutation(len(table))[: self.corrupted]
            broken = table.iloc[chosen]
        others = random.permutation(np.setdiff1d(np.arange(len(world.photographs)), chosen))
        clean = others[: self.window - len(broken)]
        reference = others[len(clean) : len(clean) + self.reference]
        window = pd.concat([broken, world.photographs.iloc[clean]], ignore_index=True)
        return Trial(
            reference=world.photographs.iloc[reference].reset_index(drop=True), window=window
        )
