"""The stores of the trials, seen from behind: no code of the project is asked."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import xml.etree.ElementTree as ET
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from tests.support.gcs_server import GcsServer
from tests.support.s3_server import ENVIRONMENT, S3Server

REPORTS = "data_drift_reports"
LOCK = f"{REPORTS}/dogs/lock"
# What begins like this is no object but a folder bucket's own.
UNFINISHED = ".drift-bucket-"
_WRITERS_LOCK = ".drift-bucket-lock"
_LONG_AGO = "2020-01-01T00:00:00+00:00"


class Store(ABC):
    """A bucket that can be put back to how it was.

    Attributes
    ----------
    kind
        Its name in the table.
    url
        As a job file names it.
    environment
        What a run needs to find it.
    """

    kind: str
    url: str
    environment: Mapping[str, str]

    @abstractmethod
    def reset(self, before: Path) -> None:
        """Make it hold what is in the folder `before`, and nothing else."""

    @abstractmethod
    def reports(self) -> dict[str, bytes]:
        """Return all objects below the reports' folder."""

    @abstractmethod
    def put(self, name: str, data: bytes) -> None:
        """Write an object."""

    def unfinished(self) -> list[str]:
        """Return the files that are neither objects nor needed."""
        return []

    def end_lease(self) -> bool:
        """Let a dead run's lease have run out long ago; return whether one was still held."""
        lease = json.loads(self.reports().get(LOCK, b'{"state": "none"}'))
        if lease["state"] != "held":
            return False
        lease |= {"renewed": _LONG_AGO, "expires": _LONG_AGO}
        self.put(LOCK, json.dumps(lease).encode())
        return True


class FolderStore(Store):
    """A folder."""

    kind = "folder"

    def __init__(self, root: Path) -> None:
        self.root = root
        self.url = str(root)
        self.environment: Mapping[str, str] = {}

    def reset(self, before: Path) -> None:
        """Link the files: none is ever changed in place."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(before, self.root, copy_function=_link_or_copy)

    def reports(self) -> dict[str, bytes]:
        """Read the files."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted((self.root / REPORTS).rglob("*"))
            if path.is_file() and not path.name.startswith(UNFINISHED)
        }

    def put(self, name: str, data: bytes) -> None:
        """Move a complete file into place, since the present one may be linked elsewhere."""
        complete = self.root / f"{name}.new"
        complete.write_bytes(data)
        complete.replace(self.root / name)

    def unfinished(self) -> list[str]:
        """Return what a writer that died has left."""
        found = (path for path in self.root.rglob(f"{UNFINISHED}*") if path.name != _WRITERS_LOCK)
        return [path.relative_to(self.root).as_posix() for path in found]


class ServerStore(Store):
    """A bucket of a server; runs go to it by way of another address."""

    def __init__(self, server: GcsServer | S3Server) -> None:
        self._server = server
        self.bucket = server.make_bucket()

    @abstractmethod
    def _listed(self) -> dict[str, bytes]:
        """Return the MD5 of every object."""

    def reset(self, before: Path) -> None:
        """Write and delete what differs."""
        files = {
            path.relative_to(before).as_posix(): path
            for path in sorted(before.rglob("*"))
            if path.is_file() and not path.name.startswith(UNFINISHED)
        }
        there = self._listed()
        for name, path in files.items():
            data = path.read_bytes()
            if there.get(name) != hashlib.md5(data).digest():
                self.put(name, data)
        for name in there.keys() - files.keys():
            self._server.delete(self.bucket, name)

    def reports(self) -> dict[str, bytes]:
        """Download the objects."""
        names = sorted(name for name in self._listed() if name.startswith(f"{REPORTS}/"))
        return {name: self._server.get(self.bucket, name) for name in names}

    def put(self, name: str, data: bytes) -> None:
        """Upload an object."""
        self._server.put(self.bucket, name, data)


class GcsStore(ServerStore):
    """A bucket of a GCS server."""

    kind = "GCS server"

    def __init__(self, server: GcsServer, host: str) -> None:
        super().__init__(server)
        self.url = f"gs://{self.bucket}"
        self.environment = {"STORAGE_EMULATOR_HOST": host}

    def _listed(self) -> dict[str, bytes]:
        listed = json.loads(self._server.request("GET", f"/storage/v1/b/{self.bucket}/o"))
        assert "nextPageToken" not in listed, "more objects than one page of a listing holds"
        return {item["name"]: base64.b64decode(item["md5Hash"]) for item in listed.get("items", [])}


class S3Store(ServerStore):
    """A bucket of an S3 server."""

    kind = "S3 server"

    def __init__(self, server: S3Server, host: str) -> None:
        super().__init__(server)
        self.url = f"s3://{self.bucket}"
        self.environment = ENVIRONMENT | {"AWS_ENDPOINT_URL": host}

    def _listed(self) -> dict[str, bytes]:
        listed = self._server.request("GET", f"/{self.bucket}?list-type=2")
        found = [
            {field.tag.rpartition("}")[2]: field.text or "" for field in item}
            for item in ET.fromstring(listed)
            if item.tag.endswith("Contents")
        ]
        assert len(found) < 1000, "more objects than one page of a listing holds"
        return {item["Key"]: bytes.fromhex(item["ETag"].strip('"')) for item in found}


def _link_or_copy(source: str, target: str) -> None:
    if Path(source).name.startswith(UNFINISHED):
        return
    try:
        os.link(source, target)
    except OSError:
        # Another file system.
        shutil.copy2(source, target)
