"""Which pictures to show out of many: those that do not show the same thing once more."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from reference_stats.fingerprint import (
    FINGERPRINT_BYTES,
    GRADIENT_BITS,
    WORDS,
    Fingerprints,
    hamming_distance,
)

# Near-copies differ in about 17 bits. Of the pairs among 700 views of seven photographs that show
# one photograph 60 % differ in at most 100 bits and 34 % in at most 85; of all others 25 % and 2 %.
_FIRST_ALIKE, _ALIKE = 100, 85
# So many stand at the top of a report.
_SEEN_FIRST = 4
_GRID = 8
_FARTHEST_APART = 8 * FINGERPRINT_BYTES
_TAKEN = -1
# So many are drawn, among which those that look least alike are chosen.
_DRAWN = 200


def likeness_distances(one: Fingerprints, others: Fingerprints) -> NDArray[np.int64]:
    """Return in how many bits `one` or its mirror image differs from each of the others.

    Parameters
    ----------
    one, others
        uint64 of shape (`WORDS`,) and (images, `WORDS`).
    """
    direct = hamming_distance(one[None, :], others)
    return np.minimum(direct, hamming_distance(mirrored(one)[None, :], others))


def spread_out(fingerprints: Fingerprints, most: int) -> list[int]:
    """Return at most `most` places in order, those first that look like none before them.

    The first four must look less alike than those after them. Places that were passed over follow
    in order where there are not enough others.

    Parameters
    ----------
    fingerprints
        uint64 of shape (images, `WORDS`), what is wanted most first.
    """
    nearest = np.full(len(fingerprints), _FARTHEST_APART)
    taken: list[int] = []
    for enough, alike in ((_SEEN_FIRST, _FIRST_ALIKE), (most, _ALIKE), (most, -1)):
        while len(taken) < min(enough, most) and (unlike := nearest > alike).any():
            place = int(np.argmax(unlike))
            taken.append(place)
            distances = likeness_distances(fingerprints[place], fingerprints)
            nearest = np.minimum(nearest, distances)
            nearest[place] = _TAKEN
    return taken


def drawn_apart(
    names: Sequence[str],
    places: NDArray[np.int64],
    fingerprints: Fingerprints | None,
    most: int,
) -> tuple[str, ...]:
    """Return at most `most` names of images that look unlike each other.

    200 of them are drawn by a hash of their names, so that the order of the rows does not matter,
    and the ones that look least alike are chosen of those.

    Parameters
    ----------
    names
        A name may come several times.
    places
        The place of each name's fingerprint.
    fingerprints
        uint64 of shape (images, `WORDS`); None where they are not known.
    """
    own = dict(zip(reversed(names), reversed(places.tolist()), strict=True))
    drawn = sorted(own, key=lambda one: (zlib.crc32(one.encode(errors="replace")), one))[:_DRAWN]
    if fingerprints is None or not drawn:
        return tuple(drawn[:most])
    chosen = spread_out(fingerprints[[own[one] for one in drawn]], most)
    return tuple(drawn[place] for place in chosen)


def mirrored(fingerprint: Fingerprints) -> Fingerprints:
    """Return the fingerprint of the picture that is mirrored left to right, shape (`WORDS`,)."""
    raw = np.frombuffer(fingerprint.astype("<u8").tobytes(), dtype=np.uint8)
    bits = np.unpackbits(raw, bitorder="little")
    half = GRADIENT_BITS // 2
    rises, falls = bits[:half], bits[half:GRADIENT_BITS]
    bits = np.concatenate([_flip(rises, falls), _flip(falls, rises), bits[GRADIENT_BITS:]])
    packed = np.packbits(bits, bitorder="little").tobytes()[:FINGERPRINT_BYTES]
    return np.frombuffer(packed, dtype="<u8").astype(np.uint64).reshape(WORDS)


def _flip(same: NDArray[np.uint8], opposite: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return one half of the gradient bits of the mirror image: across they change their sign."""
    across = _GRID * (_GRID - 1)
    mirrored_across = opposite[:across].reshape(_GRID, _GRID - 1)[:, ::-1]
    mirrored_down = same[across:].reshape(_GRID - 1, _GRID)[:, ::-1]
    return np.concatenate([mirrored_across.ravel(), mirrored_down.ravel()])


def part_first(
    places: NDArray[np.int64], labels: NDArray[np.int64], named: NDArray[np.bool_] | None
) -> NDArray[np.int64]:
    """Return places with those of a named part of the traffic first, else in their order.

    Parameters
    ----------
    labels
        The log row at each place of the ranking.
    named
        Of each log row whether it is of the part; None for no part.
    """
    if named is None:
        return places
    inside = named[labels[places]]
    return np.concatenate([places[inside], places[~inside]])
