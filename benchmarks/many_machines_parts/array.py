"""A run as an array of tasks: each a process that knows two numbers.

python -m benchmarks.many_machines_parts.array TASKS COMMAND...
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Array:
    """An execution of some tasks.

    Attributes
    ----------
    command
        That of each, without its numbers.
    count
        How many there are.
    folder, variables
        Where they run, and their environment.
    said
        Where what they say goes to; None for where this process says it.
    name
        Of the execution.
    """

    command: Sequence[str]
    count: int
    folder: Path
    variables: Mapping[str, str]
    said: Path | None = None
    name: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def start(self) -> list[subprocess.Popen[bytes]]:
        """Start all tasks."""
        return [self.start_task(number) for number in range(self.count)]

    def start_task(self, number: int) -> subprocess.Popen[bytes]:
        """Start one task, as a platform does, a second time too."""
        return self._process("--task", f"{number}/{self.count}")

    def collect(self) -> subprocess.Popen[bytes]:
        """Start the last step by itself."""
        return self._process("--collect")

    def _process(self, *options: str) -> subprocess.Popen[bytes]:
        command = [*self.command, *options, "--execution", self.name]
        with nullcontext() if self.said is None else self.said.open("ab") as said:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.variables,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )


def main() -> int:
    """Run all tasks; return the exit code of the first that failed, else the largest."""
    count, *command = sys.argv[1:]
    array = Array(command=command, count=int(count), folder=Path.cwd(), variables=os.environ)
    codes = [one.wait() for one in array.start()]
    failed = [code for code in codes if code not in {0, 3}]
    return failed[0] if failed else max(codes)


if __name__ == "__main__":
    sys.exit(main())
