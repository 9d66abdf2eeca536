"""A store of the trials, what it holds before one, and the runs that are started on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.chaos_parts.invariants import (
    Objects,
    differences,
    foreign_content,
    half_shown,
)
from benchmarks.chaos_parts.runs import Ended, ForkServer, Order, Running, start_cold
from benchmarks.chaos_parts.stores import REPORTS, Store
from jobs.testing.clouds.relay import FaultyStore
from tests.support.worlds import JOB_FILE as WITHOUT_DAYS

_LABELS = """
[labels]
path = "labels/*.json"
columns = { id = "id" }
min_labels = 10
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the runs of a trial watch.

    Attributes
    ----------
    until
        The end of their window.
    days
        How many days before it they look at.
    labels
        Whether they read labels as well.
    """

    until: str
    days: int
    labels: bool = False

    def job_file(self, url: str) -> str:
        """Return the job file for a bucket."""
        told = WITHOUT_DAYS.replace("days = 0", f"days = {self.days}").format(url=url)
        return told + _LABELS if self.labels else told


# Two days before the window: the earlier runs have left their records, or the run makes them.
USUAL = Watch(until="2025-03-06", days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A store, what it holds before a trial, and what an undisturbed run makes of it.

    Attributes
    ----------
    before
        The folder with what it holds.
    objects_before, expected
        The reports before, and after an undisturbed run.
    undisturbed_s
        How long the undisturbed run took.
    watch
        What the runs watch.
    known_relay
        What stands between the store's server and the runs; see `relay`.
    """

    folder: Path
    store: Store
    before: Path
    server: ForkServer
    objects_before: Objects
    expected: Objects
    undisturbed_s: float
    watch: Watch = USUAL
    known_relay: FaultyStore | None = None

    @property
    def relay(self) -> FaultyStore:
        """What stands between the store's server and the runs; a folder has none."""
        assert self.known_relay is not None
        return self.known_relay

    def order(self, until: str = "", **fault: int | str) -> Order:
        """Return the run of the trials, with a fault inside; or that of another window."""
        return Order(
            folder=self.folder,
            arguments=("run", "job.toml", "--until", until or self.watch.until),
            environment=self.store.environment,
            fault=fault,
        )

    def fork(self, until: str = "", **fault: int | str) -> Running:
        """Start it in a process that has its imports behind it."""
        return self.server.start(self.order(until, **fault))

    def cold(self, until: str = "", **environment: str) -> Running:
        """Start it from nothing, as cron does."""
        order = self.order(until)
        return start_cold(replace(order, environment={**order.environment, **environment}))

    def reset(self) -> None:
        """Put the store back to how it was."""
        self.store.reset(self.before)

    def shown_now(self, *expected: Objects) -> list[str]:
        """Return what a reader could see of half a run at this moment.

        Parameters
        ----------
        expected
            What runs of other windows leave.
        """
        objects, known = self.store.reports(), (self.objects_before, self.expected, *expected)
        return half_shown(objects) + foreign_content(objects, *known)

    def repeat(self) -> list[str]:
        """Run again, as after the dead run's lease; return what is not as if undisturbed."""
        held = self.store.end_lease()
        again = self.fork().wait()
        problems = [] if again.code == 0 else [f"the next run: {again.how}: {again.err[-500:]}"]
        if held and "taken over from process" not in again.err:
            problems.append("the next run did not say that it took the lock over")
        # A run that computes no image and no day anew writes nothing there; the next one that does
        # tidies up.
        idle = (f"{REPORTS}/features/", "/days/", "/quality/", "/copies/")
        kept = [name for name in self.store.unfinished() if not any(one in name for one in idle)]
        left = [f"{name} is left behind" for name in kept]
        return problems + differences(self.store.reports(), self.expected) + left


def new_place(
    folder: Path, store: Store, before: Path, server: ForkServer, watch: Watch = USUAL
) -> Place:
    """Return a place whose store holds what is in `before`, after an undisturbed run of it."""
    (folder / "job.toml").write_text(watch.job_file(store.url), encoding="utf-8")
    place = Place(
        folder=folder,
        store=store,
        before=before,
        server=server,
        objects_before={},
        expected={},
        undisturbed_s=0.0,
        watch=watch,
    )
    place.reset()
    objects_before = store.reports()
    ended = succeeded(place.fork().wait())
    return replace(
        place,
        objects_before=objects_before,
        expected=store.reports(),
        undisturbed_s=ended.seconds,
    )


def succeeded(ended: Ended) -> Ended:
    """Return how a run ended; raise unless it went well."""
    if ended.code != 0:
        raise RuntimeError(f"an undisturbed run failed: {ended.how}\n{ended.err}")
    return ended
