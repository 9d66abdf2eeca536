"""The members of a tar: ustar, pax and GNU headers, without the archive being unpacked."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator

from jobs.errors import ObjectError
from jobs.images.packed.members import MOST_MEMBERS, PlacedMembers, too_many
from jobs.images.packed.names import member_name
from jobs.images.packed.sources import BlockReader, ShardSource

_BLOCK = 512
_FILES = b"0\0" + b"7"
# Links, devices, folders and pipes have no data behind their header, whatever size it names.
_WITHOUT_DATA = b"123456"
# The data behind a header of these kinds says more of the next one.
_PAX, _GLOBAL_PAX, _LONG_NAME, _LONG_LINK = b"x", b"g", b"L", b"K"
_MORE = _PAX + _GLOBAL_PAX + _LONG_NAME + _LONG_LINK
_LONGEST_MORE = 1 << 20
_ZEROS = bytes(_BLOCK)
_BLANKS = sum(b" " * 8)
_PAX_RECORD = re.compile(rb"(\d{1,9}) ([^=]+)=")
_PAX_SIZE = re.compile(rb"\d{1,18}")


class TarMembers(PlacedMembers):
    """The regular files in a tar.

    Folders, links, devices and sparse files are no members. Of several members with one name the
    last one counts, as when a tar is unpacked.

    Parameters
    ----------
    source
        The tar's bytes, read once from header to header.

    Raises
    ------
    ObjectError
        If it is no tar, is damaged, or ends too early.
    """

    def __init__(self, source: ShardSource) -> None:
        super().__init__(source)
        self._starts = array("Q")
        self._sizes = array("Q")
        for name, start, size in _files(source):
            self._numbers[name] = len(self._starts)
            self._starts.append(start)
            self._sizes.append(size)
            if len(self._starts) > MOST_MEMBERS:
                raise too_many(source.url)

    def size_of(self, name: str) -> int | None:
        """Return a member's size."""
        number = self._numbers.get(name)
        return None if number is None else self._sizes[number]

    def read(self, name: str) -> bytes:
        """Return a member's bytes."""
        number = self._numbers[name]
        return self.source.read(self._starts[number], self._sizes[number])


def _files(source: ShardSource) -> Iterator[tuple[str, int, int]]:
    """Yield name, first byte and size of each regular file."""
    reader, at, more = BlockReader(source), 0, _MoreOfNext()
    while True:
        header = reader.read(at, _BLOCK)
        if header == _ZEROS or (not header and at):
            return
        size = _size_of(header, source, at)
        kind, start = header[156:157], at + _BLOCK
        if kind in _MORE:
            at = _behind(start, size, source, at)
            if size > _LONGEST_MORE:
                raise _damaged(source, start - _BLOCK, "the name of a member is too long")
            more.take(kind, reader.read(start, size))
            continue
        size = 0 if kind in _WITHOUT_DATA else size if more.size is None else more.size
        start += _sparse_map(kind, header, reader, start)
        at = _behind(start, size, source, at)
        if kind in _FILES and not more.is_sparse:
            name = member_name(more.name or _name_in(header))
            if name is not None:
                yield name, start, size
        more = _MoreOfNext()


def _sparse_map(kind: bytes, header: bytes, reader: BlockReader, start: int) -> int:
    """Return how many bytes an old GNU sparse file has between its header and its data."""
    if kind != b"S" or not header[482]:
        return 0
    length = _BLOCK
    while len(block := reader.read(start + length - _BLOCK, _BLOCK)) == _BLOCK and block[504]:
        length += _BLOCK
    return length


def _behind(start: int, size: int, source: ShardSource, at: int) -> int:
    """Return where the header behind some data begins."""
    if start + size > source.size:
        raise _damaged(source, at, "it ends within the member that begins there")
    return start + -(-size // _BLOCK) * _BLOCK


def _size_of(header: bytes, source: ShardSource, at: int) -> int:
    """Return the size that a header names, once its checksum is compared."""
    if len(header) < _BLOCK:
        raise _damaged(source, at, "it ends within a header")
    field = header[124:136]
    try:
        checksum = int(header[148:156].strip(b" \0") or b"0", 8)
        size = (
            int.from_bytes(field[1:], "big")
            if field[0] == 0x80
            else int(field.strip(b" \0") or b"0", 8)
        )
    except ValueError:
        raise _damaged(source, at, "there is no header where one should be") from None
    if sum(header) - sum(header[148:156]) + _BLANKS != checksum or size < 0:
        raise _damaged(source, at, "the checksum of a header is wrong")
    return size


def _name_in(header: bytes) -> str:
    name = header[:100].partition(b"\0")[0]
    # Old GNU headers have times where ustar has the beginning of a long name.
    if header[345] and header[257:263] == b"ustar\0":
        name = header[345:500].partition(b"\0")[0] + b"/" + name
    return name.decode(errors="surrogateescape")


class _MoreOfNext:
    """What headers before a member's own say of it."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.size: int | None = None
        self.is_sparse = False

    def take(self, kind: bytes, data: bytes) -> None:
        """Take in the data of such a header."""
        if kind == _LONG_NAME:
            self.name = data.partition(b"\0")[0].decode(errors="surrogateescape")
        elif kind == _PAX:
            self._take_records(data)

    def _take_records(self, data: bytes) -> None:
        at = 0
        while record := _PAX_RECORD.match(data, at):
            end = at + int(record[1])
            if end <= record.end():
                return
            key, value = record[2], data[record.end() : end - 1]
            if key == b"path":
                self.name = value.decode(errors="surrogateescape")
            elif key == b"size" and _PAX_SIZE.fullmatch(value):
                self.size = int(value)
            elif key.startswith(b"GNU.sparse."):
                self.is_sparse = True
            at = end


def _damaged(source: ShardSource, at: int, problem: str) -> ObjectError:
    return ObjectError(
        source.url,
        f"the packed object is no complete tar: {problem}, at byte {at:,} of {source.size:,}. "
        "Write it anew.",
    )
