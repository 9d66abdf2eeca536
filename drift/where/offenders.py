"""The images that a drift is about: which come first, which are shown, and all of them."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.comparison.columns.columns import AlignedRows
from drift.comparison.columns.computed_rows import Rows
from drift.comparison.compare import Comparison
from drift.model_view.sides import ViewSides
from drift.observations.near_copies.order import order_by
from drift.observations.segments.segment_units import WindowSegments
from drift.observations.segments.segment_values import SegmentValue
from drift.observations.window_images import WindowImages
from drift.run_request import as_text
from drift.where.direction import Positions, far_out
from drift.where.excess import held_columns, log_ratios
from drift.where.pictures.diversity import part_first, spread_out
from drift.where.reasons import Reasons, in_words
from drift.where.segment_onset import label_of
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings.images import Offender
from reports.publishing.affected_csv import AffectedImages

MOST_OFFENDERS = 24
MOST_LISTED = 20_000
# An image is more likely than not affected where its like is twice as common as without the drift.
# It must also lie as far out along the drift as the farthest tenth of the reference: else what is
# usual in production, but not in the reference, would look affected.
_AFFECTED, _FARTHER_THAN = math.log(2), 0.9
# Another thing takes the place of one seen already only where it stands out half as much as the
# first, in likeness and in distance.
_FAR_ENOUGH = 0.5
_MOST_COMPARED, _MOST_RANKED = 20_000, 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedImages:
    """The units on the side of the drift, first what stands out most.

    Attributes
    ----------
    labels
        The row of each unit's first image; in a segment its first row that has the value.
    log_ratios
        The logarithm of how many times as common images like it are in the window as in the
        reference.
    distances
        By number that drifted, how far each unit lies out along the drift: see `Positions`.
    usual
        A tenth of the reference units lie at least so far out.
    piles
        The numbers of which the window has a pile.
    segment
        The segment whose units they are; None for those of the whole window.
    view
        The scores of a model's view of all images; None without one.
    first
        The number that captions name first, as the headline does; empty for the most visible one.
    named
        Of each log row whether it is of the part that a headline names; None where it names none.
    """

    labels: NDArray[np.int64]
    log_ratios: NDArray[np.float64]
    distances: pd.DataFrame
    usual: float
    piles: frozenset[str] = frozenset()
    segment: SegmentValue | None = None
    view: ViewSides | None = None
    first: str = ""
    named: NDArray[np.bool_] | None = None

    def affected(self) -> RankedImages:
        """Return those that are more likely than not there because of the drift."""
        keep = (self.log_ratios >= _AFFECTED) & (far_out(self.distances) >= self.usual)
        return replace(
            self,
            labels=self.labels[keep],
            log_ratios=self.log_ratios[keep],
            distances=self.distances[keep],
        )


def rank_images(
    positions: Positions, rows: AlignedRows, comparison: Comparison, window: WindowImages
) -> RankedImages:
    """Return the units of the window in the order in which they are worth a look.

    First come those whose like is most common in the window as compared with the reference; among
    equals those farther out along the drift; then by name. Of more than 100,000 units those that
    lie farthest out are ranked. Units on the other side of the drift are left out; without a drift
    there are none.

    Parameters
    ----------
    rows
        Those of both sides that the positions are of.
    """
    far = far_out(positions.current)
    judged = _farthest(far)
    names = window.rows["image"].loc[positions.current.index]
    ratios = np.zeros(len(judged))
    if len(judged):
        held = held_columns(positions, rows, comparison, names, judged)
        ratios = log_ratios(held)
    order = _in_order(ratios, far[judged], names.iloc[judged])
    places = judged[order]
    return RankedImages(
        labels=positions.current.index.to_numpy(dtype=np.int64)[places],
        log_ratios=ratios[order],
        distances=positions.current.take(places),
        usual=_usual_distance(positions.reference),
        piles=positions.piles,
    )


def find_offenders(
    ranked: RankedImages, window: WindowImages, profile: ReferenceProfile
) -> tuple[Offender, ...]:
    """Return the images to show, those of different things first.

    The score of an image is how many times as common images like it are in the window as in the
    reference. Of those that stand out at least half as much as the first (by the logarithm of the
    score and by distance), but of no more than 20,000, images that show what one before them shows
    come after the others. Those of the part that the headline names come first.
    """
    shown = part_first(_to_show(ranked, window), ranked.labels, ranked.named)
    reasons = _reasons(ranked, window, profile)
    return tuple(_offenders(ranked, shown, ranked.labels[shown], window, reasons))


def offenders_in_turn(
    ranked: Sequence[RankedImages], window: WindowImages, profile: ReferenceProfile
) -> tuple[Offender, ...]:
    """Return the images to show of several parts of the window, by turns, as many in all.

    Rows of a log are nothing to look at. Of a single part they are those of `find_offenders`.
    """
    shown = [] if window.of_rows else [find_offenders(one, window, profile) for one in ranked]
    turns = (one for turn in zip_longest(*shown) for one in turn if one is not None)
    return tuple(turns)[:MOST_OFFENDERS]


def list_affected(
    parts: Sequence[RankedImages],
    window: WindowImages,
    segments: WindowSegments,
    profile: ReferenceProfile,
) -> AffectedImages | None:
    """Return all images that are more likely than not there because of the drift, at most 20,000.

    That is where images like it are at least twice as common in the window as in the reference, and
    it lies as far out along the drift as the farthest tenth of the reference. The near-copies of
    one unit share its score. None without any.

    Parameters
    ----------
    parts
        The images of every segment that drifted, or of the whole window. An image of several is
        listed with the first one.
    """
    pictures = window.images_of_rows
    taken = np.zeros(int(pictures.max(initial=-1)) + 1, dtype=np.bool_)
    lists = []
    for part in parts:
        affected = part.affected()
        places, labels = _rows_of_units(affected, pictures, segments)
        new = ~taken[pictures[labels]]
        taken[pictures[labels]] = True
        lists.append(_listed(affected, places[new], labels[new], window, profile))
    if not taken.any():
        return None
    worst_first = heapq.merge(*lists, key=lambda one: -one[0].score)
    images, rows, drifted = zip(*islice(worst_first, MOST_LISTED), strict=True)
    values = segments.table.loc[list(rows)].astype("object").to_numpy()
    return AffectedImages(
        images=images,
        segment_columns=tuple(str(name) for name in segments.table),
        segments=tuple(tuple("" if pd.isna(one) else str(one) for one in row) for row in values),
        drifted=drifted,
        found=int(taken.sum()),
    )


def _listed(
    affected: RankedImages,
    places: NDArray[np.int64],
    labels: NDArray[np.int64],
    window: WindowImages,
    profile: ReferenceProfile,
) -> Iterator[tuple[Offender, int, str]]:
    """Yield the first images of a part, the log row of each, and what the part is called."""
    places, labels, segment = places[:MOST_LISTED], labels[:MOST_LISTED], affected.segment
    name = "" if segment is None else label_of(segment.column, segment.value)
    images = _offenders(affected, places, labels, window, _reasons(affected, window, profile))
    return ((one, row, name) for one, row in zip(images, labels.tolist(), strict=True))


def _reasons(ranked: RankedImages, window: WindowImages, profile: ReferenceProfile) -> Reasons:
    piles, view, first = ranked.piles, ranked.view, ranked.first
    return Reasons(window=window, profile=profile, piles=piles, view=view, first=first)


def _offenders(
    ranked: RankedImages,
    places: NDArray[np.int64],
    labels: NDArray[np.int64],
    window: WindowImages,
    reasons: Reasons,
) -> Iterator[Offender]:
    """Yield one image per place in the ranking, with the label of its own row."""
    rows = window.rows[["image", "id", "timestamp"]].loc[labels]
    distances = ranked.distances.iloc[places]
    names = [str(name) for name in distances]
    for label, score, image, own_id, timestamp, own in zip(
        labels.tolist(),
        np.exp(ranked.log_ratios[places]).tolist(),
        rows["image"],
        rows["id"],
        rows["timestamp"],
        distances.to_numpy().tolist(),
        strict=True,
    ):
        named = reasons.of(label, dict(zip(names, own, strict=True)))
        yield Offender(
            image=str(image),
            id=str(own_id),
            timestamp=as_text(timestamp),
            score=float(f"{score:.6g}"),
            because=in_words(named),
            reasons=named,
        )


def _rows_of_units(
    ranked: RankedImages, pictures: NDArray[np.int64], segments: WindowSegments
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the place of its unit and the row of each image of some units, in their order.

    Of units of a segment: the images that have a row in it, and its first one.
    """
    place = np.full(int(segments.clusters.max(initial=-1)) + 1, -1, dtype=np.int64)
    place[segments.units_of(pd.Index(ranked.labels))] = np.arange(len(ranked.labels))
    places, rows = place[segments.clusters], segments.analysed
    own = places >= 0
    if ranked.segment is not None:
        own &= segments.rows_of(ranked.segment)[rows]
    places, rows = places[own], rows[own]
    first = np.sort(np.unique(pictures[rows], return_index=True)[1])
    order = first[np.argsort(places[first], kind="stable")]
    return places[order], rows[order]


