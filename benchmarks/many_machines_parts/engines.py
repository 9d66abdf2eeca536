"""Each engine as one command, so that the processor time of all its processes is one sum."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.many_machines_parts.world import environment, until
from benchmarks.process_tree import Spent, run_measured

MOST_S = 3 * 3_600.0
_RUN = (sys.executable, "-m", "drift", "run", "job.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """How a run is done.

    Attributes
    ----------
    name
        As in the table.
    execution
        The lines of ``[execution]``, but for the size of shards.
    parties
        How many workers or tasks there are; 1 for one machine.
    beside
        The module that runs the command with its other processes; empty for none.
    """

    name: str
    execution: str
    parties: int = 1
    beside: str = ""

    @property
    def kind(self) -> str:
        """Its name in the job file."""
        return self.execution.split('"')[1]

    def settings(self, shard_images: int) -> str:
        """Return the lines of ``[execution]``."""
        return f"{self.execution}\nshard_images = {shard_images}"

    def command(self, number: int = 0) -> list[str]:
        """Return the command of the n-th run."""
        run = [*_RUN, "--until", until(number)]
        if not self.beside:
            return run
        module = f"benchmarks.many_machines_parts.{self.beside}"
        return [sys.executable, "-m", module, str(self.parties), *run]

    def run(self, folder: Path, number: int = 0, **variables: str) -> Spent:
        """Do a run in the folder of its job file and return what it took, all processes."""
        return run_measured(
            self.command(number),
            folder=folder,
            environment=environment(**variables),
            codes=(0, 3),
            most_s=MOST_S,
        )


LOCAL = Engine(name="local", execution='engine = "local"')
HERE = Engine(name="shards here", execution='engine = "local"', beside="here")


def dask(workers: int) -> Engine:
    """Return a scheduler, so many workers, and the run."""
    return Engine(
        name=f"dask, {workers} workers",
        execution='engine = "dask"',
        parties=workers,
        beside="beside_cluster",
    )


def tasks(count: int) -> Engine:
    """Return an array of so many tasks, the last of which collects."""
    return Engine(
        name=f"tasks, {count}", execution='engine = "tasks"', parties=count, beside="array"
    )
