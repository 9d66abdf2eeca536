"""A real S3 server process on a free loopback port, for tests."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import sys
import urllib.parse
import urllib.request
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.server_process import free_port, running_process

NEEDED = ("botocore", "moto", "flask", "flask_cors")
STARTS_WITHIN_S = 60.0
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
}
_LIST = "{http://s3.amazonaws.com/doc/2006-03-01/}"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Server:
    """A running server, and ways to look at it that do not pass through the code under test.

    Attributes
    ----------
    host
        Its URL, as in ``AWS_ENDPOINT_URL``.
    """

    host: str

    def make_bucket(self) -> str:
        """Make an empty bucket of its own for a test; return its name."""
        name = f"test-{uuid.uuid4().hex[:12]}"
        self.request("PUT", f"/{name}")
        return name

    def put(
        self, bucket: str, name: str, data: bytes, headers: dict[str, str] | None = None
    ) -> str:
        """Store an object as any other program would; return its ETag without quotes."""
        answer = self._open("PUT", self._path(bucket, name), data, headers or {})
        return str(answer.headers["ETag"]).strip('"')

    def get(self, bucket: str, name: str) -> bytes:
        """Return an object's content."""
        return self.request("GET", self._path(bucket, name))

    def delete(self, bucket: str, name: str) -> None:
        """Delete an object."""
        self.request("DELETE", self._path(bucket, name))

    def describe(self, bucket: str, name: str) -> dict[str, str]:
        """Return the headers that the server sends with an object, in lower case."""
        answer = self._open("HEAD", self._path(bucket, name), None, {})
        return {key.lower(): value for key, value in answer.headers.items()}

    def names(self, bucket: str) -> list[str]:
        """Return the names of all objects of a small bucket."""
        listed = ET.fromstring(self.request("GET", f"/{bucket}?list-type=2"))
        return [str(key.text) for key in listed.iter(f"{_LIST}Key")]

    def request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Send a request of one's own making; return the answer's body."""
        content: bytes = self._open(method, path, body, {}).read()
        return content

    def _path(self, bucket: str, name: str) -> str:
        return f"/{bucket}/{urllib.parse.quote(name, safe='/')}"

    def _open(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        request = urllib.request.Request(self.host + path, data=body, method=method)
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/x"}
        # Left to urllib it would be that of a form, which the server takes apart.
        signed["Content-Type"] = "application/octet-stream"
        for key, value in (signed | headers).items():
            request.add_header(key, value)
        return urllib.request.urlopen(request, timeout=30)


def missing_parts() -> list[str]:
    """Return what the S3 server needs and is not installed."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


@contextlib.contextmanager
def running_s3_server(folder: Path) -> Iterator[S3Server]:
    """Run a server while the context is open; its data is in memory, its log in `folder`."""
    port = free_port()
    program = Path(__file__).with_name("s3_server_process.py")
    # Without -P the modules beside the program would hide others of their names.
    command = [sys.executable, "-P", str(program), str(port)]
    server = S3Server(host=f"http://127.0.0.1:{port}")
    with running_process(
        command, folder, ask=lambda: server.request("GET", "/"), starts_within_s=STARTS_WITHIN_S
    ):
        yield server


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Run one server for all tests of this process; `s3://` URLs lead to it."""
    missing = missing_parts()
    if missing:
        pytest.skip(f"no S3 server: {', '.join(missing)} not installed")
    with (
        running_s3_server(tmp_path_factory.mktemp("s3-server")) as server,
        pytest.MonkeyPatch.context() as environment,
    ):
        for name, value in ENVIRONMENT.items():
            environment.setenv(name, value)
        environment.setenv("AWS_ENDPOINT_URL", server.host)
        _read_descriptions_once(environment)
        yield server


def _read_descriptions_once(patched: pytest.MonkeyPatch) -> None:
    """Let all clients of this process share what botocore reads from its files.

    Each test opens a client of its own, most of whose time goes into the same JSON. Within a
    session botocore shares what it has read too.
    """
    from botocore.loaders import JSONFileLoader  # noqa: PLC0415 - an extra

    loader, read = JSONFileLoader(), functools.cache(JSONFileLoader.load_file)
    patched.setattr(JSONFileLoader, "load_file", lambda _, path: read(loader, path))
