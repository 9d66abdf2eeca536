"""Images and what the model said of them, summed up as a whole and by segment value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import log_name
from drift.days.records.measured.scales import CLASS, ProfileScales
from drift.days.scale import ReferenceScale, ScoredImages
from drift.days.sums import BothSums, ColumnSums, FamilySums, effective_number
from drift.observations.side_copies import copies_of_window
from drift.observations.unit_rows import RowUnits, mean_rows
from drift.observations.window_images import WindowImages
from jobs.predictions.values.class_names import canonical_labels
from reference_stats.model_view.scored_views import ScoredViews

# The scores of more images at a time would take gigabytes.
_AT_ONCE = 20_000

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesToSum:
    """The rows of some images.

    Attributes
    ----------
    scales
        The scales of the profile.
    rows
        What the log says.
    pictures
        The image of each row.
    clusters
        By image: those of one cluster are near-copies of each other.
    measured
        Which images could be measured, ascending.
    features
        One row for each of these.
    seen
        Which of these the model looked at, as places in `measured`, ascending; None where it is
        not known what it saw.
    view
        Their numbers: see `SeenReference.numbers`.
    """

    scales: ProfileScales
    rows: pd.DataFrame
    pictures: RowUnits
    clusters: Places
    measured: Places
    features: pd.DataFrame
    seen: Places | None = None
    view: pd.DataFrame = field(default_factory=pd.DataFrame)

    @classmethod
    def of(cls, window: WindowImages, scales: ProfileScales, burst: timedelta) -> ImagesToSum:
        """Return the images of a window; `burst` is `detection.burst`."""
        pictures = RowUnits.of(window.images_of_rows)
        analysed = window.features.index.to_numpy(dtype=np.int64)
        copies = copies_of_window(window, burst=burst).found.clusters
        found, first = np.unique(pictures.of_row[analysed], return_index=True)
        # The images that could not be measured are clusters of their own.
        clusters = len(analysed) + np.arange(pictures.number, dtype=np.int64)
        clusters[found] = copies[first]
        seen, view = _view(window, scales, first)
        return cls(
            scales=scales,
            rows=window.rows,
            pictures=pictures,
            clusters=clusters,
            measured=found,
            features=window.features.iloc[first],
            seen=seen,
            view=view,
        )

    def whole(self) -> BothSums:
        """Return the sums over all images."""
        measured = [np.arange(len(self.measured))]
        images = [np.arange(self.pictures.number)]
        return BothSums(
            features=self._features(measured)[0],
            predictions=self._said(self.rows, self.pictures, self.clusters, images)[0],
            view=self._seen(measured)[0],
        )

    def by_value(self, values: Mapping[str, Places]) -> dict[str, BothSums]:
        """Return the sums over the images of each value of one segment.

        An image some of whose rows have another value counts with the rows that have this one.

        Parameters
        ----------
        values
            By value its rows, ascending; no row has two values.
        """
        of_value = [self.pictures.of_row[rows] for rows in values.values()]
        measured = [np.flatnonzero(np.isin(self.measured, own)) for own in of_value]
        features, seen = self._features(measured), self._seen(measured)
        rows = np.concatenate([np.zeros(0, np.int64), *values.values()])
        numbers = np.repeat(np.arange(len(of_value)), [len(own) for own in of_value])
        # An image is a unit of its own in each value that its rows have.
        units = RowUnits.of(numbers * self.pictures.number + self.pictures.of_row[rows])
        clusters = np.zeros(units.number, dtype=np.int64)
        clusters[units.of_row] = self.clusters[self.pictures.of_row[rows]]
        parts = [np.unique(units.of_row[numbers == at]) for at in range(len(of_value))]
        said = self._said(self.rows.iloc[rows], units, clusters, parts)
        return {
            value: BothSums(features=features[at], predictions=said[at], view=seen[at])
            for at, value in enumerate(values)
        }

    def _features(self, parts: Sequence[Places]) -> list[FamilySums]:
        clusters = self.clusters[self.measured]
        return _sums_of_parts(self.scales.features, self.features, clusters, parts)

    def _seen(self, parts: Sequence[Places]) -> Sequence[FamilySums | None]:
        """Return the sums over parts of the measured images, of those the model looked at."""
        if self.seen is None or self.scales.view is None:
            return [None] * len(parts)
        clusters = self.clusters[self.measured[self.seen]]
        own = [np.flatnonzero(np.isin(self.seen, part)) for part in parts]
        return _sums_of_parts(self.scales.view, self.view, clusters, own)

    def _said(
        self, rows: pd.DataFrame, units: RowUnits, clusters: Places, parts: Sequence[Places]
    ) -> list[FamilySums]:
        """Return the sums over parts of the units, of those of which the model said anything."""
        known_names = set(self.scales.predictions.columns)
        names = [name for name in rows if log_name(str(name)) in known_names]
        numbers = mean_rows(rows[names], units)
        known = numbers.notna().any(axis=1).to_numpy(copy=True)
        classes: list[dict[str, Mapping[str, float]]] = [{} for _ in parts]
        if CLASS in rows:
            labels = canonical_labels(rows[CLASS])
            labelled = labels.notna().to_numpy()
            known[units.of_row[labelled]] = True
            classes = [_classes(labels, labelled & _are_of(units, part), units) for part in parts]
        place = np.cumsum(known) - 1
        return [
            replace(sums, classes=shares)
            for sums, shares in zip(
                _sums_of_parts(
                    self.scales.predictions,
                    numbers[known].rename(columns=log_name),
                    clusters[known],
                    [place[part[known[part]]] for part in parts],
                ),
                classes,
                strict=True,
            )
        ]


def _view(
    window: WindowImages, scales: ProfileScales, first: Places
) -> tuple[Places | None, pd.DataFrame]:
    """Return which images the model looked at, as places in `first`, and their numbers."""
    if window.views is None or scales.seen is None:
        return None, pd.DataFrame()
    seen, scale = np.flatnonzero(window.views.known[first]), scales.seen.scale
    own = window.scored
    if own is None or own.scale is not scale:
        own = ScoredViews.of(scale, window.views)
    shown = first[seen]
    return seen, scales.seen.numbers(window.views.take(shown), own.take(shown).scores())


def _are_of(units: RowUnits, part: Places) -> NDArray[np.bool_]:
    """Tell which rows belong to some of the units."""
    chosen = np.zeros(units.number, dtype=np.bool_)
    chosen[part] = True
    return chosen[units.of_row]


def _classes(
    labels: pd.Series, chosen: NDArray[np.bool_], units: RowUnits
) -> dict[str, Mapping[str, float]]:
    """Return by class the sum over units of its share within the unit; empty without a label."""
    if not chosen.any():
        return {}
    of_row = units.of_row[chosen]
    sizes = np.bincount(of_row)
    codes, names = pd.factorize(labels[chosen].astype("str"), sort=True)
    sums = np.zeros(len(names))
    # Units with equally many rows are added at once, so that the rows' order does not show.
    for size in np.unique(sizes[of_row]).tolist():
        sums += np.bincount(codes[sizes[of_row] == size], minlength=len(names)) / size
    return {log_name(CLASS): dict(zip(map(str, names), sums.tolist(), strict=True))}


def _sums_of_parts(
    scale: ReferenceScale, numbers: pd.DataFrame, clusters: Places, parts: Sequence[Places]
) -> list[FamilySums]:
    """Return `FamilySums.of` for parts of some images, of many images in little memory.

    Parameters
    ----------
    parts
        The places of the images of each part, ascending.
    """
    pieces: list[list[FamilySums]] = [[] for _ in parts]
    for start in range(0, max(len(numbers), 1), _AT_ONCE):
        piece = numbers.iloc[start : start + _AT_ONCE]
        scored = scale.score(piece)
        for part, sums in zip(parts, pieces, strict=True):
            own = part[np.searchsorted(part, start) : np.searchsorted(part, start + _AT_ONCE)]
            sums.append(_sums_of(scale, piece, scored, own - start))
    return [
        replace(
            sums[0] if len(sums) == 1 else _added(sums), effective=effective_number(clusters[part])
        )
        for part, sums in zip(parts, pieces, strict=True)
    ]


def _sums_of(
    scale: ReferenceScale, numbers: pd.DataFrame, scored: ScoredImages, own: Places
) -> FamilySums:
    if len(own) == len(numbers):
        return FamilySums.of_scored(scale, numbers, scored)
    mine = ScoredImages(scores=scored.scores[own], known=scored.known[own])
    return FamilySums.of_scored(scale, numbers.iloc[own], mine)


def _added(parts: Sequence[FamilySums]) -> FamilySums:
    names = dict.fromkeys(name for part in parts for name in part.columns)
    keys = dict.fromkeys(key for part in parts for key in part.scores)
    return FamilySums(
        images=sum(part.images for part in parts),
        effective=0.0,
        columns={name: _one_column([part.columns[name] for part in parts]) for name in names},
        scores={
            key: _one_score([part.scores[key] for part in parts if key in part.scores])
            for key in keys
        },
    )


def _one_column(parts: Sequence[ColumnSums]) -> ColumnSums:
    return ColumnSums(
        known=sum(one.known for one in parts),
        total=sum(one.total for one in parts),
        squares=sum(one.squares for one in parts),
        above=sum(one.above for one in parts),
        below=sum(one.below for one in parts),
    )


def _one_score(parts: Sequence[tuple[int, float, float]]) -> tuple[int, float, float]:
    return (
        sum(one[0] for one in parts),
        sum(one[1] for one in parts),
        sum(one[2] for one in parts),
    )
