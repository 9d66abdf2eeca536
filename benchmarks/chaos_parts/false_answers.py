"""Answers that are not the store's: portals' pages, false 404s, redirects; and double requests."""

from __future__ import annotations

from benchmarks.chaos_parts.injector import READING, Injector, Line
from jobs.testing.clouds.bad_answers import PassOn
from jobs.testing.clouds.relay import Answer, Request

PORTAL_PAGE = Answer(
    status=200,
    headers={"Content-Type": "text/html; charset=utf-8"},
    body=b"<!DOCTYPE html><html><head><title>Welcome</title></head>"
    b"<body><h1>Sign in to use this network</h1></body></html>\n",
)


class PortalPages(Injector):
    """Answers with 200 and a page that asks for a sign-in; nothing reaches the store."""

    def __call__(self, request: Request, pass_on: PassOn) -> Answer | None:  # noqa: ARG002
        """Answer a request, or show the page."""
        return PORTAL_PAGE if self.strikes() else pass_on()


class FalseMissing(Injector):
    """Says of objects that are there that they are not, once each."""

    def __init__(self, rate: float, seed: int, line: Line) -> None:
        super().__init__(rate, seed, line)
        self._denied: set[str] = set()

    def __call__(self, request: Request, pass_on: PassOn) -> Answer | None:
        """Answer a request, or deny its object."""
        name = self.line.dialect.object_of(request)
        if not name or request.method not in READING:
            return pass_on()
        with self.drawing:
            is_denied = name not in self._denied and self.draws.random() < self.rate
            self._denied.add(name)
            self.broken += is_denied
        return self.line.dialect.missing if is_denied else pass_on()


class DoubleWrites(Injector):
    """Sends uploads and deletions twice; the answer is that to the first or to the second."""

    def __call__(self, request: Request, pass_on: PassOn) -> Answer | None:
        """Answer a request, or do it twice."""
        if request.method in READING or not self.strikes():
            return pass_on()
        answers = (pass_on(), pass_on())
        return answers[self.toss()]


class Redirects(Injector):
    """Sends requests to another server, which shows a portal's page.

    Parameters
    ----------
    portal
        The URL of that server.
    """

    def __init__(self, rate: float, seed: int, line: Line, portal: str) -> None:
        super().__init__(rate, seed, line)
        self._portal = portal

    def __call__(self, request: Request, pass_on: PassOn) -> Answer | None:
        """Answer a request, or send it elsewhere."""
        if not self.strikes():
            return pass_on()
        with self.drawing:
            status = self.draws.choice((301, 302, 303, 307, 308))
        return Answer(status=status, headers={"Location": self._portal + request.path})
