"""One pack as bytes: the contents of small objects, each with its name and version."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping

from jobs.buckets.bucket import StoredObject

MOST_BYTES = 32 << 20
_FIRST_LINE = b'{"format": "copies of small objects", "version": 1}'
_COMPRESSION = 4
# Names and versions of that many bytes of contents, and more.
_MOST_UNPACKED = 2 * MOST_BYTES


def pack(entries: Mapping[str, StoredObject]) -> bytes:
    """Return a pack of objects by name; the same ones are the same bytes."""
    names = sorted(entries)
    index = [[name, entries[name].version, len(entries[name].data)] for name in names]
    told = json.dumps(index, separators=(",", ":")).encode()
    contents = b"".join(entries[name].data for name in names)
    return gzip.compress(b"\n".join([_FIRST_LINE, told, contents]), _COMPRESSION, mtime=0)


def unpack(data: bytes) -> dict[str, StoredObject]:
    """Return the objects of a pack by name.

    Raises
    ------
    ValueError
        If it is no pack, of another format, damaged, or larger than one may be.
    """
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(data, _MOST_UNPACKED)
    except zlib.error as error:
        raise ValueError(f"it is damaged ({error})") from None
    if not unpacker.eof:
        raise ValueError("it is cut off, or unpacks to more than a pack may hold")
    first, _, rest = unpacked.partition(b"\n")
    if first != _FIRST_LINE:
        raise ValueError(f"it starts with {first[:40]!r}, not {_FIRST_LINE!r}")
    told, _, contents = rest.partition(b"\n")
    return _entries(told, contents)


def _entries(told: bytes, contents: bytes) -> dict[str, StoredObject]:
    found: dict[str, StoredObject] = {}
    place = 0
    try:
        for name, version, size in json.loads(told):
            end = place + max(int(size), 0)
            found[str(name)] = StoredObject(data=contents[place:end], version=str(version))
            place = end
    except (ValueError, TypeError, RecursionError):
        raise ValueError("its list of objects is damaged") from None
    if place != len(contents):
        raise ValueError(f"it holds {len(contents):,} bytes where it tells of {place:,}")
    return found
