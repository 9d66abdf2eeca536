"""Answers that come late: on a kept connection, to the request after the one that asked."""

from __future__ import annotations

from benchmarks.chaos_parts.injector import Injector, Line
from jobs.testing.clouds.bad_answers import PassOn
from jobs.testing.clouds.relay import Answer, Request, refusal


class LateAnswers(Injector):
    """Lets connections fall one answer behind, as a proxy does that mixes them up.

    The request with which it begins is answered by 503 or 504 while the store does it, or gets its
    own answer, which then comes once more. From there on every request of the connection is
    answered with the answer to the one before, until the client closes the connection.
    """

    def __init__(self, rate: float, seed: int, line: Line) -> None:
        super().__init__(rate, seed, line)
        # By the connection's port.
        self._behind: dict[int, Answer] = {}

    def __call__(self, request: Request, pass_on: PassOn) -> Answer | None:
        """Answer a request, perhaps with what an earlier one asked for."""
        with self.drawing:
            late = self._behind.pop(request.port, None)
        if late is None and not self.strikes():
            return pass_on()
        answer = pass_on()
        with self.drawing:
            self._behind[request.port] = answer
            self.broken += late is not None
        if late is not None:
            return late
        if self.toss():
            return answer
        return refusal(503 if self.toss() else 504, "the store took too long")
