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
from dataclasses import dataclass, field
from pathlib import Path

from reference_stats.child_processes.framing import receive, send
from reference_stats.decoding.thumbnails import thumbnail
from reference_stats.extraction.isolated import messages
from reference_stats.extraction.isolated.columns import pack_measured, unpack_files
from reference_stats.extraction.isolated.turns import teller
from reference_stats.extraction.measuring.made_pictures import MadePictures
from reference_stats.extraction.measuring.measure_many import measure_many
from reference_stats.extraction.measuring.measured_files import MeasuredFiles
from reference_stats.extraction.warm_up import warm_up
from reference_stats.features.feature import Feature
from reference_stats.features.registry import feature_names, features_named
from reference_stats.model_view.definition import Preprocessing
from reference_stats.outcomes import ImageFeatures, UnreadableImage, UnreadableReason
from reference_stats.size_limits import SizeLimits

# Decoded samples of up to four bytes, what they become, and a copy or two in between.
_BYTES_PER_PIXEL = 24
_LEAST_MEMORY = 1 << 30
# Somewhat more than the run allows, which ends this process itself: of the processor, and by the
# clock.
_MOST_PROCESSOR_S, _MOST_CLOCK_S = 90, 1_800
Begin = Callable[[int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """An order, with the features that it names."""

    features: Sequence[Feature] = ()
    limits: SizeLimits = field(default_factory=SizeLimits)
    picture: Preprocessing | None = None

    @classmethod
    def of(cls, order: messages.Order) -> _Wanted:
        features = features_named(order.names)
        return cls(features=features, limits=order.limits, picture=order.picture)

    def measure(self, files: Sequence[bytes], begin: Begin | None = None) -> MeasuredFiles:
        limits, features, picture = self.limits, self.features, self.picture
        if begin is None:
            return measure_many(files, limits, features, picture=picture)
        return measure_many(files, limits, features, before_each=begin, picture=picture)


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
            send(connection, messages.READY)
            _serve(connection, teller(turns))


def _serve(connection: socket.socket, tell: Begin) -> None:
    wanted = _Wanted()
    used = _address_space()

    def begin(place: int) -> None:
        # Ended by the system if it takes too long, inside a decoder too, and whether or not the
        # run is still there.
        limit_time(_MOST_PROCESSOR_S, _MOST_CLOCK_S)
        tell(place)

    with connection.makefile("rb") as stream:
        while (message := receive(stream)) is not None:
            kind, content = message
            if kind == messages.ORDER:
                wanted = _Wanted.of(messages.unpack_order(content))
                _limit_memory(used, wanted.limits)
                continue
            if kind == messages.THUMBNAIL:
                begin(0)
                answer = messages.PICTURE, thumbnail(content) or b""
            else:
                answer = _answer(unpack_files(content), wanted, begin)
            limit_time(0, 0)
            send(connection, *answer)


def limit_time(processor_s: float, clock_s: int) -> None:
    """Let the system end this process after so many seconds from now; 0 for never."""
    signal.setitimer(signal.ITIMER_PROF, processor_s)
    signal.alarm(clock_s)


def _answer(files: Sequence[bytes], wanted: _Wanted, begin: Begin) -> tuple[int, bytes]:
    try:
        try:
            measured = wanted.measure(files, begin)
        except MemoryError:
            measured = _one_by_one(files, wanted, begin)
        return messages.MEASURED, pack_measured(measured)
    except Exception:  # noqa: BLE001 - a bug is told where it can be reported
        trace = traceback.format_exc()
    return messages.BUG, messages.pack_bug(_place_of_bug(files, wanted, begin), trace)


def _one_by_one(files: Sequence[bytes], wanted: _Wanted, begin: Begin) -> MeasuredFiles:
    """Find out which of several files takes more memory than there is: the others do not."""
    outcomes: list[ImageFeatures | UnreadableImage] = []
    how = wanted.picture
    pictures = None if how is None else MadePictures.of(how, len(files))
    for place, data in enumerate(files):
        begin(place)
        try:
            alone = wanted.measure([data])
        except MemoryError:
            outcomes.append(UnreadableImage(reason=UnreadableReason.OUT_OF_MEMORY))
            continue
        outcomes += alone.outcomes()
        if pictures is not None and alone.pictures is not None:
            pictures.pictures[place] = alone.pictures.pictures[0]
            pictures.made[place] = alone.pictures.made[0]
    return MeasuredFiles.of(outcomes, feature_names(wanted.features), pictures)


def _place_of_bug(files: Sequence[bytes], wanted: _Wanted, begin: Begin) -> int | None:
    for place, data in enumerate(files):
        begin(place)
        try:
            wanted.measure([data])
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
