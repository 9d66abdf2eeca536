"""A bucket that answers 503 for a while, in the middle of measuring."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.chaos_parts.stores import GcsStore
from benchmarks.many_machines_parts.engines import LOCAL, Engine
from benchmarks.many_machines_parts.equality import left_in
from benchmarks.many_machines_parts.world import copied, make
from benchmarks.process_tree import CommandFailedError
from jobs.testing.clouds.relay import Answer, FaultyStore, Request, refusal, relay_to
from tests.support.gcs_server import running_server

OUTAGE_S = 20.0
# A listing of the server that is asked behind the program's back has one page.
_IMAGES = 600
_SHARD_IMAGES = 50
# So many images are read before.
_READ_BEFORE = 100


class Outage:
    """Refuses everything for a while, once so many images were read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read = 0
        self._began: float | None = None
        self.refused = 0

    def __call__(self, request: Request, pass_on: Callable[[], Answer]) -> Answer | None:
        """Answer a request, or refuse it."""
        with self._lock:
            self._read += ".png" in request.path
            if self._began is None and self._read > _READ_BEFORE:
                self._began = time.monotonic()
            is_out = self._began is not None and time.monotonic() - self._began < OUTAGE_S
            self.refused += is_out
        return refusal(503, "out of order") if is_out else pass_on()


def run(scratch: Path, engines: Sequence[Engine]) -> dict[str, Any]:
    """Do a run by each engine while the store is out of order for a while; print and return."""
    make(scratch / "world-of-store", _IMAGES)
    found = {}
    with _store(scratch) as (store, relay):
        before = scratch / "world-of-store" / "bucket"
        alone = _left(scratch, store, before, LOCAL)
        for engine in engines:
            outage = Outage()
            relay.fault = outage
            try:
                told = "equal" if _left(scratch, store, before, engine) == alone else "OTHER"
            except CommandFailedError as error:
                told = f"failed: {str(error).strip().splitlines()[-1][:200]}"
            relay.fault = lambda _, pass_on: pass_on()
            found[engine.name] = {"report": told, "refused": outage.refused}
            print(
                f"  503 for {OUTAGE_S:.0f} s, {engine.name}: {outage.refused} requests refused; "
                f"report {told}",
                flush=True,
            )
    return found


@contextmanager
def _store(scratch: Path) -> Iterator[tuple[GcsStore, FaultyStore]]:
    (scratch / "server").mkdir()
    with running_server(scratch / "server") as server, relay_to(server.host) as relay:
        yield GcsStore(server, relay.host), relay


def _left(scratch: Path, store: GcsStore, before: Path, engine: Engine) -> dict[str, bytes]:
    """Do a run over the store as it was before, and return what it left."""
    store.reset(before)
    folder = copied(
        scratch / "world-of-store", scratch / "at-store", engine.settings(_SHARD_IMAGES)
    )
    job = folder / "job.toml"
    text = job.read_text(encoding="utf-8").replace('url = "bucket"', f'url = "{store.url}"')
    job.write_text(text, encoding="utf-8")
    shutil.rmtree(folder / "bucket")
    variables = {**store.environment, "NO_GCE_CHECK": "true", "NO_PROXY": "127.0.0.1,localhost"}
    try:
        engine.run(folder, 0, **variables)
        for name, data in store.reports().items():
            place = folder / "bucket" / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return dict(left_in(folder))
    finally:
        shutil.rmtree(folder)
