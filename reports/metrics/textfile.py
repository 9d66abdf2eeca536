"""Metrics for the textfile collector of Prometheus' node exporter."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reports.metrics.errors import MetricsError
from reports.metrics.exposition import exposition
from reports.metrics.sample import JOB_LABEL, Sample

# The node exporter runs as another user.
_MODE = 0o644


def write_textfile(path: Path, samples: Sequence[Sample], *, job: str) -> None:
    """Replace the file by these samples at once: a reader sees the old ones or the new ones.

    Parameters
    ----------
    path
        The file; its folder is there already.
    samples
        All samples of a run.
    job
        The job that they belong to.

    Raises
    ------
    MetricsError
        If the file cannot be written, holds another job's metrics, or is none of ours.
    """
    try:
        _refuse_others(path, job)
        _replace(path, exposition(samples))
    except OSError as error:
        raise MetricsError(
            f"metrics.textfile: {path} could not be written ({error.strerror or error}). Expected "
            "a file in a folder that is there and that this user may write to."
        ) from error


def _refuse_others(path: Path, job: str) -> None:
    try:
        written = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    lines = [line for line in written.splitlines() if line and not line.startswith("#")]
    own = f'{JOB_LABEL}="{job}"'
    if all(line.startswith("image_drift_") and own in line for line in lines):
        return
    raise MetricsError(
        f"metrics.textfile: {path} holds something else than metrics of the job {job} and was left "
        "as it is. Give each job a file of its own, for example with {job} in its name."
    )


def _replace(path: Path, data: bytes) -> None:
    # The collector reads names that end in .prom only, so never the half-written one.
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    written = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), _MODE)
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
