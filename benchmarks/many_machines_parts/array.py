"""A command as an array of tasks: each a process that knows two numbers.

python -m benchmarks.many_machines_parts.array TASKS COMMAND...
"""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Sequence


def started(command: Sequence[str], count: int, execution: str) -> list[subprocess.Popen[bytes]]:
    """Start all tasks of an execution."""
    return [start_task(command, number, count, execution) for number in range(count)]


def start_task(
    command: Sequence[str], number: int, count: int, execution: str
) -> subprocess.Popen[bytes]:
    """Start one task, as a platform does, a second time too."""
    return subprocess.Popen(
        [*command, "--task", f"{number}/{count}", "--execution", execution],
        start_new_session=True,
    )


def main() -> int:
    """Run all tasks; return the exit code of the first that failed, else the largest."""
    count, *command = sys.argv[1:]
    tasks = started(command, int(count), uuid.uuid4().hex[:12])
    codes = [one.wait() for one in tasks]
    failed = [code for code in codes if code not in {0, 3}]
    return failed[0] if failed else max(codes)


if __name__ == "__main__":
    sys.exit(main())
