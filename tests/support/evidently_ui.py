"""The real ``evidently ui`` on a free loopback port, and a browser that looks at it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.browser import chromium
from tests.support.server_process import free_port, running_process

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
        finished = chromium(
            "--window-size=1400,1800",
            "--virtual-time-budget=20000",
            "--dump-dom",
            self.url + path,
        )
        return finished.stdout


@contextlib.contextmanager
def running_ui(workspace: Path, folder: Path) -> Iterator[EvidentlyUi]:
    """Run ``evidently ui`` over a workspace while the context is open; its log is in `folder`."""
    port = free_port()
    command = [sys.executable, "-c", "from evidently.cli import app; app()", "ui"]
    command += ["--workspace", str(workspace), "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "DO_NOT_TRACK": "1"}
    ui = EvidentlyUi(url=f"http://127.0.0.1:{port}")
    with running_process(
        command,
        folder,
        ask=lambda: ui.ask("/api/version"),
        starts_within_s=STARTS_WITHIN_S,
        environment=environment,
    ):
        yield ui
