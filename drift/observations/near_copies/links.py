"""Links between near-copies among a million rows, in bounded time and memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from drift.seed import SEED
from reference_stats.fingerprint import (
    GRADIENT_BITS,
    LARGEST_DISTANCE,
    Fingerprints,
    are_near_copies,
)

Numbers = NDArray[np.int64]
Octets = NDArray[np.uint8]
Starts: TypeAlias = slice | Numbers
"""Places in an order: all up to some end, or some of them."""

# Each row is compared with so many that follow it; groups of no more rows are searched completely.
LOOK_AHEAD = 64
# In larger groups each pass sorts by other bits of the fingerprint and compares neighbours (the
# sorted neighbourhood method of Hernandez and Stolfo, 1995, with keys of sampled bits as in
# locality-sensitive hashing, Indyk and Motwani, 1998).
PASSES = 16
_KEY_BITS = 32
_WORD_BITS = 64
_NEIGHBOURS = 8
# Numbers that leave so many times as many free are numbered anew by sorting.
_MOST_FREE = 4
# Pairs that differ in more bits of these words than near-copies may in all are looked at no more:
# of pairs of unlike photographs hardly any is left.
FIRST_WORDS = 2


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

    def may_link(self, first: Numbers, second: Numbers) -> NDArray[np.bool_]:
        """Tell whether pairs of rows may be linked: one client, and within reach."""
        one_client: NDArray[np.bool_] = self.clients[first] == self.clients[second]
        if self.reach is None:
            return one_client
        apart = np.abs(self.moments[first] - self.moments[second])
        within: NDArray[np.bool_] = one_client & (apart <= self.reach)
        return within

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
        del stretch
        if pairs.max(initial=0) > _MOST_FREE * len(pairs):
            return np.unique(pairs, return_inverse=True)[1].astype(np.int64)
        # The same numbers without sorting, and without five more arrays of that length.
        numbers = np.cumsum(np.bincount(pairs) > 0) - 1
        blocks: Numbers = numbers[pairs]
        return blocks


def link_components(rows: Linkable) -> Numbers:
    """Return for each row the first row that it is linked to, directly or through others."""
    labels = np.arange(len(rows), dtype=np.int64)
    in_time = _Ordered.by(rows, np.argsort(rows.clients, kind="stable"))
    starts: Starts = slice(0, len(rows))
    for ahead in range(1, min(LOOK_AHEAD, len(rows) - 1) + 1):
        starts = _before_end(starts, len(rows) - ahead)
        # Further ahead is further away in time: what is out of reach stays so.
        if ahead & (ahead - 1) == 0:
            starts = in_time.in_reach(starts, ahead)
        labels = in_time.link(starts, ahead, labels)
    del in_time
    octets = gradient_octets(rows.fingerprints)
    # What is linked does not depend on the order of the turns: one crowd is held at a time.
    for shift in (0, 1):
        crowd = _Crowd.of(rows, octets, shift)
        for turn in range(shift, PASSES, 2):
            labels = _link_similar(rows, crowd, turn, labels)
        del crowd
    return labels


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crowd:
    """The rows of crowded blocks, their blocks in the upper halves of keys, and the bytes.

    Where the crowd is most of the rows, `octets` are those of all rows.
    """

    rows: Numbers
    blocks: NDArray[np.uint64]
    octets: Octets

    @classmethod
    def of(cls, rows: Linkable, octets: Octets, shift: int) -> _Crowd:
        blocks = rows.blocks(shift)
        # Blocks that hold no more rows were compared row by row.
        crowded = np.flatnonzero(np.bincount(blocks)[blocks] > LOOK_AHEAD)
        own = blocks[crowded].view(np.uint64)
        own <<= np.uint64(_KEY_BITS)
        few = 2 * len(crowded) < len(rows)
        return cls(rows=crowded, blocks=own, octets=octets[:, crowded] if few else octets)

    def keys(self, turn: int) -> NDArray[np.uint64]:
        """Return what the rows are sorted by: their block, and some bits of the fingerprint."""
        keys = sampled_bits(self.octets, turn)
        if len(keys) > len(self.rows):
            keys = keys[self.rows]
        keys |= self.blocks
        return keys


def _link_similar(rows: Linkable, crowd: _Crowd, turn: int, labels: Numbers) -> Numbers:
    """Link neighbours in the order of some bits of the fingerprint, within crowded blocks."""
    number = len(crowd.rows)
    alike = _Ordered.by(rows, crowd.rows[order_of(crowd.keys(turn))])
    for ahead in range(1, min(_NEIGHBOURS, number - 1) + 1):
        labels = alike.link(slice(0, number - ahead), ahead, labels)
    return labels


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ordered:
    """Rows in an order in which near-copies may stand close to each other.

    Attributes
    ----------
    rows
        All rows, in their own order.
    order
        The rows to look at.
    words
        The first words of their fingerprints, each in an array of its own.
    """

    rows: Linkable
    order: Numbers
    words: tuple[Fingerprints, ...]

    @classmethod
    def by(cls, rows: Linkable, order: Numbers) -> _Ordered:
        words = tuple(rows.fingerprints[order, word] for word in range(FIRST_WORDS))
        return cls(rows=rows, order=order, words=words)

    def in_reach(self, starts: Starts, ahead: int) -> Starts:
        """Return the starts that may be linked to the row `ahead`; all of them where most may."""
        within = self.rows.may_link(self.order[starts], self.order[_later(starts, ahead)])
        if 2 * np.count_nonzero(within) > len(within):
            return starts
        return np.flatnonzero(within) if isinstance(starts, slice) else starts[within]

    def link(self, starts: Starts, ahead: int, labels: Numbers) -> Numbers:
        """Return the labels with near-copies joined that stand `ahead` of each other."""
        later = _later(starts, ahead)
        differing = sum(np.bitwise_count(word[starts] ^ word[later]) for word in self.words)
        close = np.flatnonzero(differing <= LARGEST_DISTANCE)
        close = close if isinstance(starts, slice) else starts[close]
        first, second = self.order[close], self.order[close + ahead]
        new = labels[first] != labels[second]
        first, second = first[new], second[new]
        near = self.rows.may_link(first, second)
        near &= are_near_copies(self.rows.fingerprints[first], self.rows.fingerprints[second])
        return merge_labels(labels, first[near], second[near])


def _before_end(starts: Starts, end: int) -> Starts:
    if isinstance(starts, slice):
        return slice(0, end)
    return starts[: np.searchsorted(starts, end)]


def _later(starts: Starts, ahead: int) -> Starts:
    if isinstance(starts, slice):
        return slice(ahead, starts.stop + ahead)
    return starts + ahead


def gradient_octets(fingerprints: Fingerprints) -> Octets:
    """Return the bytes that hold gradients, shape (bytes, rows): each byte in an array."""
    rows = fingerprints.astype("<u8", copy=False).view(np.uint8)
    return np.ascontiguousarray(rows[:, : GRADIENT_BITS // 8].T)


def order_of(keys: NDArray[np.uint64]) -> Numbers:
    """Return the places of numbers in ascending order, those of equal ones in their own.

    Where each number and its place fit into one word together, words are sorted in place of places,
    in a fifth of the time.
    """
    places = max(len(keys) - 1, 0).bit_length()
    if not len(keys) or int(keys.max()).bit_length() + places > _WORD_BITS:
        return np.argsort(keys, kind="stable")
    shift = np.uint64(places)
    words = keys << shift
    words |= np.arange(len(keys), dtype=np.uint64)
    words.sort()
    words &= (np.uint64(1) << shift) - np.uint64(1)
    return words.view(np.int64)


def sampled_bits(octets: Octets, turn: int) -> NDArray[np.uint64]:
    """Return 32-bit numbers made of some bits of the fingerprints, others each turn."""
    bits = np.random.default_rng([SEED, turn]).choice(GRADIENT_BITS, _KEY_BITS, replace=False)
    keys = np.zeros(octets.shape[1], dtype="<u8")
    parts = keys.view(np.uint8).reshape(-1, 8)
    # Byte by byte, eight times as many numbers fit into what the processor does at once.
    for part, eight in zip((3, 2, 1, 0), bits.reshape(4, 8).tolist(), strict=True):
        key = np.zeros(len(keys), dtype=np.uint8)
        for bit in eight:
            octet, place = divmod(bit, 8)
            key <<= 1
            key |= (octets[octet] >> place) & 1
        parts[:, part] = key
    return keys.astype(np.uint64, copy=False)


def merge_labels(labels: Numbers, first: Numbers, second: Numbers) -> Numbers:
    """Return the labels with those of `first` and `second` joined; each label is its first row."""
    one, two = labels[first], labels[second]
    new = one != two
    if not new.any():
        return labels
    nodes, places = np.unique(np.concatenate([one[new], two[new]]), return_inverse=True)
    shape, half = (len(nodes), len(nodes)), len(places) // 2
    links = coo_array((np.ones(half, np.int8), (places[:half], places[half:])), shape=shape)
    parts = connected_components(links, directed=False)[1]
    # The nodes ascend, so that the first one of each part is its first row.
    leaders = np.unique(parts, return_index=True)[1]
    joined = np.arange(len(labels), dtype=np.int64)
    joined[nodes] = nodes[leaders[parts]]
    merged: Numbers = joined[labels]
    return merged
