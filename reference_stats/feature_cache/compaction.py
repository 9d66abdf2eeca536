"""Compaction: many small parts of a cache become few, and nothing is ever missing.

When. A run that has added a part compacts if more than `MOST_SMALL_PARTS` parts are below
`FULL_BYTES`; a part that is not is never touched again. So a reader meets at most that many small
parts for each writer at work, and one full part for every 14,000 images, of which it reads the
footer unless it needs the rows. What was merged is written again once in 16 runs until it fills a
part: whatever the history, that is a quarter of a megabyte a run on average at most, beside the
run's own rows. Size tiers would write a row fewer times, but leave a reader more parts, and the
writing is small beside a run's own report.

How. The rows of the parts are written as one new part first, under the hash of its content, and
only then the parts are deleted. A run does so while it holds its job's lock, which does not keep
out other jobs that use the same cache, so nothing rests on it:

- A reader that finds a part gone lists again, and finds what it was merged into.
- Two compactions of the same parts write the same bytes under the same name. Where their parts
  differ, rows are there twice until they are merged themselves. A compaction that finds a part gone
  leaves the rest to the other one.
- A compaction that is killed leaves parts beside the part that they were merged into, which names
  them in its footer. The next one deletes them, having read that part whole, and merges nothing
  that is merged already. So where this account may not delete, the first compaction is the only one
  that writes; each further one fails as it begins, with one warning.
- A damaged part is deleted: its images are computed once more, instead of a warning in each run. A
  part with other columns than this program's is left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa

from jobs.buckets.bucket import ObjectInfo
from jobs.errors import ObjectError
from reference_stats.feature_cache.part_store import PartStore
from reference_stats.feature_cache.parts import PartSummary, PartTrouble, UnusablePart, pack

_LOGGER = logging.getLogger(__name__)

# About 14,000 images with all features: a fraction of a second to read, whatever the store.
FULL_BYTES: Final = 4 * 1024 * 1024
MOST_SMALL_PARTS: Final = 16


class _OvertakenError(Exception):
    """Another compaction is at work on the same parts."""


def compact(store: PartStore) -> None:
    """Merge the small parts if there are too many; whatever fails is a warning."""
    try:
        parts = store.listed()
        if groups_to_merge(parts, store.kind.full_bytes):
            _compact(store, parts)
    except _OvertakenError:
        _LOGGER.debug("another run is compacting the %s", store.kind.cache)
    except ObjectError as error:
        _LOGGER.warning("the %s could not be compacted: %s", store.kind.cache, error)


def groups_to_merge(
    parts: Sequence[ObjectInfo], full_bytes: int | None = None
) -> list[list[ObjectInfo]]:
    """Return which parts become one part each: as many small ones as fill it, at least two.

    None do while there are no more than `MOST_SMALL_PARTS` small ones.

    Parameters
    ----------
    full_bytes
        What fills a part; None for `FULL_BYTES`.
    """
    full = FULL_BYTES if full_bytes is None else full_bytes
    small = [part for part in parts if part.size_bytes < full]
    if len(small) <= MOST_SMALL_PARTS:
        return []
    groups: list[list[ObjectInfo]] = [[]]
    size = 0
    for part in small:
        groups[-1].append(part)
        size += part.size_bytes
        if size >= full:
            groups.append([])
            size = 0
    return [group for group in groups if len(group) > 1]


def _compact(store: PartStore, parts: Sequence[ObjectInfo]) -> None:
    merged = _delete_merged(store, parts)
    left = [part for part in parts if part.name not in merged]
    for group in groups_to_merge(left, store.kind.full_bytes):
        _merge(store, group)


def _delete_merged(store: PartStore, parts: Sequence[ObjectInfo]) -> set[str]:
    """Delete the parts whose rows are in another one that is there; return their names."""
    there = {part.name for part in parts}
    done: set[str] = set()
    for part, summary in zip(parts, store.summaries(parts), strict=True):
        sources = _sources(store, summary) & there - done
        if sources and isinstance(store.read(part), pa.Table):
            store.delete(sorted(sources))
            done |= sources
    return done


def _sources(store: PartStore, summary: PartSummary | UnusablePart) -> set[str]:
    if isinstance(summary, UnusablePart):
        return set()
    return {store.folder + name for name in summary.merged}


def _merge(store: PartStore, group: Sequence[ObjectInfo]) -> None:
    found = store.read_all(group)
    if _with_trouble(found, PartTrouble.GONE):
        raise _OvertakenError
    # First, because the part that is written below may have the name of a damaged one.
    store.delete(_with_trouble(found, PartTrouble.DAMAGED))
    tables = {name: one for name, one in found.items() if isinstance(one, pa.Table)}
    if len(tables) > 1:
        names = [name.removeprefix(store.folder) for name in tables]
        store.write(pack(store.kind.in_order(pa.concat_tables(tables.values())), names))
        store.delete(list(tables))


def _with_trouble(found: Mapping[str, pa.Table | UnusablePart], trouble: PartTrouble) -> list[str]:
    return [
        name
        for name, one in found.items()
        if isinstance(one, UnusablePart) and one.trouble is trouble
    ]
