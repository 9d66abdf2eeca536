"""Trying templates against the objects that are there: the share of rows whose image exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

import pandas as pd

from drift.setup.images.derive_template import cost_of
from drift.setup.words import DERIVED_WORDS, REFERENCE_WORDS, has_word
from jobs.buckets.bucket import Bucket
from jobs.errors import DriftError, ObjectError, ObjectMissingError
from jobs.images.locations import ImageLocation, ImageLocator
from jobs.images.packed.names import PackedName
from jobs.images.template import placeholders_of
from jobs.job_file.image_settings import ImageSettings

_TRIED = 60
_WORKERS = 16
_ROWS_ASKED_FOR = 40
# A template whose images are a little fewer but that is much plainer is the right one more often.
_SAME_SHARE = 0.04
_FEWEST_FOUND = 0.05
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedTemplate:
    """A template and what it finds.

    Attributes
    ----------
    path
        What `images.path` would be.
    share
        How many of the rows name an object that is there.
    rows
        How many rows were tried.
    allowed_prefixes
        What `images.allowed_prefixes` has to be.
    missing
        Some of the names that are not there.
    distinct
        Different names per row.
    found
        The objects that the rows name and that are there.
    column
        What `images.column` would be, where the log holds the images itself; `path` is empty then.
    """

    path: str
    share: float
    rows: int
    allowed_prefixes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    distinct: float = 1.0
    found: frozenset[str] = field(default=frozenset(), repr=False)
    column: str | None = None

    @property
    def is_likely(self) -> bool:
        """Whether it is no chance: rows name images of their own, or every row finds one."""
        return bool(self.found) and (
            (self.share >= _FEWEST_FOUND and self.distinct >= 0.5) or self.share >= 0.9
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The objects of a bucket, those that were listed and those that can be asked for.

    Attributes
    ----------
    names
        The names that were seen.
    is_complete
        Whether others need not be asked for.
    known
        What was asked for, and whether it is there.
    refusing
        Buckets that did not answer.
    opened
        Packed objects that were looked into. Of a member of another one in a far bucket it is only
        asked whether the packed object is there.
    """

    bucket: Bucket
    open_bucket: Callable[[str], Bucket]
    names: frozenset[str]
    is_complete: bool
    known: dict[tuple[str, str], bool] = field(default_factory=dict)
    refusing: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)

    def are_there(self, places: Iterable[ImageLocation]) -> dict[ImageLocation, bool]:
        """Tell which of the images exist."""
        wanted = list(dict.fromkeys(places))
        answers = {place: self._told(place) for place in wanted}
        asked = [place for place, answer in answers.items() if answer is None]
        for first in {place.bucket_url: place for place in asked}.values():
            self.known[first.bucket_url, first.name] = self._ask(first)
        with ThreadPoolExecutor(_WORKERS) as pool:
            for place, there in zip(asked, pool.map(self._ask, asked), strict=True):
                self.known[place.bucket_url, place.name] = answers[place] = there
        return {place: bool(answer) for place, answer in answers.items()}

    def _told(self, place: ImageLocation) -> bool | None:
        if place.bucket_url == self.bucket.url:
            if place.name in self.names:
                return True
            packed = PackedName.parse(place.name)
            if self.is_complete and (packed is None or packed.shard not in self.names):
                return False
        return self.known.get((place.bucket_url, place.name))

    def _ask(self, place: ImageLocation) -> bool:
        if place.bucket_url in self.refusing:
            return False
        try:
            bucket = self.open_bucket(place.bucket_url)
            packed = PackedName.parse(place.name)
            if bucket.is_far and packed is not None and packed.shard not in self.opened:
                bucket.holder_info(place.name)
            else:
                bucket.info(place.name)
        except ObjectMissingError:
            return False
        except DriftError:
            # A store without credentials or network takes its time to say so: ask it once.
            self.refusing.add(place.bucket_url)
            return False
        return True


def try_templates(
    paths: Sequence[str], table: pd.DataFrame, shelf: Shelf, day_first: bool | None
) -> list[TriedTemplate]:
    """Return what each template finds, the best first.

    Parameters
    ----------
    paths
        The templates, the likeliest first.
    table
        Rows of the log, all columns as text.
    """
    rows = table if shelf.is_complete else table.tail(_ROWS_ASKED_FOR)
    most = _TRIED if shelf.is_complete else _TRIED // 4
    tried = [try_template(path, rows, shelf, day_first) for path in islice(paths, most)]
    return sorted((one for one in tried if one.share > 0), key=_rank)


def try_template(
    path: str,
    table: pd.DataFrame,
    shelf: Shelf,
    day_first: bool | None,
    allowed: tuple[str, ...] = (),
) -> TriedTemplate:
    """Return what one template finds."""
    settings = ImageSettings(path=path, allowed_prefixes=allowed)
    locator = ImageLocator(bucket_url=shelf.bucket.url, settings=settings, day_first=day_first)
    try:
        located = locator.locate(table, shelf.bucket.url)
    except ObjectError:
        return TriedTemplate(path=path, share=0.0, rows=len(table))
    places = [place for place in located if isinstance(place, ImageLocation)]
    there = shelf.are_there(places)
    found = [place for place in places if there[place]]
    return TriedTemplate(
        path=_plain(path),
        share=len(found) / max(1, len(table)),
        rows=len(table),
        allowed_prefixes=allowed,
        missing=tuple(dict.fromkeys(place.path for place in places if not there[place]))[:20],
        distinct=len(set(places)) / max(1, len(table)),
        found=frozenset(place.path for place in found),
    )


def _plain(path: str) -> str:
    """Return the column's name alone where a template is nothing but one value."""
    used = placeholders_of(path)
    alone = len(used) == 1 and not used[0].format and path == str(used[0])
    return used[0].column if alone else path


def _rank(tried: TriedTemplate) -> tuple[float, float, str]:
    cost = cost_of(tried.path) + _folder_cost(tried)
    # Every unit of far-fetchedness costs a few per cent of the images.
    worth = tried.share - _SAME_SHARE * cost
    # Many rows that lead to one object say nothing about each row's own image.
    return (-(worth if tried.distinct >= 0.5 else worth - 1), cost, tried.path)


def _folder_cost(tried: TriedTemplate) -> float:
    """Return what the folders of the objects say against a column of paths."""
    if "{" in tried.path:
        return 0.0
    folders = {name.rpartition("/")[0] for name in sorted(tried.found)[:50]}
    derived = sum(has_word(folder, DERIVED_WORDS) for folder in folders)
    reference = sum(has_word(folder, REFERENCE_WORDS) for folder in folders)
    named_so = has_word(tried.path, DERIVED_WORDS)
    return (3.0 * derived + 2.0 * reference) / max(1, len(folders)) + 1.0 * named_so


def other_extensions(tried: TriedTemplate, names: Iterable[str]) -> dict[str, int]:
    """Return how many of the images that a template misses are there with another extension."""
    stems = {_EXTENSION.sub("", name) for name in tried.missing}
    counts: dict[str, int] = {}
    for name in names:
        match = _EXTENSION.search(name)
        if match and name[: match.start()] in stems:
            counts[match[0]] = counts.get(match[0], 0) + 1
    return counts
