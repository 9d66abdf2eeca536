"""Small images packed: the images of one part as one object, a plain tar archive.

``images/dt=2026-03-05/part-<hex>.tar#<id>.jpg`` names one of them: the object, ``#``, the member.
"""

from __future__ import annotations

import io
from datetime import datetime, timezone

MEMBER_MARK = "#"
# A longer name needs a header in front of the header, which not every reader of tar knows.
LONGEST_MEMBER_NAME = 100
_BLOCK_BYTES = 512
# An archive ends with two empty blocks and is a multiple of this, as tar itself writes it.
_RECORD_BYTES = 20 * _BLOCK_BYTES


class Archive:
    """One archive in memory.

    Parameters
    ----------
    day
        ``YYYY-MM-DD``; its beginning is the time of all members, so that a part that is sent once
        more has the same bytes.
    """

    def __init__(self, day: str) -> None:
        self._time_s = int(datetime.fromisoformat(day).replace(tzinfo=timezone.utc).timestamp())
        self._file = io.BytesIO()

    def add(self, name: str, data: bytes) -> None:
        """Add a member."""
        # Imported when it is asked for: it takes as long as all of this package.
        import tarfile  # noqa: PLC0415

        header = tarfile.TarInfo(name)
        header.size = len(data)
        header.mtime = self._time_s
        self._file.write(header.tobuf(tarfile.USTAR_FORMAT))
        self._file.write(data)
        self._fill(_whole(self._file.tell(), _BLOCK_BYTES))

    def finished(self) -> bytes:
        """Return the archive with its end."""
        self._fill(archive_bytes(self._file.tell()))
        return self._file.getvalue()

    def _fill(self, size_bytes: int) -> None:
        self._file.write(bytes(size_bytes - self._file.tell()))


def member_bytes(size_bytes: int) -> int:
    """Return what an image of a size takes in an archive, its header included."""
    return _BLOCK_BYTES + _whole(size_bytes, _BLOCK_BYTES)


def archive_bytes(members_bytes: int) -> int:
    """Return how long an archive is whose members take so much."""
    return _whole(members_bytes + 2 * _BLOCK_BYTES, _RECORD_BYTES)


def is_packed(image: str) -> bool:
    """Tell by an image's name whether it is a member; no day and no plain id has the mark in it."""
    return MEMBER_MARK in image


def _whole(size: int, unit: int) -> int:
    """Return a size rounded up to whole units."""
    return -(-size // unit) * unit
