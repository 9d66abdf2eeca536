"""Shows the progress of the images: a bar on a terminal, otherwise a plain line now and then."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SECONDS_BETWEEN_LINES = 10.0
_GETTING_READY = "getting ready (the first time on a machine takes half a minute)"

logger = logging.getLogger(__name__)


@contextmanager
def image_progress() -> Iterator[Callable[[int, int], None]]:
    """Yield a function that takes the number of images done and the number of all images."""
    if not sys.stderr.isatty():
        yield _PlainLines().show
        return
    from rich.console import Console  # noqa: PLC0415 - only terminals pay for it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn  # noqa: PLC0415

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_GETTING_READY, total=None)

        def show(done: int, total: int) -> None:
            said = "images" if done else _GETTING_READY
            bar.update(task, completed=done, total=total, description=said)

        yield show


class _PlainLines:
    """One log line every ten seconds."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def show(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = now
            logger.info("%d of %d images", done, total)
