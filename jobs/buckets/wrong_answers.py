"""Answers that are not to what was asked: another request's, or no store's at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from jobs.buckets.listing import Listed

WRONG_ANSWER = (
    "until the deadline the store answered with something else than was asked for, and none of it "
    "was used. Check the proxies between here and the store: they mix up the answers"
)

NO_STORE = (
    "until the deadline something else answered in place of the store ({said}). Check the proxies "
    "between here and the store, and whether one of them wants a login"
)


class WrongAnswerError(Exception):
    """An answer belongs to another request than the one it was taken for."""


class PageError(ConnectionError):
    """A web page came in place of the store's answer, as from a proxy that wants a login."""


def refuse_page(status: int, headers: Mapping[str, str], own: tuple[str, ...]) -> None:
    """Raise `PageError` for a success that is a web page and no object of the store.

    Parameters
    ----------
    headers
        Whose names are found in any case.
    own
        Names of headers of which the store sends one at least with every object.
    """
    # An answer with status 204, as to a deletion, has no content that could be a page.
    has_content = status != HTTPStatus.NO_CONTENT
    is_page = has_content and headers.get("content-type", "").lower().startswith("text/html")
    if status < 300 and is_page and not any(name in headers for name in own):
        raise PageError("a web page came in place of the store's answer")


def require_below(listed: Listed, names: Iterable[str]) -> None:
    """Raise `WrongAnswerError` if a listing holds whole names that do not begin as was asked."""
    beginning = listed.root + listed.prefix
    for name in names:
        if not name.startswith(beginning):
            raise WrongAnswerError(f"its listing names {name}, which is not below {beginning}")
