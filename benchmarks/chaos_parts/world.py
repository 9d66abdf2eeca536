"""The world of the trials: built once, and put back before each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.chaos_parts.invariants import (
    Objects,
    differences,
    foreign_content,
    half_shown,
)
from benchmarks.chaos_parts.runs import Ended, ForkServer, Order, Running, fork_server, start_cold
from benchmarks.chaos_parts.stores import (
    REPORTS,
    FolderStore,
    GcsStore,
    S3Store,
    ServerStore,
    Store,
)
from jobs.testing.clouds.relay import FaultyStore, relay_to
from reference_stats.feature_cache.compaction import MOST_SMALL_PARTS
from reference_stats.feature_cache.parts import pack, part_name
from tests.support.gcs_server import GcsServer, running_server
from tests.support.s3_server import missing_parts, running_s3_server
from tests.support.worlds import JOB_FILE, make_world

UNTIL = "2025-03-06"


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
    known_relay: FaultyStore | None = None

    @property
    def relay(self) -> FaultyStore:
        """What stands between the store's server and the runs; a folder has none."""
        assert self.known_relay is not None
        return self.known_relay

    def order(self, **fault: int | str) -> Order:
        """Return the run of the trials, with a fault inside."""
        return Order(
            folder=self.folder,
            arguments=("run", "job.toml", "--until", UNTIL),
            environment=self.store.environment,
            fault=fault,
        )

    def fork(self, **fault: int | str) -> Running:
        """Start it in a process that has its imports behind it."""
        return self.server.start(self.order(**fault))

    def cold(self, **environment: str) -> Running:
        """Start it from nothing, as cron does."""
        order = self.order()
        return start_cold(replace(order, environment={**order.environment, **environment}))

    def reset(self) -> None:
        """Put the store back to how it was."""
        self.store.reset(self.before)

    def shown_now(self) -> list[str]:
        """Return what a reader could see of half a run at this moment."""
        objects = self.store.reports()
        return half_shown(objects) + foreign_content(objects, self.objects_before, self.expected)

    def repeat(self) -> list[str]:
        """Run again, as after the dead run's lease; return what is not as if undisturbed."""
        held = self.store.end_lease()
        again = self.fork().wait()
        problems = [] if again.code == 0 else [f"the next run: {again.how}: {again.err[-500:]}"]
        if held and "taken over from process" not in again.err:
            problems.append("the next run did not say that it took the lock over")
        # A run that computes no image anew writes nothing there; the next one that does tidies up.
        kept = [name for name in self.store.unfinished() if f"{REPORTS}/features/" not in name]
        left = [f"{name} is left behind" for name in kept]
        return problems + differences(self.store.reports(), self.expected) + left


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is in the world.

    Attributes
    ----------
    requests
        Images a day.
    references
        Reference images.
    earlier
        The window ends of the runs that were published before.
    """

    requests: int = 20
    references: int = 60
    earlier: tuple[str, ...] = ("2025-03-04", "2025-03-05")


class World:
    """The places of the trials, each made when it is first asked for.

    Parameters
    ----------
    temporary
        An empty folder.
    server
        Forks the runs.
    stack
        What is to be ended with the world.
    """

    def __init__(self, temporary: Path, server: ForkServer, stack: ExitStack, size: Size) -> None:
        self.temporary = temporary
        self._server = server
        self._stack = stack
        self._size = size

    @cached_property
    def folder(self) -> Place:
        """A folder whose window's images are all to be fetched and computed."""
        return self._in_folder("folder", self._fresh)

    @cached_property
    def cached(self) -> Place:
        """The same with all of them in the feature cache: a run takes less than half the time."""
        return self._in_folder("cached", self._with_features)

    @cached_property
    def patient(self) -> Place:
        """As `cached`, for what goes on beside other trials."""
        return self._in_folder("patient", self._with_features)

    @cached_property
    def first(self) -> Place:
        """A folder before the first run: the profile is to be built."""
        return self._in_folder("first", self._start)

    @cached_property
    def gcs(self) -> Place:
        """As `folder`, on a GCS server."""
        store = GcsStore(self._origin, self._relay.host)
        return self._on_server("gcs", store, self._relay, self._fresh)

    @cached_property
    def gcs_cached(self) -> Place:
        """As `cached`, on a GCS server."""
        store = GcsStore(self._origin, self._relay.host)
        return self._on_server("gcs-cached", store, self._relay, self._with_features)

    @property
    def servers_cached(self) -> list[Place]:
        """As `cached`, on each kind of server that there is."""
        return [self.gcs_cached, *([] if self.s3_cached is None else [self.s3_cached])]

    @cached_property
    def s3_cached(self) -> Place | None:
        """As `cached`, on an S3 server; None where its packages are not installed."""
        if missing_parts():
            return None
        origin = self._stack.enter_context(running_s3_server(_made(self.temporary / "s3-server")))
        relay = self._stack.enter_context(relay_to(origin.host))
        return self._on_server("s3-cached", S3Store(origin, relay.host), relay, self._with_features)

    @cached_property
    def _origin(self) -> GcsServer:
        return self._stack.enter_context(running_server(_made(self.temporary / "server")))

    @cached_property
    def _relay(self) -> FaultyStore:
        return self._stack.enter_context(relay_to(self._origin.host))

    @cached_property
    def _start(self) -> Path:
        """The log and the images."""
        folder = _made(self.temporary / "start")
        size = self._size
        make_world(
            folder,
            lights=(1.0, 1.0, 0.6),
            requests=size.requests,
            references=size.references,
        )
        return folder

    @cached_property
    def _fresh(self) -> Path:
        """With a profile, the earlier runs, and a crowded feature cache."""
        folder = _made(self.temporary / "earlier")
        bucket = folder / "bucket"
        shutil.copytree(self._start, bucket)
        (folder / "job.toml").write_text(JOB_FILE.format(url=bucket), encoding="utf-8")
        for until in self._size.earlier:
            order = Order(folder=folder, arguments=("run", "job.toml", "--until", until))
            _succeeded(self._server.start(order).wait())
        _split_parts(bucket)
        return bucket

    @cached_property
    def _with_features(self) -> Path:
        """With the feature cache of a run that has been done."""
        folder = _made(self.temporary / "with-features")
        bucket, done = folder / "bucket", folder / "done"
        _place(folder, FolderStore(done), self._fresh, self._server)
        shutil.copytree(self._fresh, bucket)
        features = f"{REPORTS}/features"
        shutil.rmtree(bucket / features)
        shutil.copytree(done / features, bucket / features)
        return bucket

    def _in_folder(self, name: str, before: Path) -> Place:
        folder = _made(self.temporary / name)
        return _place(folder, FolderStore(folder / "bucket"), before, self._server)

    def _on_server(self, name: str, store: ServerStore, relay: FaultyStore, before: Path) -> Place:
        place = _place(_made(self.temporary / name), store, before, self._server)
        return replace(place, known_relay=relay)


