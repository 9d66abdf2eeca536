"""A real Dask cluster on loopback: a scheduler and workers, each a process that can be killed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.server_process import free_port

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 60.0
# What a process does while it waits otherwise, such as profiling itself: see docs/many-machines.md.
QUIET = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "5s",
}
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True, kw_only=True)
class DaskCluster:
    """A scheduler and its workers.

    Attributes
    ----------
    folder
        Where processes keep their files and logs.
    port
        Of the scheduler.
    environment
        What processes get beside this one's environment.
    scheduler
        Its process.
    workers
        The processes of workers, or of their nannies, that were started, dead ones too.
    """

    folder: Path
    port: int = field(default_factory=free_port)
    environment: Mapping[str, str] = field(default_factory=dict)
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Of the scheduler."""
        return f"tcp://127.0.0.1:{self.port}"

    def start(self, workers: int = 2) -> None:
        """Start the scheduler and some workers, and wait until all of them are there."""
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"]
        # Otherwise its HTTP server asks for one port on every machine.
        options += ["--dashboard-address", "127.0.0.1:0"]
        self.scheduler = self._process("scheduler", "dask_scheduler", *options)
        for _ in range(workers):
            self.start_worker()
        self.wait_for(workers)

    def start_worker(
        self, *, nanny: bool = False, threads: int = 1, **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start another worker; it is not waited for."""
        number = len(self.workers)
        worker = self._process(
            f"worker-{number}",
            "dask_worker",
            self.address,
            "--nanny" if nanny else "--no-nanny",
            *("--host", "127.0.0.1", "--nthreads", str(threads), "--no-dashboard"),
            *("--name", f"worker-{number}", "--local-directory", str(self.folder / "local")),
            **environment,
        )
        self.workers.append(worker)
        return worker

    def wait_for(self, workers: int) -> None:
        """Wait until the scheduler has exactly so many workers; its log says it, for nothing."""
        gives_up_at = time.monotonic() + STARTS_WITHIN_S
        while self.present() != workers:
            assert time.monotonic() < gives_up_at, self.said()
            time.sleep(0.05)

    def present(self) -> int:
        """Return how many workers the scheduler has."""
        log = (self.folder / "scheduler.log").read_text(errors="replace")
        return log.count("Starting worker compute stream") - log.count("Remove worker addr")

    def said(self) -> str:
        """Return what the processes have written to their logs."""
        return "\n".join(
            f"{path.name}:\n{path.read_text(errors='replace')}" for path in self._logs()
        )

    def stop(self) -> None:
        """End all processes."""
        processes = [*self.workers, *([self.scheduler] if self.scheduler else [])]
        for one in processes:
            # A worker's own processes are in its group.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.wait()

    def _logs(self) -> list[Path]:
        return sorted(self.folder.glob("*.log"))

    def _process(
        self, name: str, module: str, *options: str, **more: str
    ) -> subprocess.Popen[bytes]:
        variables = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT), **self.environment, **more}
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", *options],
                cwd=self.folder,
                env=variables,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_this_process,  # noqa: PLW1509 - one system call
            )


def _die_with_this_process() -> None:
    """Leave nothing behind where the tests themselves are killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def dask_cluster(folder: Path, workers: int = 2, **environment: str) -> Iterator[DaskCluster]:
    """Run a cluster while the context is open."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = DaskCluster(folder=folder, environment=environment)
    try:
        cluster.start(workers)
        yield cluster
    finally:
        cluster.stop()
