"""Links between near-copies among a million rows, in bounded time and memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reference_stats.fingerprint import (
    GRADIENT_BITS,
    LARGEST_DISTANCE,
    Fingerprints,
    are_near_copies,
)

Numbers = NDArray[np.int64]

# Each row is compared with so many that follow it; groups of no more rows are searched completely.
LOOK_AHEAD = 64
# In larger groups each pass sorts by other bits of the fingerprint and compares neighbours (the
# sorted neighbourhood method of Hernandez and Stolfo, 1995, with keys of sampled bits as in
# locality-sensitive hashing, Indyk and Motwani, 1998).
PASSES = 16
_KEY_BITS = 32
_NEIGHBOURS = 8
_SEED = 20_240_229


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkable:
    """Rows with a fingerprint, sorted by time.

    Attributes
    ----------
    fingerprints
        uint64 of shape (rows, words).
    clients
        A number for the client of each row, from -1.
    moments
        Microseconds, ascending.
    reach
        How many microseconds apart two rows may be linked; any where None.
    """

    fingerprints: Fingerprints
    clients: Numbers
    moments: Numbers
    reach: int | None

    def __len__(self) -> int:
        return len(self.clients)

    def take(self, rows: Numbers) -> Linkable:
        """Return some of the rows."""
        return Linkable(
            fingerprints=self.fingerprints[rows],
            clients=self.clients[rows],
            moments=self.moments[rows],
            reach=self.reach,
        )

    def blocks(self, shift: int) -> Numbers:
        """Return a number per row for client and stretch of time, two reaches long.

        Two rows of one client within reach of each other share a block with shift 0 or with
        shift 1.
        """
        if self.reach is None:
            return self.clients + 1
        stretch = (self.moments + shift * self.reach) // (2 * self.reach)
        stretch -= stretch.min(initial=0)
        pairs = (self.clients + 1) * (stretch.max(initial=0) + 1) + stretch
        return np.unique(pairs, return_inverse=True)[1].astype(np.int64)


def link_components(rows: Linkable) -> Numbers:
    """Return for each row the first row that it is linked to, directly or through others."""
    labels = np.arange(len(rows), dtype=np.int64)
    by_client = np.argsort(rows.clients, kind="stable")
    in_time = rows.take(by_client)
    starts = np.arange(len(rows), dtype=np.int64)
    for ahead in range(1, min(LOOK_AHEAD, len(rows) - 1) + 1):
        starts = starts[: np.searchsorted(starts, len(rows) - ahead)]
        # Further ahead is further away in time: what is out of reach stays so.
        starts = starts[_within(in_time, starts, ahead)]
        near = _near_ones(in_time, starts, ahead, labels[by_client])
        labels = merge_labels(labels, by_client[near], by_client[near + ahead])
    blocks = (rows.blocks(0), rows.blocks(1))
    for turn in range(PASSES):
        labels = _link_similar(rows, blocks[turn % 2], turn, labels)
    return labels


def _link_similar(rows: Linkable, blocks: Numbers, turn: int, labels: Numbers) -> Numbers:
    """Link neighbours in the order of some bits of the fingerprint, within crowded blocks."""
    # Blocks that hold no more rows were compared row by row.
    crowded = np.flatnonzero(np.bincount(blocks)[blocks] > LOOK_AHEAD)
    if not len(crowded):
        return labels
    keys = blocks[crowded].astype(np.uint64) << np.uint64(_KEY_BITS)
    keys |= _sampled_bits(rows.fingerprints[crowded], turn)
    order = crowded[np.argsort(keys, kind="stable")]
    alike = rows.take(order)
    starts = np.arange(len(order), dtype=np.int64)
    for ahead in range(1, min(_NEIGHBOURS, len(order) - 1) + 1):
        starts = starts[: len(order) - ahead]
        near = _near_ones(alike, starts, ahead, labels[order])
        near = near[_within(alike, near, ahead)]
        labels = merge_labels(labels, order[near], order[near + ahead])
    return labels


def _near_ones(rows: Linkable, starts: Numbers, ahead: int, labels: Numbers) -> Numbers:
    """Return those starts that are near-copies of the row `ahead` and not yet linked to it."""
    starts = starts[labels[starts] != labels[starts + ahead]]
    first_word = rows.fingerprints[:, 0]
    differing = np.bitwise_count(first_word[starts] ^ first_word[starts + ahead])
    starts = starts[differing <= LARGEST_DISTANCE]
    near = are_near_copies(rows.fingerprints[starts], rows.fingerprints[starts + ahead])
    return starts[near]


def _sampled_bits(fingerprints: Fingerprints, turn: int) -> NDArray[np.uint64]:
    """Return 32-bit numbers made of some bits of the fingerprints, others each turn."""
    bits = np.random.default_rng([_SEED, turn]).choice(GRADIENT_BITS, _KEY_BITS, replace=False)
    keys = np.zeros(len(fingerprints), dtype=np.uint64)
    for bit in bits.tolist():
        word, place = divmod(bit, 64)
        keys <<= np.uint64(1)
        keys |= (fingerprints[:, word] >> np.uint64(place)) & np.uint64(1)
    return keys


def _within(rows: Linkable, starts: Numbers, ahead: int) -> NDArray[np.bool_]:
    """Tell whether rows may be linked to the row `ahead`: one client, and within reach."""
    one_client: NDArray[np.bool_] = rows.clients[starts] == rows.clients[starts + ahead]
    if rows.reach is None:
        return one_client
    apart = np.abs(rows.moments[starts] - rows.moments[starts + ahead])
    within: NDArray[np.bool_] = one_client & (apart <= rows.reach)
    return within


def merge_labels(labels: Numbers, first: Numbers, second: Numbers) -> Numbers:
    """Return the labels with those of `first` and `second` joined; each label is its first row."""
    one, two = labels[first], labels[second]
    new = one != two
    if not new.any():
        return labels
    rows = len(labels)
    links = coo_array((np.ones(int(new.sum()), np.int8), (one[new], two[new])), shape=(rows, rows))
    parts = connected_components(links, directed=False)[1]
    leaders = np.unique(parts, return_index=True)[1]
    joined: Numbers = leaders[parts[labels]].astype(np.int64)
    return joined
