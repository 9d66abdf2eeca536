"""The members of a zip, stored or deflated, found by the directory at its end."""

from __future__ import annotations

import re
import stat
import struct
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.errors import ObjectError
from jobs.images.packed.members import MOST_MEMBERS, PlacedMembers, too_many
from jobs.images.packed.names import member_name
from jobs.images.packed.sources import ShardSource

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_LONG_END = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s4B4HL2L5H2L")
_LOCAL = struct.Struct("<4s2B4HL2L2H")
_LONGEST_COMMENT = 0xFFFF
_LARGEST_DIRECTORY = 256 << 20
_UNKNOWN = 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
_METHODS = {_STORED, _DEFLATED}
_ENCRYPTED, _UTF8 = 0x1, 0x800
_WINDOWS = 0
# Local headers may have a longer extra field than the directory.
_SLACK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Directory:
    """Where the directory is, and by how much all places in it are too small."""

    start: int
    size: int
    entries: int
    shift: int


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    start: int
    packed_size: int
    size: int
    checksum: int
    method: int
    is_encrypted: bool


class ZipMembers(PlacedMembers):
    """The regular files in a zip.

    Folders and links are no members. Of several members with one name the last one counts, as when
    a zip is unpacked.

    Parameters
    ----------
    source
        The zip's bytes; its end and its directory are read.

    Raises
    ------
    ObjectError
        If it is no zip, or is damaged.
    """

    def __init__(self, source: ShardSource) -> None:
        super().__init__(source)
        self._places = array("Q")
        directory = _find_directory(source)
        if directory.entries > MOST_MEMBERS:
            raise too_many(source.url)
        for number, entry in enumerate(_entries(source, directory)):
            self._numbers[entry.name] = number
            method = -1 if entry.is_encrypted else entry.method
            self._places.extend(
                (entry.start, entry.packed_size, entry.size, entry.checksum, method + 1)
            )

    def size_of(self, name: str) -> int | None:
        """Return a member's size as the directory names it."""
        number = self._numbers.get(name)
        return None if number is None else self._places[5 * number + 2]

    def read(self, name: str) -> bytes:
        """Return a member's bytes, unpacked to no more than its size and compared with its sum."""
        at = 5 * self._numbers[name]
        start, packed_size, size, checksum, method = self._places[at : at + 5]
        if method - 1 not in _METHODS:
            raise self._unreadable(name, method - 1)
        data = self._packed(name, start, packed_size)
        if method - 1 == _DEFLATED:
            data = self._inflated(name, data, size)
        if len(data) != size or zlib.crc32(data) != checksum:
            raise self._damaged(name, "its bytes do not have the size and checksum it should")
        return data

    def _packed(self, name: str, start: int, packed_size: int) -> bytes:
        read = self.source.read(start, _LOCAL.size + len(name) + _SLACK + packed_size)
        if len(read) < _LOCAL.size or read[:4] != b"PK\3\4":
            raise self._damaged(name, "there is no header at its place")
        header = _LOCAL.unpack_from(read)
        begin = _LOCAL.size + header[-2] + header[-1]
        data = read[begin : begin + packed_size]
        if len(data) < packed_size:
            data = self.source.read(start + begin, packed_size)
        if len(data) < packed_size:
            raise self._damaged(name, "the zip ends within it")
        return data

    def _inflated(self, name: str, data: bytes, size: int) -> bytes:
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size + 1)
        except zlib.error as error:
            raise self._damaged(name, f"it cannot be inflated ({error})") from None

    def _unreadable(self, name: str, method: int) -> ObjectError:
        found = "encrypted" if method < 0 else f"packed by method {method}"
        return ObjectError(
            f"{self.source.url}#{name}",
            f"this member of the zip is {found}. Expected one that is stored or deflated, without "
            "a password.",
        )

    def _damaged(self, name: str, problem: str) -> ObjectError:
        return ObjectError(
            f"{self.source.url}#{name}", f"this member of the zip is damaged: {problem}."
        )