def _usual_distance(reference: Rows) -> float:
    far = far_out(reference)
    return float(np.quantile(far, _FARTHER_THAN)) if len(far) else 0.0


def _farthest(far: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the places of the units that lie out, the farthest ones of very many."""
    places = np.flatnonzero(far > 0)
    if len(places) > _MOST_RANKED:
        least = np.partition(far[places], -_MOST_RANKED)[-_MOST_RANKED]
        places = places[far[places] >= least]
    return places


def _in_order(
    ratios: NDArray[np.float64], far: NDArray[np.float64], names: pd.Series
) -> NDArray[np.int64]:
    return order_by(
        -ratios, lambda rows: (pd.factorize(names.iloc[rows], sort=True)[0], -far[rows].round(9))
    )


def _to_show(ranked: RankedImages, window: WindowImages) -> NDArray[np.int64]:
    """Return the places of the images to show, in their order."""
    every = np.arange(len(ranked.labels))
    if window.fingerprints is None or not len(every):
        return every[:MOST_OFFENDERS]
    far = far_out(ranked.distances)
    enough = (ranked.log_ratios >= _FAR_ENOUGH * max(ranked.log_ratios[0], 0.0)) & (
        far >= _FAR_ENOUGH * far[0]
    )
    compared = np.flatnonzero(enough)[:_MOST_COMPARED]
    labels = pd.Index(ranked.labels[compared])
    fingerprints = window.fingerprints[window.features.index.get_indexer(labels)]
    shown = compared[spread_out(fingerprints, MOST_OFFENDERS)]
    rest = np.setdiff1d(every, compared)
    return np.concatenate([shown, rest])[:MOST_OFFENDERS]
