"""Messages of a kind and a content, between a run and its own processes.

Nothing here runs code of the other side.
"""

from __future__ import annotations

import socket
import struct
from typing import BinaryIO

# The kind of a message and the length of what follows.
_HEAD = struct.Struct("<BQ")
_MOST_JOINED_BYTES = 8 << 20


def send(connection: socket.socket, kind: int, *parts: bytes | memoryview) -> None:
    """Send one message, whose content is these parts."""
    length = sum(map(len, parts))
    head = _HEAD.pack(kind, length)
    if length <= _MOST_JOINED_BYTES:
        connection.sendall(b"".join((head, *parts)))
        return
    for part in (head, *parts):
        connection.sendall(part)


def receive(stream: BinaryIO, most: int | None = None) -> tuple[int, bytes] | None:
    """Return the kind and the content of the next message; None at the end, even within one.

    Parameters
    ----------
    most
        A message of more bytes is the end as well; None for any length.
    """
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    if most is not None and length > most:
        return None
    content = stream.read(length)
    return (kind, content) if len(content) == length else None
