"""Where the local disk holds what the store does not have yet."""

from __future__ import annotations

import binascii
import contextlib
import os
from collections.abc import Iterator

# As `tempfile` would choose; importing it takes as long as all of this package.
_TEMPORARY = "/tmp"  # noqa: S108 - the folder made in it is this user's own, which is checked
# A name may have 255 bytes; what is longer is told apart by a checksum.
_LONGEST_NAME = 200


class SpoolFolder:
    """One folder for all processes that log to one URL.

    Attributes
    ----------
    path
        The folder.
    parts, counts
        The folders of rows with images, and of counts, by day.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.parts = os.path.join(path, "parts")
        self.counts = os.path.join(path, "counts")

    def names(self, folder: str, ending: str) -> Iterator[str]:
        """Yield the paths of files below a folder of days, the oldest day first."""
        for day in _listed(folder):
            for name in _listed(os.path.join(folder, day)):
                if name.endswith(ending):
                    yield os.path.join(folder, day, name)

    def size_bytes(self) -> int:
        """Return how much all processes have written here and not sent."""
        total = 0
        for path in self.names(self.parts, ""):
            with contextlib.suppress(OSError):
                total += os.stat(path).st_size
        return total

    def remove_empty_days(self) -> None:
        """Remove the folders of days that hold nothing."""
        for folder in (self.parts, self.counts):
            for day in _listed(folder):
                with contextlib.suppress(OSError):
                    os.rmdir(os.path.join(folder, day))


def folder_of(url: str, root: str | os.PathLike[str] | None = None) -> str:
    """Return the folder for what is logged to a URL: what goes elsewhere must not lie there too.

    Parameters
    ----------
    url
        Where the log goes in the end.
    root
        Below which folder; where it is None or empty, this user's in the folder for such files.

    Raises
    ------
    PermissionError
        If somebody else has made this user's: pictures are nobody else's business.
    """
    return os.path.join(root or _own_root(), _file_name(url))


def _own_root() -> str:
    root = os.path.join(os.environ.get("TMPDIR") or _TEMPORARY, f"prediction-log-{os.geteuid()}")
    os.makedirs(root, mode=0o700, exist_ok=True)
    if os.lstat(root).st_uid != os.geteuid() or os.path.islink(root):
        raise PermissionError(
            f"{root} belongs to somebody else. Expected a folder of this user; name another one "
            "with PredictionLog(..., spool=FOLDER) or PREDICTION_LOG_SPOOL."
        )
    return root


def _file_name(url: str) -> str:
    """Return a URL as a name; other URLs have others."""
    name = "".join(
        letter if letter.isalnum() and letter.isascii() else f"_{ord(letter):x}_" for letter in url
    )
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{binascii.crc32(name.encode()):08x}-{name[-_LONGEST_NAME:]}"


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
