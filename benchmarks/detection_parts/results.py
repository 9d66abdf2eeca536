"""What was counted, and the file that it is kept in while the benchmark runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.detection_parts.intervals import clopper_pearson


@dataclass(slots=True, kw_only=True)
class Count:
    """What one detector said in one cell.

    Attributes
    ----------
    runs, alarms
        Runs that it answered, and alarms among them.
    declined
        Runs in which its rule does not apply.
    seconds
        The time of all runs.
    alarms_by_reference
        Alarms per reference, in the order of the references.
    """

    runs: int = 0
    alarms: int = 0
    declined: int = 0
    seconds: float = 0.0
    alarms_by_reference: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float | None:
        """Alarms per run; None without a run."""
        return self.alarms / self.runs if self.runs else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the rate."""
        return clopper_pearson(self.alarms, self.runs)

    @property
    def milliseconds(self) -> float:
        """The mean time of a run."""
        return 1000 * self.seconds / max(self.runs + self.declined, 1)


@dataclass(slots=True, kw_only=True)
class CellResult:
    """What was counted in one cell.

    Attributes
    ----------
    done
        Runs that have been made, the first ones of the cell.
    counts
        By detector.
    """

    done: int = 0
    counts: dict[str, Count] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Results:
    """All cells, kept in a JSON file.

    Attributes
    ----------
    path
        The file; None to keep nothing.
    settings
        What the numbers depend on beside the cell: results of other settings are not continued.
    notes
        Anything else that was measured, such as times.
    """

    path: Path | None
    settings: Mapping[str, object]
    cells: dict[str, CellResult] = field(default_factory=dict)
    notes: dict[str, object] = field(default_factory=dict)

    def resume(self) -> bool:
        """Take over the cells of an earlier run with the same settings; tell whether there was one.

        Raises
        ------
        ValueError
            The file holds the results of other settings.
        """
        if self.path is None or not self.path.exists():
            return False
        known = json.loads(self.path.read_text())
        if known["settings"] != json.loads(json.dumps(self.settings)):
            raise ValueError(
                f"{self.path} holds results of other settings: {known['settings']}, "
                f"not {dict(self.settings)}. Name another file with --out, or remove it."
            )
        self.cells = {key: _cell_from(value) for key, value in known["cells"].items()}
        self.notes = known["notes"]
        return True

    def save(self) -> None:
        """Write the file; a reader never sees half of it."""
        if self.path is None:
            return
        content = {
            "settings": dict(self.settings),
            "notes": self.notes,
            "cells": {key: _cell_as(cell) for key, cell in self.cells.items()},
        }
        half = self.path.with_name(self.path.name + ".part")
        half.write_text(json.dumps(content, indent=1) + "\n")
        half.replace(self.path)


def _cell_as(cell: CellResult) -> dict[str, object]:
    counts = {
        name: asdict(count) | {"rate": count.rate, "interval": count.interval}
        for name, count in cell.counts.items()
    }
    return {"done": cell.done, "counts": counts}


def _cell_from(value: Any) -> CellResult:  # noqa: ANN401 - what JSON holds
    derived = {"rate", "interval"}
    return CellResult(
        done=value["done"],
        counts={
            name: Count(**{key: entry for key, entry in count.items() if key not in derived})
            for name, count in value["counts"].items()
        },
    )
