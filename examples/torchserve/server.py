"""A TorchServe of one's own, which leaves nothing running behind."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from examples.serving.process_group import (
    ProcessGroup,
    ServerError,
    answers,
    free_ports,
    request,
    start,
)

_START_S = 90.0
_STOP_S = 20.0


@dataclass(kw_only=True)
class TorchServe:
    """One TorchServe on free loopback ports, with its files in a folder of its own.

    Attributes
    ----------
    programs
        The folder of the programs of the environment that TorchServe is installed in.
    store
        The folder of the archives.
    environment
        Variables that the workers see, beside those of this process.
    """

    programs: Path
    store: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    inference_port: int = field(init=False, default=0)
    management_port: int = field(init=False, default=0)
    _folder: tempfile.TemporaryDirectory[str] = field(init=False)
    _processes: ProcessGroup | None = field(init=False, default=None)

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="ts-")
        try:
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        finally:
            self._folder.cleanup()

    def register(self, model: str, workers: int = 1) -> None:
        """Load a model of the store and wait until its workers answer."""
        options = f"url={model}.mar&initial_workers={workers}&synchronous=true"
        self._manage("POST", f"/models?{options}")

    def scale(self, model: str, workers: int) -> None:
        """Give a model so many workers, and wait until they answer."""
        options = f"min_worker={workers}&max_worker={workers}&synchronous=true"
        self._manage("PUT", f"/models/{model}?{options}")

    def unregister(self, model: str) -> None:
        """Take a model away, with its workers."""
        self._manage("DELETE", f"/models/{model}")

    def stop(self) -> None:
        """Run `torchserve --stop` and wait for the end of all processes."""
        if self._processes is not None:
            stopping = self._run("--stop", "--foreground").first
            with suppress(subprocess.TimeoutExpired):
                stopping.wait(_STOP_S)
            self._end()

    def terminate(self) -> None:
        """Send SIGTERM to the server's own process, as a container's runtime does."""
        pid = int((Path(self._folder.name) / ".model_server.pid").read_text(encoding="utf-8"))
        os.kill(pid, signal.SIGTERM)
        self._end()

    def kill(self) -> None:
        """Send SIGKILL to all its processes at once, as where a machine's memory is exhausted."""
        if self._processes is not None:
            self._processes.signal(signal.SIGKILL)
            self._end()

    def _start(self) -> None:
        self.inference_port, self.management_port, *others = free_ports(5)
        settings = {
            "inference_address": f"http://127.0.0.1:{self.inference_port}",
            "management_address": f"http://127.0.0.1:{self.management_port}",
            "metrics_address": f"http://127.0.0.1:{others[0]}",
            "grpc_inference_port": others[1],
            "grpc_management_port": others[2],
            # Models are registered by request, on loopback alone.
            "enable_model_api": "true",
            "disable_token_authorization": "true",
            "disable_system_metrics": "true",
        }
        config = Path(self._folder.name) / "config.properties"
        lines = [f"{key}={value}\n" for key, value in settings.items()]
        config.write_text("".join(lines), encoding="utf-8")
        options = ("--start", "--foreground", "--ncs", "--ts-config", str(config))
        self._processes = self._run(*options, "--model-store", str(self.store))
        self._processes.wait_until(lambda: answers(self.inference_port, "/ping"), _START_S)

    def _run(self, *options: str) -> ProcessGroup:
        folder = self._folder.name
        # Its pid, its sockets and its logs are kept here: another TorchServe is not in the way.
        own = {"TMPDIR": folder, "TEMP": folder, "LOG_LOCATION": folder, "METRICS_LOCATION": folder}
        threads = {"OMP_NUM_THREADS": "1"}
        command = [str(self.programs / "torchserve"), *options]
        return start(command, Path(folder), threads | dict(self.environment) | own)

    def _end(self) -> None:
        if self._processes is not None:
            processes, self._processes = self._processes, None
            processes.end()

    def _manage(self, method: str, path: str) -> None:
        status, answer = request(self.management_port, method, path)
        if status not in {200, 202}:
            said = self._processes.said() if self._processes else ""
            raise ServerError(f"{method} {path}: {status} {answer.decode()}\n{said}")
