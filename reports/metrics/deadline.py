"""Calls to foreign clients that must end, whatever the other side does."""

from __future__ import annotations

import threading
from collections.abc import Callable

from jobs.causes import advised, told
from reports.metrics.errors import MetricsError

# How long a run waits for a server that takes metrics: in all, and for each step of a request.
LIMIT_S = 15.0
STEP_S = 10.0


def call_within(limit_s: float, what: str, call: Callable[[], None]) -> None:
    """Make a call that ends within a time or is given up.

    Clients bound each step of a request and not their sum, and a look-up of a name not at all: a
    server that sends one byte a second holds them for ever. A call that is given up stays behind in
    a thread that ends with the process.

    Parameters
    ----------
    limit_s
        How long to wait, in seconds.
    what
        What is called, as the message shall name it, without secrets.
    call
        May raise anything.

    Raises
    ------
    MetricsError
        If it raised or did not end in time.
    """
    ends: list[Exception | None] = []

    def run() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - foreign clients raise what they like
            ends.append(error)
        else:
            ends.append(None)

    thread = threading.Thread(target=run, name="metrics", daemon=True)
    thread.start()
    thread.join(limit_s)
    if not ends:
        raise MetricsError(f"{what} did not answer within {limit_s:g} s.")
    if isinstance(ends[0], MetricsError):
        raise ends[0]
    if ends[0] is not None:
        advice = advised(ends[0], "Check the address and the network.")
        raise MetricsError(
            f"{what} could not be reached or refused: {told(ends[0])}. {advice}"
        ) from ends[0]
