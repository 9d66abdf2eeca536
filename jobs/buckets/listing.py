"""What a cloud store is asked to list, and its answer: pages of names in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from jobs.buckets.bucket import ObjectInfo
from jobs.errors import BucketAccessError

# Stores may send some, where they have looked at much in vain.
_MOST_EMPTY_PAGES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is listed.

    Attributes
    ----------
    url
        The bucket's URL, for messages.
    bucket_name, root
        The bucket, and the folder in it that names are taken from: empty or with a slash at the
        end.
    prefix
        How the names begin, below `root`.
    one_level
        Whether folders are listed in place of what is in them.
    """

    url: str
    bucket_name: str
    root: str
    prefix: str
    one_level: bool = False


class OutOfOrderError(Exception):
    """A page of a listing does not go on where the one before ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPage:
    """Objects and folders of one answer, each in the order of names; None ends the listing.

    Attributes
    ----------
    is_bound
        Whether the answer names what was asked for.
    """

    objects: tuple[ObjectInfo, ...]
    folders: tuple[str, ...]
    next_token: str | None
    is_bound: bool = False

    @property
    def names(self) -> list[str]:
        """Of objects and folders."""
        return [*(info.name for info in self.objects), *self.folders]

    def require_order(self, last: str) -> None:
        """Check that the page goes on behind `last`, the greatest name of those before it.

        Raises
        ------
        OutOfOrderError
            If it does not, or its objects are in no order.
        """
        objects = [info.name for info in self.objects]
        if objects != sorted(objects) or min(self.names, default=last) < last:
            raise OutOfOrderError


def merged(page: ListedPage) -> Iterator[ObjectInfo | str]:
    """Yield folders and objects together in the order of their names."""
    named: dict[str, ObjectInfo | str] = {folder: folder for folder in page.folders}
    named.update((info.name, info) for info in page.objects)
    return (named[name] for name in sorted(named))


def pages_in_order(url: str, ask: Callable[[str | None, str], ListedPage]) -> Iterator[ListedPage]:
    """Yield the pages of a listing, each asked for when it is needed.

    Parameters
    ----------
    url
        What is listed, for messages.
    ask
        Returns the page of a token, None for the first, given the greatest name before it.

    Raises
    ------
    BucketAccessError
        If it does not end.
    """
    last, empty = "", 0
    token: str | None = None
    while True:
        page = ask(token, last)
        names = page.names
        last = max(names, default=last)
        empty = 0 if names else empty + 1
        if empty >= _MOST_EMPTY_PAGES:
            raise odd_listing(url, f"has {empty} empty pages in a row")
        yield page
        token = page.next_token
        if token is None:
            return


def odd_listing(url: str, what: str) -> BucketAccessError:
    """Return the error of a listing that is not in order, once each, with an end."""
    return BucketAccessError(
        url,
        f"its listing {what}. Expected names in ascending order, once each: check the store "
        "and what stands between here and it.",
    )


def distinct(objects: Iterable[ObjectInfo]) -> Iterator[ObjectInfo]:
    """Leave out what comes twice, as an object may that is written while it is listed."""
    last = ""
    for info in objects:
        if info.name != last:
            yield info
        last = info.name
