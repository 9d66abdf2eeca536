"""Which cells the benchmark has, in its quick and in its full form."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict

from benchmarks.detection_parts.cells import (
    BurstCell,
    Cell,
    ConfidenceCell,
    LabelCell,
    PhotographCell,
    ShiftCell,
    TableCell,
)
from benchmarks.detection_parts.corruptions import CORRUPTIONS
from benchmarks.detection_parts.picture_features import Fault
from benchmarks.detection_parts.pipeline_faults import PIPELINE_FAULTS
from benchmarks.detection_parts.predictions import CLASSES, SHARES
from benchmarks.detection_parts.tables import Structure

WINDOWS = (10, 20, 50, 100, 300, 1_000, 10_000)
REFERENCES = (100, 1_000, 10_000)
MILLION = 1_000_000
EVERY_WINDOWS = (10, 20, 50)
ONE_IN_TEN_WINDOWS = (100, 300)
PIPELINE_WINDOWS = (10, 20, 50, 100)
# Predicted in 10 % of the rows, then in 20 %: the bar. The others are printed beside it.
DOUBLED = ("husky", "beagle", "setter")


class Part(enum.StrEnum):
    """The parts that can be run by themselves."""

    FALSE_ALARMS = "false-alarms"
    PHOTOGRAPHS = "photographs"
    FAULTS = "faults"
    PIPELINE = "pipeline"
    PREDICTIONS = "predictions"
    MILLION = "million"
    SPEED = "speed"


class Runs(TypedDict):
    """How often a cell is run; see `Cell`."""

    runs: int
    peer_runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is run.

    Attributes
    ----------
    full
        Whether every cell is run, in hours; else a selection, in minutes.
    severities
        Of the faults; empty for the usual ones: all five, or in the quick form those of the bar,
        1 in every image and 3 in one of ten.
    photographs
        How many photographs there are.
    runs
        Runs of every cell, our detector's and the peers'; None for each cell's own number.
    """

    full: bool
    severities: tuple[int, ...]
    photographs: int
    runs: int | None = None

    def tables(self, window: int, reference: int) -> Runs:
        """Return the runs of a cell without drift, fewer where a run takes long."""
        large = max(window, reference) > 5_000
        if self.runs is not None:
            return {"runs": self.runs, "peer_runs": self.runs}
        if not self.full:
            return {"runs": 40 if large else 200, "peer_runs": 20 if large else 50}
        if window >= MILLION:
            return {"runs": 100, "peer_runs": 10}
        own = 2_000 if window > 5_000 else 10_000
        return {"runs": own, "peer_runs": 200 if large else 1_000}

    def trials(self, quick: int, full: int) -> Runs:
        """Return the runs of any other cell."""
        own = self.runs or (full if self.full else quick)
        return {"runs": own, "peer_runs": own}

    @property
    def photograph_reference(self) -> int:
        """Photographs in the reference beside faults: 900, or three quarters of fewer."""
        return min(900, self.photographs * 3 // 4)

    @property
    def pipeline_reference(self) -> int:
        """Photographs in the reference beside faults of pipelines: 500, or half of fewer."""
        return min(500, self.photographs // 2)


def plan(part: Part, scale: Scale) -> list[Cell]:
    """Return the cells of a part; none for the part `speed`, which is measured otherwise."""
    cells = {
        Part.FALSE_ALARMS: _false_alarms,
        Part.PHOTOGRAPHS: _photographs,
        Part.FAULTS: _faults,
        Part.PIPELINE: _pipeline,
        Part.PREDICTIONS: _predictions,
        Part.MILLION: _million,
        Part.SPEED: _nothing,
    }
    return list(cells[part](scale))


def faults_of(cells: Sequence[Cell]) -> list[Fault]:
    """Return the faults that cells need, each once."""
    found = [cell.fault for cell in cells if isinstance(cell, PhotographCell) and cell.fault]
    return list(dict.fromkeys(found))


def _nothing(_scale: Scale) -> Iterator[Cell]:
    return iter(())


def _false_alarms(scale: Scale) -> Iterator[Cell]:
    for structure, window, reference in _table_sizes(scale):
        yield TableCell(
            key=f"false-alarms/{structure}/window={window}/reference={reference}",
            structure=structure,
            window=window,
            reference=reference,
            **scale.tables(window, reference),
        )
    yield from _spread(scale)
    yield from _bursts(scale)


def _table_sizes(scale: Scale) -> Iterator[tuple[Structure, int, int]]:
    for structure in Structure:
        for window in WINDOWS if scale.full else (20, 100, 1_000):
            for reference in REFERENCES if scale.full else (1_000,):
                yield structure, window, reference
    if scale.full:
        yield from ((Structure.REAL, MILLION, reference) for reference in REFERENCES)
        yield Structure.TIED, MILLION, 10_000
        yield Structure.STRONG, MILLION, 10_000
    else:
        yield Structure.REAL, 10, 100
        yield Structure.REAL, 100, 100
        yield Structure.REAL, 100, 10_000
        yield Structure.TIED, 10, 100


def _spread(scale: Scale) -> Iterator[Cell]:
    """Yield cells with fixed references and many windows for each."""
    references, windows = (100, 500) if scale.full else (20, 50)
    if scale.runs is not None:
        windows = max(1, scale.runs // references)
    for reference in REFERENCES if scale.full else (1_000,):
        for structure in (Structure.REAL, Structure.TIED) if scale.full else (Structure.REAL,):
            yield TableCell(
                key=f"false-alarms/spread-{structure}/window=100/reference={reference}",
                structure=structure,
                window=100,
                reference=reference,
                runs=references * windows,
                peer_runs=0,
                runs_per_reference=windows,
            )


def _bursts(scale: Scale) -> Iterator[Cell]:
    for copies in (5, 20) if scale.full else (5,):
        for window in (100, 300) if scale.full else (100,):
            yield BurstCell(
                key=f"false-alarms/bursts-of-{copies}/window={window}/reference=1000",
                structure=Structure.REAL,
                window=window,
                reference=1_000,
                copies=copies,
                **scale.tables(window, 1_000),
            )


def _photographs(scale: Scale) -> Iterator[Cell]:
    for reference in dict.fromkeys((100, scale.photograph_reference)):
        for window in (*EVERY_WINDOWS, *ONE_IN_TEN_WINDOWS):
            if reference + window <= scale.photographs:
                yield PhotographCell(
                    key=f"photographs/split/window={window}/reference={reference}",
                    window=window,
                    reference=reference,
                    **scale.tables(window, reference),
                )


def _faults(scale: Scale) -> Iterator[Cell]:
    reference = scale.photograph_reference
    for where, windows in (("every", EVERY_WINDOWS), ("one-in-ten", ONE_IN_TEN_WINDOWS)):
        for window in windows:
            if reference + window > scale.photographs:
                continue
            corrupted = window if where == "every" else window // 10
            for fault in _faults_or_none(scale, 1 if where == "every" else 3):
                name = f"{fault.name}-{fault.severity}" if fault else "none"
                yield PhotographCell(
                    key=f"faults/{where}/{name}/window={window}/reference={reference}",
                    window=window,
                    reference=reference,
                    fault=fault,
                    corrupted=corrupted,
                    **(scale.trials(50, 200) if fault else scale.trials(200, 1_000)),
                )


def _pipeline(scale: Scale) -> Iterator[Cell]:
    reference = scale.pipeline_reference
    faults = [None, *(Fault(name=name) for name in PIPELINE_FAULTS)]
    for where, windows in (("every", PIPELINE_WINDOWS), ("one-in-ten", ONE_IN_TEN_WINDOWS)):
        for window in windows:
            if reference + window > scale.photographs:
                continue
            for fault in faults:
                name = fault.name if fault else "none"
                yield PhotographCell(
                    key=f"pipeline/{where}/{name}/window={window}/reference={reference}",
                    window=window,
                    reference=reference,
                    fault=fault,
                    corrupted=window if where == "every" else window // 10,
                    **(scale.trials(20, 200) if fault else scale.trials(100, 1_000)),
                )


def _faults_or_none(scale: Scale, bar: int) -> Iterator[Fault | None]:
    yield None
    for severity in scale.severities or ((1, 2, 3, 4, 5) if scale.full else (bar,)):
        for name in CORRUPTIONS:
            yield Fault(name=name, severity=severity)


def _predictions(scale: Scale) -> Iterator[Cell]:
    structures = (Structure.REAL, Structure.PROBABILITIES) if scale.full else (Structure.REAL,)
    for structure in structures:
        for label in DOUBLED:
            share = round(100 * SHARES[CLASSES.index(label)])
            yield LabelCell(
                key=f"predictions/{structure}-class-of-{share}%-doubled/window=300/reference=10000",
                structure=structure,
                window=300,
                reference=10_000,
                label=label,
                **scale.trials(50, 500),
            )
        for reference in (1_000, 10_000):
            yield ConfidenceCell(
                key=f"predictions/{structure}-confidence-down/window=100/reference={reference}",
                structure=structure,
                window=100,
                reference=reference,
                deviations=0.5,
                **scale.trials(50, 500),
            )


def _million(scale: Scale) -> Iterator[Cell]:
    # The mean hardly moves without the three colour means; the noise level moves by itself.
    for column in ("noise_level", "mean"):
        yield ShiftCell(
            key=f"million/{column}-up-0.01/window={MILLION}/reference=10000",
            structure=Structure.REAL,
            window=MILLION,
            reference=10_000,
            column=column,
            deviations=0.01,
            **scale.trials(1, 5),
        )
