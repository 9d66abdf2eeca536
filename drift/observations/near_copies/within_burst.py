"""Near-copies of one client within one burst: together they are one observation.

Twenty pictures that one user takes of one thing say hardly more than one of them. Taken for twenty
independent images they would break the stated false alarm rate, so what is permuted are clusters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.near_copies.links import Linkable, link_components, merge_labels
from drift.observations.near_copies.order import order_by
from reference_stats.fingerprint import Fingerprints

# A burst is short: a lens that is covered for a whole day is not one observation.
LARGEST_CLUSTER = 25

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRecords:
    """Which images there are, row by row.

    Attributes
    ----------
    names
        The path of the stored image; rows of equal name are the same image.
    numbers
        A number for the image of each row; None where it is to be told by the names.
    fingerprints
        uint64 of shape (rows, words).
    known
        Which rows have a fingerprint at all; all of them where None.
    clients
        Who sent each image, None or missing where that is not known; images whose client is not
        known count as one client's.
    times
        datetime64 in UTC; None for images without times, such as a folder of reference images.
    """

    names: Sequence[str] | NDArray[np.object_] | pd.Series[str]
    fingerprints: Fingerprints
    known: Flags | None = None
    clients: Sequence[str | None] | NDArray[np.object_] | None = None
    times: NDArray[np.datetime64] | None = None
    numbers: Numbers | None = None

    def names_of(self, rows: Numbers) -> NDArray[np.object_]:
        """Return the names of some rows."""
        if isinstance(self.names, pd.Series):
            texts: NDArray[np.object_] = self.names.iloc[rows].to_numpy(dtype=object)
            return texts
        return np.asarray(self.names, dtype=object)[rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCopies:
    """What `find_near_copies` found, in the order of the rows.

    Attributes
    ----------
    clusters
        The cluster of each row, 0, 1, ... in the order of their first images.
    is_near_copy
        Whether an earlier image of the same client and burst, linked by near-copies, is there.
        Rows that name one image have the value of the first of them.
    images
        A number for the image that each row names, from 0 without gaps.
    """

    clusters: Numbers
    is_near_copy: Flags
    images: Numbers


def find_near_copies(records: ImageRecords, *, burst: timedelta) -> NearCopies:
    """Return the cluster of every image and whether it is a near-copy of an earlier one.

    Near-copies of one client that are at most `burst` apart are linked, and what is linked
    through others is one cluster (single linkage): a burst may be longer than `burst`. Without
    times near-copies anywhere are linked. Rows that name the same image are one cluster whatever
    their time and client. A cluster holds at most `LARGEST_CLUSTER` distinct images; a longer one
    is cut into consecutive ones by time, then name.

    The result does not depend on the order of the rows. Where more than 64 images of one client
    lie within a burst, or there are no times, pairs that differ in many of the bits that
    near-copies may differ in can be missed; a pair of nearly equal fingerprints is not.

    Parameters
    ----------
    records
        The images.
    burst
        How far apart in time near-copies are linked; positive.
    """
    rows = len(records.names)
    moments = _moments(records.times, rows)
    names = _numbered(records)
    clients = _clients(records.clients, rows)
    order = _by_time(moments, names, records, clients)
    linked = _link(records, order, moments, clients, burst)
    images = names[order]
    result = np.empty(rows, dtype=np.int64)
    near = np.empty(rows, dtype=np.bool_)
    result[order] = _cut(_join_images(linked, images), images)
    near[order] = _follows(linked, images)
    return NearCopies(clusters=result, is_near_copy=near, images=names)


def as_moments(times: pd.Series) -> NDArray[np.datetime64]:
    """Return a column of times in UTC as `ImageRecords.times`."""
    moments: NDArray[np.datetime64] = times.dt.tz_localize(None).to_numpy("datetime64[us]")
    return moments


def _moments(times: NDArray[np.datetime64] | None, rows: int) -> Numbers:
    """Return microseconds since 1970, or 0 everywhere where there are no times."""
    if times is None:
        return np.zeros(rows, dtype=np.int64)
    return np.asarray(times).astype("datetime64[us]").astype(np.int64)


def _numbered(records: ImageRecords) -> Numbers:
    """Return a number for the image of each row, from 0 without gaps, in order of the first."""
    known = records.numbers
    names = np.asarray(records.names, dtype=object) if known is None else known
    return pd.factorize(names)[0].astype(np.int64, copy=False)


def _clients(clients: Sequence[str | None] | NDArray[np.object_] | None, rows: int) -> Numbers:
    """Return a number for each client that sorts as the clients do; -1 for a missing one."""
    if clients is None:
        return np.full(rows, -1, dtype=np.int64)
    values = np.asarray(clients, dtype=object)
    return pd.factorize(values, sort=True)[0].astype(np.int64, copy=False)


def _by_time(moments: Numbers, names: Numbers, records: ImageRecords, clients: Numbers) -> Numbers:
    """Return the rows by time, then name, then client."""

    def keys(rows: Numbers) -> tuple[Numbers, Numbers]:
        _, first, positions = np.unique(names[rows], return_index=True, return_inverse=True)
        rank = np.empty(len(first), dtype=np.int64)
        texts = records.names_of(rows[first])
        rank[np.argsort(texts, kind="stable")] = np.arange(len(first))
        return clients[rows], rank[positions]

    return order_by(moments, keys)


def _link(
    records: ImageRecords, order: Numbers, moments: Numbers, clients: Numbers, burst: timedelta
) -> Numbers:
    """Return a number per row, in the order given, that is equal where rows are linked."""
    labels = np.arange(len(order), dtype=np.int64)
    known = np.ones(len(order), dtype=np.bool_) if records.known is None else records.known
    positions = np.flatnonzero(known[order])
    rows = order[positions]
    # Logs are in order of time mostly, and a million fingerprints are not copied for nothing.
    in_order = np.array_equal(rows, np.arange(len(records.fingerprints)))
    linkable = Linkable(
        fingerprints=records.fingerprints if in_order else records.fingerprints[rows],
        clients=clients if in_order else clients[rows],
        moments=moments if in_order else moments[rows],
        reach=None if records.times is None else burst // timedelta(microseconds=1),
    )
    labels[positions] = positions[link_components(linkable)]
    return labels


def _join_images(linked: Numbers, images: Numbers) -> Numbers:
    """Return `linked` with all rows of one image joined too; each label is its first row."""
    return merge_labels(linked, _first_rows(images)[images], np.arange(len(images)))


def _follows(linked: Numbers, images: Numbers) -> Flags:
    """Tell for each row whether its image, at its first row, is linked to an earlier image."""
    leader = images[linked[_first_rows(images)[images]]]
    follows: Flags = leader != images
    return follows


def _cut(labels: Numbers, images: Numbers) -> Numbers:
    """Return cluster numbers with at most `LARGEST_CLUSTER` images in each, by first image."""
    first_rows = _first_rows(images)
    in_order = np.argsort(first_rows)
    of_image = pd.Series(labels[first_rows[in_order]])
    part = of_image.groupby(of_image).cumcount().to_numpy() // LARGEST_CLUSTER
    clusters = np.empty(len(in_order), dtype=np.int64)
    clusters[in_order] = pd.factorize(of_image.to_numpy() * (len(images) + 1) + part)[0]
    cluster_of_row: Numbers = clusters[images]
    return cluster_of_row


def _first_rows(images: Numbers) -> Numbers:
    """Return the first row of each image, images being numbered from 0 without gaps."""
    return np.unique(images, return_index=True)[1].astype(np.int64)
