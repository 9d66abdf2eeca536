"""The run of a job as a process: starting it, waiting for it, ending the lease of a dead one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.many_machines_parts.world import JOB, REPORTS, environment, until

PATIENCE_S = 900.0
_LONG_AGO = "2020-01-01T00:00:00+00:00"
RUN = (sys.executable, "-m", "drift", "run", "job.toml", "--until", until())


def started(folder: Path, notes: Mapping[str, str], address: str) -> subprocess.Popen[bytes]:
    """Start a run beside a cluster."""
    with (folder / "said.txt").open("ab") as said:
        return subprocess.Popen(
            RUN,
            cwd=folder,
            env=environment(**notes, DASK_SCHEDULER_ADDRESS=address),
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def ended(run: subprocess.Popen[bytes]) -> None:
    """Wait for a run that has to succeed.

    Raises
    ------
    RuntimeError
        If it ends otherwise.
    """
    code = run.wait(PATIENCE_S)
    if code not in {0, 3}:
        raise RuntimeError(f"a run ended with {code}")


def end_lease(folder: Path) -> None:
    """Let a dead run's lease have run out long ago."""
    path = folder / "bucket" / REPORTS / JOB / "lock"
    if not path.exists():
        return
    lease = json.loads(path.read_bytes())
    if lease["state"] == "held":
        lease |= {"renewed": _LONG_AGO, "expires": _LONG_AGO}
        complete = path.with_name("lock.new")
        complete.write_text(json.dumps(lease), encoding="utf-8")
        complete.replace(path)
