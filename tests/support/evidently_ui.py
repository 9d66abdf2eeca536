"""The real ``evidently ui`` on a free loopback port, and a browser that looks at it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import FLAGS, browser
from tests.support.gcs_server import free_port

# It imports for five seconds on a quiet machine and then reads all snapshots.
STARTS_WITHIN_S = 120.0
LIMIT_S = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidentlyUi:
    """A running user interface; `url` is its root, without a slash at its end."""

    url: str

    def ask(self, path: str, body: object | None = None) -> Any:
        """Return the JSON that the service answers; a body makes it a POST."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:
            return json.loads(answer.read())

    def rendered(self, path: str) -> str:
        """Return a page's DOM once headless Chromium has run its scripts."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            command = [browser(), *FLAGS, f"--user-data-dir={profile}", "--window-size=1400,1800"]
            command += ["--virtual-time-budget=20000", "--dump-dom", self.url + path]
            finished = subprocess.run(
                command, capture_output=True, text=True, timeout=LIMIT_S, check=False
            )
        return finished.stdout


@contextlib.contextmanager
def running_ui(workspace: Path, folder: Path) -> Iterator[EvidentlyUi]:
    """Run ``evidently ui`` over a workspace while the context is open; its log is in `folder`."""
    port = free_port()
    command = [sys.executable, "-c", "from evidently.cli import app; app()", "ui"]
    command += ["--workspace", str(workspace), "--host", "127.0.0.1", "--port", str(port)]
    log_path = folder / "evidently-ui.log"
    with log_path.open("wb") as log:
        environment = {**os.environ, "DO_NOT_TRACK": "1"}
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
    try:
        ui = EvidentlyUi(url=f"http://127.0.0.1:{port}")
        _wait_until_it_answers(ui, process, log_path)
        yield ui
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(
    ui: EvidentlyUi, process: subprocess.Popen[bytes], log_path: Path
) -> None:
    gives_up_at = time.monotonic() + STARTS_WITHIN_S
    while True:
        try:
            ui.ask("/api/version")
        except (urllib.error.URLError, ConnectionError):
            if process.poll() is not None or time.monotonic() > gives_up_at:
                pytest.fail(f"evidently ui did not start: {log_path.read_text()}")
            time.sleep(0.2)
        else:
            return
