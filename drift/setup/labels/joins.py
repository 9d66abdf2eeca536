"""Which key joins labels with the predictions of a log: all that a job file can say is tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from drift.setup.columns import words as column_words
from drift.setup.columns.words import points
from drift.setup.labels.guess import Join
from drift.setup.labels.keys import KeyColumn, Texts, last_part
from drift.setup.words import words_of

_FEWEST_JOINED = 3
_FEWEST_DIFFERENT = 0.3
# So many labelled predictions a plainer join may lack, a unit of cost.
_SAME_SHARE = 0.04
_IMAGE_COST = 0.1
_LAST_PART_COST = 0.35
_NEW_ID_COST = 2.0
_SHORT_NUMBER = 5


@dataclass(frozen=True, kw_only=True)
class LogKeys:
    """What names the predictions of a log.

    Attributes
    ----------
    id
        `predictions.columns.id` as it was recognised.
    images
        What reports call the image of each row; empty where the rows have none.
    others
        Further columns that could be the id.
    own_url
        The bucket, which a full URI of an image in it begins with.
    rows, is_complete
        How many rows were looked at, and whether these are all.
    """

    id: KeyColumn | None
    images: Texts
    others: Sequence[KeyColumn]
    own_url: str
    rows: int
    is_complete: bool

    @cached_property
    def last_parts(self) -> Texts:
        """The last parts of the images' names."""
        return [None if name is None else last_part(name) for name in self.images]


def best_join(keys: Sequence[KeyColumn], log: LogKeys) -> Join | None:
    """Return the way that joins most predictions; None where none does.

    Parameters
    ----------
    keys
        The columns of the labels that may name predictions.
    """
    tried = [one for key in keys for one in _joins(key, log)]
    good = [one for one in tried if one.labelled >= _FEWEST_JOINED]
    return min(good, key=_rank, default=None)


def _rank(join: Join) -> tuple[float, float, str]:
    return (_SAME_SHARE * join.cost - join.share, join.cost, join.column)


def _joins(key: KeyColumn, log: LogKeys) -> Iterator[Join]:
    if log.id is not None:
        yield from _by_id(key, log.id, log.rows, is_new=False)
    yield from _by_image(key, log)
    for other in log.others:
        if other.uniqueness >= _FEWEST_DIFFERENT and key.uniqueness >= _FEWEST_DIFFERENT:
            yield from _by_id(key, other, log.rows, is_new=True)


def _by_id(key: KeyColumn, own: KeyColumn, rows: int, *, is_new: bool) -> Iterator[Join]:
    if _is_chance(key, own):
        return
    yield Join(
        key="id",
        column=key.column,
        log_column=own.column,
        labelled=_labelled(own.texts, key.values),
        rows=rows,
        is_new_id=is_new,
        cost=key.cost + (_NEW_ID_COST + own.cost) * is_new,
    )


def _by_image(key: KeyColumn, log: LogKeys) -> Iterator[Join]:
    """Yield the join by whole names, and that by their last parts, which runs try after it."""
    for names, keys, cost in (
        (log.images, frozenset(_path(one, log.own_url) for one in key.values), _IMAGE_COST),
        (log.last_parts, frozenset(map(last_part, key.values)), _LAST_PART_COST),
    ):
        different = len({name for name in names if name})
        if different < _FEWEST_DIFFERENT * len(names):
            continue
        yield Join(
            key="image",
            column=key.column,
            log_column=None,
            labelled=_labelled(names, keys),
            rows=log.rows,
            cost=key.cost + cost,
        )


def _path(name: str, own_url: str) -> str:
    """Return an image's name in the bucket, where a full URI or `./` stands before it."""
    return name.removeprefix(own_url.rstrip("/") + "/").removeprefix("./")


def _labelled(names: Texts, keys: frozenset[str]) -> int:
    return sum(name in keys for name in names if name)


def _is_chance(key: KeyColumn, own: KeyColumn) -> bool:
    """Tell whether short numbers in columns that are called otherwise are equal by chance."""
    shared = key.values & own.values
    if not all(one.isdigit() and len(one) < _SHORT_NUMBER for one in shared):
        return False
    if words_of(key.source) == words_of(own.source):
        return False
    return points(key.source, column_words.ID) <= 0 or points(own.source, column_words.ID) <= 0
