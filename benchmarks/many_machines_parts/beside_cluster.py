"""A command beside a Dask cluster of its own: a scheduler and workers, as processes.

python -m benchmarks.many_machines_parts.beside_cluster WORKERS COMMAND...
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run the command with the cluster's address; return its exit code."""
    from tests.support.dask_cluster import dask_cluster  # noqa: PLC0415 - an extra

    workers, *command = sys.argv[1:]
    with (
        tempfile.TemporaryDirectory(prefix="drift-cluster-") as name,
        dask_cluster(Path(name), int(workers)) as cluster,
    ):
        variables = {**os.environ, "DASK_SCHEDULER_ADDRESS": cluster.address}
        return subprocess.run(command, env=variables, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
