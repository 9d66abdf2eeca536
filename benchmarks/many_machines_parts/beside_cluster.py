"""A command beside a Dask cluster of its own: a scheduler and workers, as processes.

    python -m benchmarks.many_machines_parts.beside_cluster WORKERS COMMAND...

This process itself imports nothing: the command waits for the workers, as a run does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.many_machines_parts.free_port import free_port

_HERE = ("--host", "127.0.0.1", "--no-dashboard")


@contextlib.contextmanager
def cluster_of(workers: int) -> Iterator[str]:
    """Start a scheduler and workers; yield the address, and end them with a signal that is obeyed.

    Killed ones would leave their decoding processes to end by themselves.
    """
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="drift-cluster-") as name:
        place = ("--local-directory", name)
        commands: list[tuple[str, ...]] = [("dask_scheduler", *_HERE, "--port", str(port))]
        commands += [
            ("dask_worker", address, "--no-nanny", "--nthreads", "1", *_HERE, *place)
        ] * workers
        with (Path(name) / "said.txt").open("ab") as said:
            processes = [
                subprocess.Popen(
                    [sys.executable, "-m", f"distributed.cli.{module}", *options],
                    stdout=said,
                    stderr=said,
                )
                for module, *options in commands
            ]
        try:
            yield address
        finally:
            for one in reversed(processes):
                one.send_signal(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    one.wait(60)
                one.kill()
                one.wait()


def main() -> int:
    """Run the command with the cluster's address; return its exit code."""
    workers, *command = sys.argv[1:]
    with cluster_of(int(workers)) as address:
        variables = {**os.environ, "DASK_SCHEDULER_ADDRESS": address}
        return subprocess.run(command, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
