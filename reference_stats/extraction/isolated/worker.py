"""The decoding process: images in, outcomes out, until the run closes the connection."""

from __future__ import annotations

import contextlib
import logging
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from reference_stats.decoding.thumbnails import thumbnail
from reference_stats.extraction.isolated import messages
from reference_stats.extraction.measuring.measure import measure
from reference_stats.extraction.warm_up import warm_up
from reference_stats.features.feature import Feature
from reference_stats.features.registry import features_named
from reference_stats.outcomes import UnreadableImage, UnreadableReason
from reference_stats.size_limits import SizeLimits

# Decoded samples of up to four bytes, what they become, and a copy or two in between.
_BYTES_PER_PIXEL = 24
_LEAST_MEMORY = 1 << 30
_MOST_SECONDS = 90


def main(descriptor: int) -> None:
    """Serve the run at the other end of a socket.

    Parameters
    ----------
    descriptor
        The file descriptor of the socket, opened by the run.
    """
    # The run decides when to end; a signal for the whole group reaches it too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # What Pillow logs about a damaged file is in the outcome.
    logging.getLogger().addHandler(logging.NullHandler())
    with socket.socket(fileno=descriptor) as connection:
        warm_up()
        with contextlib.suppress(ConnectionError):
            messages.send(connection, messages.READY)
            _serve(connection)


def _serve(connection: socket.socket) -> None:
    features: Sequence[Feature] = ()
    limits = SizeLimits()
    used = _address_space()
    with connection.makefile("rb") as stream:
        while (message := messages.receive(stream)) is not None:
            kind, content = message
            if kind == messages.ORDER:
                names, limits = messages.unpack_order(content)
                features = features_named(names)
                _limit_memory(used, limits)
                continue
            # Ended by the system if it takes too long, inside a decoder too, and whether or not
            # the run is still there.
            signal.alarm(_MOST_SECONDS)
            if kind == messages.THUMBNAIL:
                answer = messages.PICTURE, thumbnail(content) or b""
            else:
                answer = _answer(content, limits, features)
            signal.alarm(0)
            messages.send(connection, *answer)


def _answer(data: bytes, limits: SizeLimits, features: Sequence[Feature]) -> tuple[int, bytes]:
    try:
        return messages.pack_outcome(measure(data, limits, features))
    except MemoryError:
        lost = UnreadableImage(reason=UnreadableReason.OUT_OF_MEMORY)
        return messages.pack_outcome(lost)
    except Exception:  # noqa: BLE001 - a bug is told where it can be reported
        return messages.BUG, traceback.format_exc().encode()


def _limit_memory(used: int, limits: SizeLimits) -> None:
    """Let a decoder that asks for more than any allowed image needs get none."""
    if limits.max_pixels is None or limits.max_bytes is None:
        return
    of_an_image = _BYTES_PER_PIXEL * limits.max_pixels + 2 * limits.max_bytes
    wanted = used + max(_LEAST_MEMORY, of_an_image)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))


def _address_space() -> int:
    """Return the bytes of address space in use; where that cannot be told, 4 GiB."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 1 << 32
    return int(pages) * resource.getpagesize()


if __name__ == "__main__":
    main(int(sys.argv[1]))
