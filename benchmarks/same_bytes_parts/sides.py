"""Running a world's commands with one checkout and then with the other, at the same path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

from benchmarks.same_bytes_parts.comparing import OUTPUT
from benchmarks.same_bytes_parts.webhook import Webhook, listening
from benchmarks.same_bytes_parts.world import Command, World

_PATIENCE_S = 600.0
_SETTINGS = {
    "DO_NOT_TRACK": "1",
    "NO_GCE_CHECK": "true",
    "NO_PROXY": "127.0.0.1,localhost",
    "CLOUDSDK_CONFIG": "/nonexistent",
    "COLUMNS": "120",
    "TZ": "UTC",
}
# The first would have every process compile the whole project anew; the second loads the tests'
# measuring; variables of a job would change all jobs.
_NOT_PASSED_ON = ("PYTHONDONTWRITEBYTECODE", "COVERAGE_PROCESS_CONFIG", "DRIFT_")


def refuse_other_checkout(checkout: Path) -> None:
    """Raise where ``import drift`` does not come from a checkout's own folder."""
    found = subprocess.run(
        [sys.executable, "-c", "import drift; print(drift.__path__[0])"],
        cwd="/",
        env=_environment(checkout),
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode != 0 or Path(found.stdout.strip()).parent != checkout:
        raise SystemExit(
            f"{checkout}: `import drift` gave {found.stdout.strip() or found.stderr.strip()!r}. "
            "Expected the package of that folder: name a checkout's top folder, as "
            "`git worktree add ../before COMMIT` makes it."
        )


class Stage:
    """A world that one checkout after the other plays in.

    All of them find it at the same path, so that no path can differ in what they write.

    Parameters
    ----------
    world
        What is built and run.
    folder
        An empty folder; what a side leaves is moved to ``folder/<side>``.
    stack
        Ends the webhook.
    """

    def __init__(self, world: World, folder: Path, stack: ExitStack) -> None:
        self.world = world
        self.built = folder / "built"
        self._folder = folder
        self._here = folder / "here"
        self._webhook: Webhook = stack.enter_context(listening())
        self._turn = threading.Lock()
        world.build(self.built)

    def play(self, side: str, checkout: Path) -> None:
        """Run the commands with a checkout; waits while another one plays."""
        with self._turn:
            shutil.copytree(self.built, self._here)
            for number, command in enumerate(self.world.commands, start=1):
                name = f"{number:02} {' '.join(command).replace('/', ' ')}"
                text = _output(command, self._here, checkout, self._webhook.url)
                self._keep(f"{name}.txt", text.encode())
                for place, body in enumerate(self._webhook.take(), start=1):
                    self._keep(f"{name}, message {place}.json", body)
            self._here.rename(self.left_by(side))

    def left_by(self, side: str) -> Path:
        """Return the folder that a side has left."""
        return self._folder / side

    def _keep(self, name: str, data: bytes) -> None:
        folder = self._here / OUTPUT
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)


def _output(command: Command, folder: Path, checkout: Path, webhook: str) -> str:
    """Return what a command writes to stdout, with its exit code."""
    module, arguments = ("drift.run", command[1:]) if command[0] == "run" else ("drift", command)
    ended = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={**_environment(checkout), "DRIFT_NOTIFY_URLS": webhook},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )
    if ended.returncode not in {0, 5}:
        raise SystemExit(
            f"{checkout}: `drift {' '.join(command)}` ended with {ended.returncode}. Expected 0, "
            f"or 5 of a check. Its errors:\n{ended.stderr[-2000:]}"
        )
    return f"{ended.stdout}exit {ended.returncode}\n"


def _environment(checkout: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(_NOT_PASSED_ON)
    }
    return {**kept, **_SETTINGS, "PYTHONPATH": str(checkout)}
