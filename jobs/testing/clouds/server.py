"""A store's server, as the suites see it."""

from __future__ import annotations

from typing import Protocol


class Server(Protocol):
    """A store's server, and ways to it that do not pass through the code under test."""

    @property
    def host(self) -> str:
        """The server's URL."""

    def make_bucket(self) -> str:
        """Make an empty bucket; return its name."""

    def put(self, bucket: str, name: str, data: bytes) -> object:
        """Store an object."""

    def get(self, bucket: str, name: str) -> bytes:
        """Return an object's content."""
