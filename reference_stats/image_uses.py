"""When the images of one run were used, as its rows tell: to know an overwritten picture."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jobs.images.locations import ImageLocation, RefusedLocation
from jobs.predictions.rows.rows import PredictionRows

Moments = NDArray[np.int64]

# The rows of one request may carry times that differ by as much.
ONE_USE_US = 1_000_000
# Stands for the moment of a use where none is known.
NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedImages:
    """The distinct images of one run, in the order in which they are first named.

    Attributes
    ----------
    locations
        Where each is.
    used
        The last time that a row names each, in microseconds since 1970 UTC; None for images that
        are in no log.
    reused
        Whether rows more than a second apart name it; None where no image is named that often.
    versions
        By path, the versions that were just listed; no image is asked for again that is in it.
    followed
        Returns, by path, the first use of images behind the run's own rows; called at most once,
        where an image is not known yet. None where that cannot be told.
    """

    locations: Sequence[ImageLocation]
    used: Moments | None = None
    reused: NDArray[np.bool_] | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    followed: Callable[[], Mapping[str, int]] | None = None

    @classmethod
    def of(
        cls,
        locations: Sequence[ImageLocation],
        moments: Moments | None = None,
        versions: Mapping[str, str] | None = None,
    ) -> WantedImages:
        """Return the images of some rows, of which `moments` are the times."""
        distinct = dict.fromkeys(locations)
        wanted = list(distinct)
        used, reused = moments, None
        if moments is not None and len(wanted) < len(locations):
            places = dict(zip(wanted, range(len(wanted)), strict=True))
            codes = np.fromiter((places[one] for one in locations), np.int64, len(locations))
            first = np.full(len(wanted), np.iinfo(np.int64).max)
            used = np.full(len(wanted), np.iinfo(np.int64).min)
            np.minimum.at(first, codes, moments)
            np.maximum.at(used, codes, moments)
            reused = used - first > ONE_USE_US
        return cls(locations=wanted, used=used, reused=reused, versions=versions or {})

    def without(self, paths: Collection[str]) -> WantedImages:
        """Return the images but those of some paths."""
        kept = [place for place, one in enumerate(self.locations) if one.path not in paths]
        return replace(
            self,
            locations=[self.locations[place] for place in kept],
            used=None if self.used is None else self.used[kept],
            reused=None if self.reused is None else self.reused[kept],
        )

    @classmethod
    def joined(cls, parts: Sequence[WantedImages]) -> WantedImages:
        """Return the images of several parts of a log, each where it is named first.

        Parameters
        ----------
        parts
            At least one; all with the times of their rows.
        """
        locations = [one for part in parts for one in part.locations]
        first = list({one: place for place, one in reversed(list(enumerate(locations)))}.values())
        kept = np.array(sorted(first), dtype=np.int64)
        reused = [
            np.zeros(len(part.locations), dtype=np.bool_) if part.reused is None else part.reused
            for part in parts
        ]
        asked = [part.followed for part in parts if part.followed is not None]
        return cls(
            locations=[locations[place] for place in kept.tolist()],
            used=np.concatenate([part.used for part in parts if part.used is not None])[kept],
            reused=np.concatenate(reused)[kept],
            versions={path: one for part in parts for path, one in part.versions.items()},
            followed=lambda: {path: use for ask in reversed(asked) for path, use in ask().items()},
        )

    def last_uses(self, images: Collection[ImageLocation]) -> dict[ImageLocation, int]:
        """Return the last uses of some of the images, each once; empty where they are in no log."""
        if self.used is None or not len(images):
            return {}
        uses = zip(self.locations, self.used.tolist(), strict=True)
        if len(images) == len(self.locations):
            return dict(uses)
        chosen = set(images)
        return {location: used for location, used in uses if location in chosen}

    @property
    def reused_paths(self) -> frozenset[str]:
        """The paths of the images that are used more than once."""
        if self.reused is None:
            return frozenset()
        return frozenset(
            self.locations[place].path for place in np.flatnonzero(self.reused).tolist()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the store or the cache told of the picture that stands for an image.

    Attributes
    ----------
    version
        The version of the object.
    written
        When it was written, in microseconds since 1970 UTC; None where that is not known.
    used_later
        A time behind the run's own rows at which the log used the same version, where the cache
        remembers one: the picture may be the later use's.
    replaced
        Whether the cache remembers another version for the same use, so that this one came after
        it.
    """

    version: str
    written: int | None = None
    used_later: int | None = None
    replaced: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether nothing tells that the picture came after the run's own use."""
        return self.used_later is None and not self.replaced


def images_of_rows(
    rows: PredictionRows, located: Sequence[ImageLocation | RefusedLocation]
) -> WantedImages:
    """Return the images that rows of a log name, with the times of the rows.

    Parameters
    ----------
    rows
        The rows.
    located
        Where the image of each is.
    """
    named = [isinstance(place, ImageLocation) for place in located]
    return WantedImages.of(
        [place for place in located if isinstance(place, ImageLocation)],
        moments_of(rows.fields["timestamp"])[np.array(named, dtype=bool)],
    )


def moments_of(times: pd.Series) -> Moments:
    """Return a column of times in UTC as microseconds since 1970."""
    moments: Moments = times.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    return moments