@contextmanager
def open_world(temporary: Path, size: Size | None = None) -> Iterator[World]:
    """Build the world in a new folder; it is there while the context is open."""
    with ExitStack() as stack:
        server = stack.enter_context(fork_server())
        yield World(temporary, server, stack, size or Size())


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _place(folder: Path, store: Store, before: Path, server: ForkServer) -> Place:
    (folder / "job.toml").write_text(JOB_FILE.format(url=store.url), encoding="utf-8")
    place = Place(
        folder=folder,
        store=store,
        before=before,
        server=server,
        objects_before={},
        expected={},
        undisturbed_s=0.0,
    )
    place.reset()
    objects_before = store.reports()
    ended = _succeeded(place.fork().wait())
    return replace(
        place,
        objects_before=objects_before,
        expected=store.reports(),
        undisturbed_s=ended.seconds,
    )


def _split_parts(bucket: Path) -> None:
    """Cut the parts of the feature cache up, so that one more makes a run merge them."""
    parts = sorted((bucket / REPORTS / "features").rglob("*.parquet"))
    rows = pq.read_table(parts[0].parent)
    size = rows.num_rows // MOST_SMALL_PARTS
    for part in parts:
        part.unlink()
    for begin in range(0, rows.num_rows, size):
        data = pack(rows.slice(begin, size).replace_schema_metadata(None))
        (parts[0].parent / part_name(data)).write_bytes(data)


def _succeeded(ended: Ended) -> Ended:
    if ended.code != 0:
        raise RuntimeError(f"an undisturbed run failed: {ended.how}\n{ended.err}")
    return ended
