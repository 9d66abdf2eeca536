"""The decoding process: images in, outcomes out, until the run closes the connection."""

from __future__ import annotations

import contextlib
import logging
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from reference_stats.decoding.thumbnails import thumbnail
from reference_stats.extraction.isolated import messages
from reference_stats.extraction.isolated.columns import pack_measured, unpack_files
from reference_stats.extraction.isolated.turns import teller
from reference_stats.extraction.measuring.measure_many import measure_many
from reference_stats.extraction.measuring.measured_files import MeasuredFiles
from reference_stats.extraction.warm_up import warm_up
from reference_stats.features.feature import Feature
from reference_stats.features.registry import feature_names, features_named
from reference_stats.outcomes import ImageFeatures, UnreadableImage, UnreadableReason
from reference_stats.size_limits import SizeLimits

# Decoded samples of up to four bytes, what they become, and a copy or two in between.
_BYTES_PER_PIXEL = 24
_LEAST_MEMORY = 1 << 30
_MOST_SECONDS = 90
Begin = Callable[[int], object]


def main(descriptor: int, turns: int) -> None:
    """Serve the run at the other end of a socket.

    Parameters
    ----------
    descriptor
        The file descriptor of the socket, opened by the run.
    turns
        That of the memory in which the run reads at which file this process is.
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
            _serve(connection, teller(turns))


def _serve(connection: socket.socket, tell: Begin) -> None:
    features: Sequence[Feature] = ()
    limits = SizeLimits()
    used = _address_space()

    def begin(place: int) -> None:
        # Ended by the system if it takes too long, inside a decoder too, and whether or not the
        # run is still there.
        signal.alarm(_MOST_SECONDS)
        tell(place)

    with connection.makefile("rb") as stream:
        while (message := messages.receive(stream)) is not None:
            kind, content = message
            if kind == messages.ORDER:
                names, limits = messages.unpack_order(content)
                features = features_named(names)
                _limit_memory(used, limits)
                continue
            if kind == messages.THUMBNAIL:
                begin(0)
                answer = messages.PICTURE, thumbnail(content) or b""
            else:
                answer = _answer(unpack_files(content), limits, features, begin)
            signal.alarm(0)
            messages.send(connection, *answer)


def _answer(
    files: Sequence[bytes], limits: SizeLimits, features: Sequence[Feature], begin: Begin
) -> tuple[int, bytes]:
    try:
        try:
            measured = measure_many(files, limits, features, before_each=begin)
        except MemoryError:
            measured = _one_by_one(files, limits, features, begin)
        return messages.MEASURED, pack_measured(measured)
    except Exception:  # noqa: BLE001 - a bug is told where it can be reported
        trace = traceback.format_exc()
    return messages.BUG, messages.pack_bug(_place_of_bug(files, limits, features, begin), trace)


def _one_by_one(
    files: Sequence[bytes], limits: SizeLimits, features: Sequence[Feature], begin: Begin
) -> MeasuredFiles:
    """Find out which of several files takes more memory than there is: the others do not."""
    outcomes: list[ImageFeatures | UnreadableImage] = []
    for place, data in enumerate(files):
        begin(place)
        try:
            outcomes += measure_many([data], limits, features).outcomes()
        except MemoryError:
            outcomes.append(UnreadableImage(reason=UnreadableReason.OUT_OF_MEMORY))
    return MeasuredFiles.of(outcomes, feature_names(features))


def _place_of_bug(
    files: Sequence[bytes], limits: SizeLimits, features: Sequence[Feature], begin: Begin
) -> int | None:
    for place, data in enumerate(files):
        begin(place)
        try:
            measure_many([data], limits, features)
        except MemoryError:
            continue
        except Exception:  # noqa: BLE001 - it is told already
            return place
    return None


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
    main(*map(int, sys.argv[1:]))
