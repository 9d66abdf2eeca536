"""The command as a user runs it: a process, in a folder with a job file."""

from __future__ import annotations

import atexit
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# A command that reads forty small images starts three decoding processes, each of which takes a
# second of processor time to load its machine code.
ONE_DECODER = {"DRIFT__IMAGES__DECODE_WORKERS": "1"}
# Evidently's report is most of a small run's time. Tests that look at it, or at how it is imported,
# ask for it.
WITHOUT_EVIDENTLY = {"DRIFT__EVIDENTLY__REPORT": "off"}
WITH_EVIDENTLY = {"DRIFT__EVIDENTLY__REPORT": "full"}
_ORDINARY = ONE_DECODER | WITHOUT_EVIDENTLY
JOB_FILE = """
name = "dogs"
[bucket]
url = "bucket"
[predictions]
path = "predictions_log.csv"
[images]
path = "images/{id}_{filename}"
[window]
last = "1d"
[baseline]
days = 0
[reference]
images = "reference/"
"""


def drift(
    *arguments: str, cwd: Path, timeout_s: float = 120, without: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m drift`` and return what it printed and how it ended.

    Parameters
    ----------
    without
        A variable that the environment is not to have.
    """
    variables = _ORDINARY | {name: text for name, text in os.environ.items() if name != without}
    return subprocess.run(
        [sys.executable, "-m", "drift", *arguments],
        cwd=cwd,
        env={**variables, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def warm_drift(
    *arguments: str, cwd: Path, timeout_s: float = 120, without: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process that has all imports behind it (`warm_process`).

    For tests of what the command says and does. How the program starts, what it imports and what
    Python makes of its own variables, only `drift` can show.
    """
    assert not [name for name in environment if name.startswith("PYTHON")], "too late for these"
    variables = _ORDINARY | {name: text for name, text in os.environ.items() if name != without}
    variables |= environment
    done = warm_bytes(*arguments, cwd=cwd, environment=variables, timeout_s=timeout_s)
    out, err = done.stdout.decode(), done.stderr.decode()
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)


def warm_bytes(
    *arguments: str, cwd: Path, environment: dict[str, str], timeout_s: float = 120
) -> subprocess.CompletedProcess[bytes]:
    """Run the command like `warm_drift`, with a whole environment; return the bytes it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        streams = {name: f"{folder}/{name}" for name in ("stdout", "stderr")}
        request: dict[str, Any] = {"arguments": arguments, "cwd": str(cwd), **streams}
        request["environment"] = environment
        code = _warm_process().run(request, timeout_s)
        out, err = (Path(path).read_bytes() for path in streams.values())
    return subprocess.CompletedProcess(["drift", *arguments], code, out, err)


class _WarmProcess:
    """The process that commands are forked from: one per test process, until that ends."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm_process"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._end)
        assert self._answer() == "ready"

    def run(self, request: dict[str, Any], timeout_s: float) -> int:
        """Return how the command ended; one that takes longer is killed."""
        assert self._server.stdin is not None
        print(json.dumps(request), file=self._server.stdin, flush=True)
        process = self._answer()
        killer = threading.Timer(timeout_s, os.kill, (process, signal.SIGKILL))
        killer.start()
        try:
            return int(self._answer())
        finally:
            killer.cancel()

    def _answer(self) -> Any:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        assert line, "the process that commands are forked from has ended"
        return json.loads(line)

    def _end(self) -> None:
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait(timeout=30)


_warm_process = functools.cache(_WarmProcess)
