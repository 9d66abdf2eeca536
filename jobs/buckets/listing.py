"""What a cloud store is asked to list, and one page of its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jobs.buckets.bucket import ObjectInfo


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


def merged(page: ListedPage) -> Iterator[ObjectInfo | str]:
    """Yield folders and objects together in the order of their names."""
    named: dict[str, ObjectInfo | str] = {folder: folder for folder in page.folders}
    named.update((info.name, info) for info in page.objects)
    return (named[name] for name in sorted(named))
