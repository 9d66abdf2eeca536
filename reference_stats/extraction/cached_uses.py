"""The cache's rows of one run's images, by the uses that they tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from reference_stats.image_uses import NEVER, ONE_USE_US, Moments, Sighting

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedUses:
    """Rows of the cache beside the run's own last use of each image.

    Attributes
    ----------
    rows
        The rows, all of them of wanted images.
    images
        The image of each row: a place in the run's list of images.
    used
        When the image of each row was last used; before every time where that is not known.
    wanted
        The run's own last use of each row's image.
    told
        Whether each row tells when its version was written.
    """

    rows: pa.Table
    images: NDArray[np.int64]
    used: Moments
    wanted: Moments
    told: Flags

    @classmethod
    def of(cls, rows: pa.Table, paths: Sequence[str], wanted: Moments) -> RememberedUses:
        """Return the rows of some images, of which `wanted` are the run's own last uses."""
        places = pc.index_in(rows.column("image"), value_set=pa.array(paths, pa.string()))
        images = places.to_numpy().astype(np.int64)
        return cls(
            rows=rows,
            images=images,
            used=pc.fill_null(rows.column("used"), NEVER).to_numpy(),
            wanted=wanted[images],
            told=pc.is_valid(rows.column("written")).to_numpy(),
        )

    @property
    def own(self) -> Flags:
        """Which rows tell of the run's own last use of their image."""
        flags: Flags = self.used == self.wanted
        return flags

    @property
    def timeless(self) -> Flags:
        """Which rows tell of no use."""
        flags: Flags = self.used == NEVER
        return flags

    def among(self, images: Flags | None) -> Flags:
        """Return which rows are of some of the run's images; none where that is None."""
        return np.zeros(len(self.images), dtype=bool) if images is None else images[self.images]

    def of_images(self, rows: Flags) -> Flags:
        """Return all rows of the images that these rows are of."""
        chosen = np.zeros(int(self.images.max(initial=-1)) + 1, dtype=bool)
        chosen[self.images[rows]] = True
        flags: Flags = chosen[self.images]
        return flags

    def paths(self, rows: Flags) -> frozenset[str]:
        """Return the images of some of the rows."""
        return frozenset(self.where(rows).column("image").to_pylist())

    def where(self, wanted: Flags) -> pa.Table:
        """Return some of the rows."""
        return self.rows if wanted.all() else self.rows.filter(pa.array(wanted))

    def later(self) -> dict[tuple[str, str], int]:
        """Return the latest use of each version that is later than the run's own."""
        behind = self.used > self.wanted + ONE_USE_US
        if not behind.any():
            return {}
        paths, versions = _texts(self.where(behind))
        uses = zip(self.used[behind].tolist(), zip(paths, versions, strict=True), strict=True)
        return {key: used for used, key in sorted(uses)}

    def versions(self, rows: Flags) -> dict[str, Sighting]:
        """Return, by path, the version that one of these rows is of and when it was written."""
        chosen = self.where(rows)
        written = chosen.column("written").to_pylist()
        told = zip(*_texts(chosen), written, strict=True)
        # The greatest where there are several, whatever the order of the rows.
        ordered = sorted(told, key=lambda one: (len(one[1]), one[1], one[2] or NEVER))
        return {path: Sighting(version=version, written=when) for path, version, when in ordered}


def _texts(rows: pa.Table) -> tuple[list[str], list[str]]:
    return rows.column("image").to_pylist(), rows.column("version").to_pylist()
