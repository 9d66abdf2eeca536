"""The world of the trials: built once, and put back before each."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.chaos_parts.labels import write_labels
from benchmarks.chaos_parts.places import USUAL, Place, Watch, new_place, succeeded
from benchmarks.chaos_parts.runs import ForkServer, Order, fork_server
from benchmarks.chaos_parts.side_by_side import side_by_side_server
from benchmarks.chaos_parts.stores import REPORTS, FolderStore, GcsStore, S3Store, ServerStore
from jobs.testing.clouds.relay import FaultyStore, relay_to
from reference_stats.feature_cache.compaction import MOST_SMALL_PARTS
from reference_stats.feature_cache.parts import pack, part_name
from tests.support.gcs_server import GcsServer, running_server
from tests.support.s3_server import S3Server, missing_parts, running_s3_server
from tests.support.worlds import START, make_world


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
    month, month_requests
        How many days the log of a month has, and how many images each of them.
    """

    requests: int = 20
    references: int = 60
    earlier: tuple[str, ...] = ("2025-03-04", "2025-03-05")
    month: int = 30
    month_requests: int = 10


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
        self._numbers = itertools.count()

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
        return self._on_gcs("gcs", self._fresh)

    @cached_property
    def gcs_cached(self) -> Place:
        """As `cached`, on a GCS server."""
        return self._on_gcs("gcs-cached", self._with_features)

    @property
    def servers_cached(self) -> list[Place]:
        """As `cached`, on each kind of server that there is."""
        return [self.gcs_cached, *([] if self.s3_cached is None else [self.s3_cached])]

    @cached_property
    def s3_cached(self) -> Place | None:
        """As `cached`, on an S3 server; None where its packages are not installed."""
        if missing_parts():
            return None
        return self._on_s3_by_itself("s3-cached", self._with_features)

    @cached_property
    def month(self) -> Place:
        """A folder whose log goes back a month, of which no day has a record or is measured."""
        return self._in_folder("month", self._month, self._watch_of_month)

    @cached_property
    def months_cached(self) -> list[Place]:
        """The same with all images in the feature cache: on each kind of store that there is."""
        kinds = [self._in_folder, self._on_gcs_by_itself]
        if not missing_parts():
            kinds.append(self._on_s3_by_itself)
        before, watch = self._month_with_features, self._watch_of_month
        return [kind(f"month-{number}", before, watch) for number, kind in enumerate(kinds)]

    @cached_property
    def labelled(self) -> Place:
        """A folder with labels for a month, which no run has read."""
        return self._in_folder("labelled", self._with_labels, self._watch_of_labels)

    @cached_property
    def labelled_places(self) -> list[Place]:
        """The same on each kind of store that there is."""
        kinds = [self._on_gcs_by_itself, *([] if missing_parts() else [self._on_s3_by_itself])]
        before, watch = self._with_labels, self._watch_of_labels
        servers = [kind(f"labelled-{at}", before, watch) for at, kind in enumerate(kinds)]
        return [self.labelled, *servers]

    def side_by_side(self, count: int, *, only_servers: bool = False) -> list[Place]:
        """Return places of their own, whose runs may all go on at the same time.

        The kinds of store take turns, and each server's places have relays of their own. Each
        kind's third place is as `first` where folders are among them, all others are as `cached`.
        """
        kinds = [] if only_servers else [self._in_folder]
        kinds.append(self._on_gcs_by_itself)
        if not missing_parts():
            kinds.append(self._on_s3_by_itself)
        places = []
        for number in range(count):
            is_first = not only_servers and number // len(kinds) % 3 == 2
            before = self._start if is_first else self._with_features
            place = kinds[number % len(kinds)](f"side-{next(self._numbers)}", before)
            places.append(replace(place, server=self.side_server))
        return places

    @cached_property
    def side_server(self) -> ForkServer:
        """What starts runs that go on at the same time."""
        return self._stack.enter_context(side_by_side_server())

    @cached_property
    def _origin(self) -> GcsServer:
        return self._stack.enter_context(running_server(_made(self.temporary / "server")))

    @cached_property
    def _relay(self) -> FaultyStore:
        return self._stack.enter_context(relay_to(self._origin.host))

    @cached_property
    def _s3_origin(self) -> S3Server:
        folder = _made(self.temporary / "s3-server")
        return self._stack.enter_context(running_s3_server(folder))

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
        bucket = self._after_runs("earlier", self._start, USUAL, self._size.earlier)
        _split_parts(bucket)
        return bucket

    @cached_property
    def _with_features(self) -> Path:
        return self._featured("with-features", self._fresh, USUAL)

    @cached_property
    def _month(self) -> Path:
        """A log of a month, with a profile."""
        folder, size = _made(self.temporary / "start-of-month"), self._size
        lights = [0.9 + 0.02 * (number % 5) for number in range(size.month)]
        make_world(folder, lights=lights, requests=size.month_requests, references=size.references)
        first_day = f"{START + timedelta(days=1):%Y-%m-%d}"
        watch = Watch(until=first_day, days=0)
        return self._after_runs("earlier-in-month", folder, watch, (first_day,))

    @cached_property
    def _month_with_features(self) -> Path:
        return self._featured("month-with-features", self._month, self._watch_of_month)

    @cached_property
    def _with_labels(self) -> Path:
        """The same with the labels of all images, every third of which was answered wrongly."""
        bucket = _made(self.temporary / "with-labels") / "bucket"
        shutil.copytree(self._month_with_features, bucket)
        write_labels(bucket)
        return bucket

    @property
    def _watch_of_month(self) -> Watch:
        days = self._size.month
        return Watch(until=f"{START + timedelta(days=days):%Y-%m-%d}", days=days - 2)

    @property
    def _watch_of_labels(self) -> Watch:
        return replace(self._watch_of_month, days=0, labels=True)

    def _after_runs(self, name: str, start: Path, watch: Watch, ends: Iterable[str]) -> Path:
        """Return a copy of a bucket after the runs of some windows."""
        folder = _made(self.temporary / name)
        bucket = folder / "bucket"
        shutil.copytree(start, bucket)
        (folder / "job.toml").write_text(watch.job_file(str(bucket)), encoding="utf-8")
        for until in ends:
            order = Order(folder=folder, arguments=("run", "job.toml", "--until", until))
            succeeded(self._server.start(order).wait())
        return bucket

    def _featured(self, name: str, before: Path, watch: Watch) -> Path:
        """Return a copy of a bucket with the feature cache of a run that has been done."""
        folder = _made(self.temporary / name)
        bucket, done = folder / "bucket", folder / "done"
        new_place(folder, FolderStore(done), before, self._server, watch)
        shutil.copytree(before, bucket)
        features = f"{REPORTS}/features"
        shutil.rmtree(bucket / features)
        shutil.copytree(done / features, bucket / features)
        return bucket

    def _in_folder(self, name: str, before: Path, watch: Watch = USUAL) -> Place:
        folder = _made(self.temporary / name)
        return new_place(folder, FolderStore(folder / "bucket"), before, self._server, watch)

    def _on_gcs(self, name: str, before: Path) -> Place:
        store = GcsStore(self._origin, self._relay.host)
        return self._on_server(name, store, self._relay, before, USUAL)

    def _on_gcs_by_itself(self, name: str, before: Path, watch: Watch = USUAL) -> Place:
        relay = self._stack.enter_context(relay_to(self._origin.host))
        return self._on_server(name, GcsStore(self._origin, relay.host), relay, before, watch)

    def _on_s3_by_itself(self, name: str, before: Path, watch: Watch = USUAL) -> Place:
        relay = self._stack.enter_context(relay_to(self._s3_origin.host))
        return self._on_server(name, S3Store(self._s3_origin, relay.host), relay, before, watch)

    def _on_server(
        self, name: str, store: ServerStore, relay: FaultyStore, before: Path, watch: Watch
    ) -> Place:
        place = new_place(_made(self.temporary / name), store, before, self._server, watch)
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
