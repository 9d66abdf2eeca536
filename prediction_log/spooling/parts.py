"""One part of the log on the local disk: its rows in one file, their images in another.

A line of the rows' file says where the image lies, behind a tab the row as the log will hold it:
``<start> <size> <name>`` + tab + JSON, or ``- - -`` where there is no image. An image is written
before its row; a line that a kill has cut off is left out. An image that will be packed lies there
like any other: its name alone, ``<archive>#<member>``, says where it goes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from prediction_log.spooling.locked_files import create_locked, is_linked, release, write_all
from prediction_log.spooling.shards import is_packed, member_bytes

ROWS = ".rows"
IMAGES = ".images"
_NO_IMAGE = b"- - -"


class SpooledImage:
    """Where an image lies in its part's file, and what it will be called in the bucket."""

    __slots__ = ("name", "size_bytes", "start")

    def __init__(self, start: int, size_bytes: int, name: str) -> None:
        self.start = start
        self.size_bytes = size_bytes
        self.name = name


class PartWriter:
    """A part that this process is writing; it holds the lock on the rows' file.

    Parameters
    ----------
    folder
        Where the folders of days lie.

    Attributes
    ----------
    path
        What the names of its two files begin with.
    shard
        What the archive of its packed images will be called in the bucket.
    size_bytes, row_bytes
        How much was written, and how much of that to the rows' file.
    packed_bytes
        How much its packed images take in their archive.
    """

    def __init__(self, folder: str, day: str) -> None:
        self.day = day
        self._folder = os.path.join(folder, f"dt={day}")
        self._images: int | None = None
        self.size_bytes = 0
        self.row_bytes = 0
        self.packed_bytes = 0
        self._create()
        # It stays so when the files get new names: rows that were written name it.
        self.shard = f"images/dt={day}/{os.path.basename(self.path)}.tar"

    def _create(self) -> None:
        rows = None
        while rows is None:
            self.path = os.path.join(self._folder, f"part-{os.urandom(12).hex()}")
            rows = create_locked(self.path + ROWS)
        self._rows = rows

    def append(self, lines: list[tuple[bytes, str | None, bytes | None]]) -> None:
        """Write rows with their images, the images first.

        Parameters
        ----------
        lines
            For each row its JSON, the name of its image in the bucket, and the image.

        Raises
        ------
        OSError
            If the disk does not take them; none of the rows is written then.
        """
        self._save_if_removed()
        images: list[bytes] = []
        rows: list[bytes] = []
        packed_bytes = 0
        if self._images is None and any(image is not None for _, _, image in lines):
            self._images = os.open(self.path + IMAGES, os.O_RDWR | os.O_CREAT, 0o600)
        start = 0 if self._images is None else os.fstat(self._images).st_size
        for line, name, image in lines:
            where = _NO_IMAGE
            if image is not None and name is not None:
                where = f"{start} {len(image)} {name}".encode()
                images.append(image)
                packed_bytes += member_bytes(len(image)) if is_packed(name) else 0
                start += len(image)
            rows.append(where + b"\t" + line + b"\n")
        if self._images is not None:
            write_all(self._images, b"".join(images))
        write_all(self._rows, b"".join(rows))
        row_bytes = sum(map(len, rows))
        self.row_bytes += row_bytes
        self.packed_bytes += packed_bytes
        self.size_bytes += sum(map(len, images)) + row_bytes

    def _save_if_removed(self) -> None:
        """Write a part anew whose file somebody has removed, as those do who tidy /tmp."""
        if is_linked(self._rows) and (self._images is None or is_linked(self._images)):
            return
        rows, images = self._rows, self._images
        self._create()
        if images is not None:
            self._images = os.open(self.path + IMAGES, os.O_RDWR | os.O_CREAT, 0o600)
            _copy(images, self._images)
        _copy(rows, self._rows)

    def close(self) -> None:
        """Finish the part: from now on anybody may send it."""
        self._save_if_removed()
        if self._images is not None:
            os.close(self._images)
        release(self._rows)

    def forget(self) -> None:
        """Close the files as they are; in a forked child the lock stays with the parent."""
        if self._images is not None:
            os.close(self._images)
        os.close(self._rows)


def read_rows(number: int) -> Iterator[tuple[bytes, SpooledImage | None]]:
    """Yield the rows of a part with where their images lie.

    Parameters
    ----------
    number
        The rows' file, open.
    """
    with open(os.dup(number), "rb") as file:
        file.seek(0)
        for line in file:
            where, tab, row = line.partition(b"\t")
            if not tab or not row.endswith(b"\n"):
                continue
            if where == _NO_IMAGE:
                yield row, None
                continue
            start, size, name = where.decode().split(" ")
            yield row, SpooledImage(int(start), int(size), name)


def _copy(source: int, target: int) -> None:
    """Copy a file's content; the source is closed."""
    with open(source, "rb") as file:
        file.seek(0)
        while piece := file.read(1 << 20):
            write_all(target, piece)
