"""A folder as a store."""

from __future__ import annotations

import contextlib
import os

from prediction_log.stores.store import Store


class FolderStore(Store):
    """Writes files that a reader sees whole or not at all.

    Parameters
    ----------
    url
        A path, or ``file://`` with one.
    """

    senders = 1

    def __init__(self, url: str) -> None:
        self._root = os.path.abspath(url.removeprefix("file://"))

    def put(self, name: str, data: bytes) -> None:
        """Write a file beside its place and move it there."""
        path = os.path.join(self._root, name)
        folder, last = os.path.split(path)
        # Readers leave out what begins with a dot.
        unfinished = os.path.join(folder, f".{last}.{os.urandom(4).hex()}")
        # Each time: a folder that was there a moment ago may have been removed.
        os.makedirs(folder, exist_ok=True)
        try:
            with open(unfinished, "wb") as file:
                file.write(data)
            os.replace(unfinished, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(unfinished)
            raise
