"""The check of what the server itself measured; a run goes on without it."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.check.result import Check, is_ok, look
from drift.workplace import Workplace
from jobs.serving.reading import read_serving
from jobs.times.windows import TimeWindow


def check_serving(place: Workplace, window: TimeWindow) -> Iterator[Check]:
    """Say what was found at `serving.path`, and how much of it lies in the window."""
    settings = place.job.serving
    if settings is None:
        return
    measured = read_serving(place.bucket, settings, window)
    result = measured.result
    kinds = " and ".join(measured.formats) or "no known format"
    objects = "1 object" if measured.objects == 1 else f"{measured.objects:,} objects"
    found = (
        f"{settings.path}: {objects}, {kinds}; {result.lines + result.scrapes:,} samples and "
        f"{result.all_models.requests:,} requests in the window"
    )
    if measured.unread:
        first = measured.unread[0]
        yield look(
            "serving",
            f"{found}. {len(measured.unread):,} could not be read, or not wholly: {first.url}: "
            f"{first.reason}",
            "A run goes on without it. Correct serving.path, or the object.",
        )
    elif not result.lines + result.scrapes:
        yield look(
            "serving",
            found,
            "Let the server's metrics be copied to the bucket before the run, or leave [serving] "
            "out.",
        )
    else:
        yield is_ok("serving", found)
