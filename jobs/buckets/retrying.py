"""Trying a request to a store again, with growing random pauses, until a deadline."""

from __future__ import annotations

import itertools
import logging
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from jobs.buckets.deadlines import DeadlinePassedError, ending_at
from jobs.causes import chain_of, told

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySettings:
    """How long one call to a store may take, retries included.

    Attributes
    ----------
    deadline_s
        After this many seconds no further attempt is made, and the running one is cut short.
    connect_timeout_s
        How long one attempt waits for a connection.
    read_timeout_s
        How long one attempt waits for the next bytes.
    first_pause_s
        The longest pause after the first failure; it doubles with every failure.
    longest_pause_s
        No pause is longer.
    """

    deadline_s: float = 60.0
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 30.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 16.0

    @property
    def timeouts_s(self) -> tuple[float, float]:
        """For connecting and for the next bytes, as the clients want them."""
        return self.connect_timeout_s, self.read_timeout_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """A way to call a store that forgives passing failures.

    Attributes
    ----------
    settings
        The deadline and the pauses.
    failures
        The exceptions that a failed request raises; anything else passes through at once.
    is_passing
        Whether a failure is worth another attempt; it is given the number of failures of its
        type so far in this call.
    """

    settings: RetrySettings
    failures: tuple[type[Exception], ...]
    is_passing: Callable[[Exception, int], bool]

    def call(
        self, url: str, request: Callable[[int], Result], deadline_s: float | None = None
    ) -> Result:
        """Return what `request` returns; raise why it failed once there is no time left.

        Parameters
        ----------
        url
            What the request is about, for the log.
        request
            Makes one attempt. It is given zero at first; from one on, an earlier attempt may have
            succeeded unseen.
        deadline_s
            In place of the settings' own deadline.
        """
        ends_at = time.monotonic() + (deadline_s or self.settings.deadline_s)
        failed: Counter[type[Exception]] = Counter()
        known: Exception | None = None
        for number in itertools.count():
            try:
                with ending_at(ends_at):
                    return request(number)
            except self.failures as failure:
                failed[type(failure)] += 1
                pause_s = self._pause_s(number)
                too_late = time.monotonic() + pause_s >= ends_at
                # An attempt that the deadline cut short does not know what is wrong.
                is_over = _is_cut_short(failure) or time.monotonic() >= ends_at
                if known is None or not is_over:
                    known = failure
                if too_late or not self.is_passing(failure, failed[type(failure)]):
                    raise known from known.__cause__
                _log.info("%s: %s; trying again in %.1f s", url, told(failure), pause_s)
            time.sleep(pause_s)
        raise AssertionError("an endless count ended")

    def _pause_s(self, number: int) -> float:
        longest_s = min(self.settings.first_pause_s * 2.0**number, self.settings.longest_pause_s)
        # Many threads fail at the same moment; equal pauses would send them back together.
        return random.uniform(longest_s / 2, longest_s)  # noqa: S311 - no secret depends on it


def _is_cut_short(failure: Exception) -> bool:
    return any(isinstance(one, DeadlinePassedError) for one in chain_of(failure))