def _find_directory(source: ShardSource) -> _Directory:
    length = min(source.size, _END.size + _LONGEST_COMMENT)
    tail = source.read(source.size - length, length)
    place = _end_in(tail)
    if place is None:
        raise _no_zip(source, "there is no directory at its end")
    end = source.size - length + place
    _, disk, _, _, entries, size, start, _ = _END.unpack_from(tail, place)
    if disk not in {0, 0xFFFF}:
        raise _no_zip(source, "it is a part of a zip in several files")
    behind = end
    if 0xFFFF in {disk, entries} or _UNKNOWN in {size, start}:
        found = _long_end(source, end)
        if found is not None:
            entries, size, start, behind = found
    shift = behind - size - start
    if shift < 0 or size > _LARGEST_DIRECTORY:
        raise _no_zip(source, "its directory is not where it should be")
    return _Directory(start=start + shift, size=size, entries=entries, shift=shift)


def _end_in(tail: bytes) -> int | None:
    """Return where the last record of a zip stands, behind which its comment may hold anything."""
    places = [
        one.start() for one in re.finditer(b"PK\5\6", tail) if len(tail) - one.start() >= _END.size
    ]
    for place in reversed(places):
        if place + _END.size + _END.unpack_from(tail, place)[-1] == len(tail):
            return place
    return places[-1] if places else None


def _long_end(source: ShardSource, end: int) -> tuple[int, int, int, int] | None:
    """Return entries, size and start of the directory of a large zip, and where it ends."""
    if end < _LOCATOR.size + _LONG_END.size:
        return None
    locator = source.read(end - _LOCATOR.size, _LOCATOR.size)
    if locator[:4] != b"PK\6\7":
        return None
    place = end - _LOCATOR.size - _LONG_END.size
    fields = _LONG_END.unpack(source.read(place, _LONG_END.size))
    if fields[0] != b"PK\6\6":
        raise _no_zip(source, "the end of its directory is damaged")
    return fields[7], fields[8], fields[9], place


def _entries(source: ShardSource, directory: _Directory) -> Iterator[_Entry]:
    """Yield what the directory says of each regular file."""
    data = source.read(directory.start, directory.size)
    at = 0
    for _ in range(directory.entries):
        if len(data) - at < _ENTRY.size or data[at : at + 4] != b"PK\1\2":
            raise _no_zip(source, "its directory is damaged")
        fields = _ENTRY.unpack_from(data, at)
        flags, method = fields[5], fields[6]
        name_length, extra_length, comment_length = fields[12:15]
        begin = at + _ENTRY.size
        written = data[begin : begin + name_length]
        name = member_name(_decoded(written, is_utf8=bool(flags & _UTF8), system=fields[2]))
        extra = data[begin + name_length : begin + name_length + extra_length]
        sizes = _long_sizes(extra, (fields[11], fields[10], fields[18]))
        at = begin + name_length + extra_length + comment_length
        if name is None or stat.S_ISLNK(fields[17] >> 16):
            continue
        size, packed_size, start = sizes
        if start + directory.shift + packed_size > source.size:
            raise _no_zip(source, f"{name!r} would end behind it")
        yield _Entry(
            name,
            start + directory.shift,
            packed_size,
            size,
            fields[9],
            method,
            bool(flags & _ENCRYPTED),
        )


def _decoded(written: bytes, *, is_utf8: bool, system: int) -> str:
    name = written.decode("utf-8" if is_utf8 else "cp437", errors="surrogateescape")
    # Some programs of Windows write folders with its own mark; unzip takes it for a / too.
    return name.replace("\\", "/") if system == _WINDOWS and "/" not in name else name


def _long_sizes(extra: bytes, short: tuple[int, int, int]) -> tuple[int, ...]:
    """Return size, packed size and place; those of more than 32 bits stand in the extra field."""
    if _UNKNOWN not in short:
        return short
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            long = iter(
                struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4)
            )
            return tuple(next(long, one) if one == _UNKNOWN else one for one in short)
        at += 4 + length
    return short


def _no_zip(source: ShardSource, problem: str) -> ObjectError:
    return ObjectError(
        source.url, f"the packed object is no complete zip: {problem}. Write it anew."
    )
