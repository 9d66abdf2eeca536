"""Rows whose image's name was used again: which of them the picture that is there describes.

A name such as `latest.jpg` stands for another picture each time that it is used. The store has only
the last one. When it was written tells whose it is: it was there for every use behind that moment,
and it is the picture of the use that it was written for. What earlier rows showed is gone.

A copy of a bucket is newer than every row. There the picture is taken for that of the last use that
is known, and whether earlier rows showed it too cannot be known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reference_stats.image_uses import ONE_USE_US, Moments, Sighting

Flags = NDArray[np.bool_]
# A picture may be stored a little after its row is written: a tenth of the way to the next use.
_STORED_LATE = 0.1
# Clients that get no answer send the same picture again some minutes later at most.
_TRIED_AGAIN_US = 600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesUsedAgain:
    """What is known of the rows whose image's name is used more than once.

    Attributes
    ----------
    names
        How many names rows of the window use more than once.
    gone
        Which rows' pictures were overwritten by that of a later use.
    unsure
        How many rows use a name before its last use, so that their picture may have been another.
    spread
        The names of such rows whose uses lie more than ten minutes apart: nobody tries again then.
    past
        How many names stand for no picture of the window any more: all of their rows are in `gone`.
    later
        How many further names may stand for a picture of a use behind the window.
    """

    names: int = 0
    gone: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    unsure: int = 0
    spread: int = 0
    past: int = 0
    later: int = 0

    def pictures(self, paths: NDArray[np.object_]) -> NDArray[np.int64]:
        """Return a number for the picture of each row; one that is gone has its own."""
        numbers: NDArray[np.int64] = pd.factorize(paths)[0].astype(np.int64)
        numbers[self.gone] = len(numbers) + np.flatnonzero(self.gone)
        return numbers


def names_used_again(
    paths: NDArray[np.object_], moments: Moments, sightings: Mapping[str, Sighting]
) -> NamesUsedAgain:
    """Return which rows the pictures that are there describe.

    Parameters
    ----------
    paths, moments
        The image of each row, and its time in microseconds since 1970 UTC.
    sightings
        What is known of the pictures of images that are used more than once, by path.
    """
    gone = np.zeros(len(paths), dtype=bool)
    names = unsure = spread = past = later = 0
    if not sightings:
        return NamesUsedAgain(gone=gone)
    for path, rows in _rows_of(paths, sightings).items():
        seen, uses = sightings[path], moments[rows]
        names += _is_reused(uses)
        described = _described(uses, seen)
        if described.all():
            continue
        if _tells(uses, seen):
            gone[rows[~described]] = True
            past += not described.any()
        elif not described.any():
            later += 1
        else:
            unsure += int((~described).sum())
            spread += bool(uses.max() - uses.min() > _TRIED_AGAIN_US)
    return NamesUsedAgain(
        names=names, gone=gone, unsure=unsure, spread=spread, past=past, later=later
    )


def is_of_use(used: int, seen: Sighting) -> bool:
    """Tell whether a picture was there for a use, of which there is none but the later one."""
    return bool(_described(np.array([used], dtype=np.int64), seen).all())


def _rows_of(
    paths: NDArray[np.object_], chosen: Mapping[str, Sighting]
) -> dict[str, NDArray[np.int64]]:
    rows: dict[str, list[int]] = {}
    for row, path in enumerate(paths.tolist()):
        if path in chosen:
            rows.setdefault(path, []).append(row)
    return {path: np.array(places, dtype=np.int64) for path, places in rows.items()}


def _is_reused(uses: Moments) -> bool:
    return bool(uses.max() - uses.min() > ONE_USE_US)


def _described(uses: Moments, seen: Sighting) -> Flags:
    """Tell which uses the picture was there for."""
    if seen.replaced:
        return np.zeros(len(uses), dtype=bool)
    described: Flags = uses >= _own_use(uses, seen) - ONE_USE_US
    return described if seen.written is None else described | (uses >= seen.written)


def _own_use(uses: Moments, seen: Sighting) -> int:
    """Return the use that the picture was written for."""
    known = _known_uses(uses, seen)
    last = int(known[-1])
    if seen.written is None or seen.written > last:
        return last
    place = int(np.searchsorted(known, seen.written))
    following = int(known[place])
    if place == 0:
        return following
    before = int(known[place - 1])
    is_late = seen.written - before <= _STORED_LATE * (following - before)
    return before if is_late else following


def _tells(uses: Moments, seen: Sighting) -> bool:
    """Return whether the picture's time tells which use it was written for."""
    known = _known_uses(uses, seen)
    if seen.written is None or seen.replaced or len(known) < 2:
        return False
    between = int(known[-1] - known[-2])
    return bool(seen.written <= known[-1] + _STORED_LATE * between)


def _known_uses(uses: Moments, seen: Sighting) -> Moments:
    later = [] if seen.used_later is None else [seen.used_later]
    return np.unique(np.concatenate([uses, np.array(later, dtype=np.int64)]))
