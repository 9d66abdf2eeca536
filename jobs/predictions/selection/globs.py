"""Matching names with globs, in little time whatever the glob.

A regular expression tries every way to share a name out among the wildcards, which takes it minutes
where there are many. Here the places in a name that a piece of the glob can lead to are the bits of
one number: bit ``b`` is the place with ``b`` characters behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobMatch:
    """A name that a glob matches.

    Attributes
    ----------
    spans
        Start and end in the name of what each wildcard matched, in the pattern's order; an
        earlier wildcard takes as much as it can.
    """

    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glob:
    """A glob taken apart.

    Attributes
    ----------
    pieces
        Wildcards (``**/``, ``**``, ``*`` and ``?``) and the texts between them.
    """

    pieces: tuple[str, ...]

    def fullmatch(self, name: str) -> GlobMatch | None:
        """Return what the wildcards match if the glob matches all of a name."""
        places = _Places(name)
        # From where on the name matches the rest of the pattern, for each rest.
        rests = [1]
        for piece in reversed(self.pieces):
            rests.append(places.before(piece, rests[-1]))
            if not rests[-1]:
                return None
        if not rests[-1] >> len(name) & 1:
            return None
        rests.reverse()
        ends = [0]
        for piece, rest in zip(self.pieces, rests[1:], strict=True):
            ends.append(places.farthest(piece, ends[-1], rest))
        matched = zip(self.pieces, pairwise(ends), strict=True)
        return GlobMatch(spans=tuple(span for piece, span in matched if piece in _WILDCARDS))


_WILDCARDS = frozenset({"**/", "**", "*", "?"})


class _Places:
    """The places of one name, and how pieces of a pattern lead from one to another."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._all = (2 << len(name)) - 1
        # Places behind a slash, and those behind another character.
        self._slashed = self._starts_of("/") >> 1
        self._plain = self._all >> 1 & ~self._slashed

    def before(self, piece: str, ends: int) -> int:
        """Return the places from which a piece can lead to one of `ends`."""
        match piece:
            case "*":
                return _flood(ends, self._plain)
            case "**":
                return self._all & -(ends & -ends)
            case "?":
                return (ends & self._plain) << 1
            case "**/":
                passable = self._plain | (self._slashed & self._plain >> 1)
                return ends | (_flood(ends & self._slashed, passable) & self._plain << 1)
            case _:
                return ends << len(piece) & self._starts_of(piece)

    def farthest(self, piece: str, start: int, ends: int) -> int:
        """Return the last position that a piece leads to from `start` among the places `ends`."""
        if piece not in _WILDCARDS:
            return start + len(piece)
        name = self._name
        stop = len(name)
        if piece in ("*", "?"):
            stop = _find(name, "/", start)
        if piece == "?":
            stop = start + 1
        if piece == "**/":
            starts_empty = name.startswith("/", start)
            stop = start if starts_empty else min(_find(name, "//", start) + 1, stop)
            ends &= self._slashed | self._place(start)
        ends &= (self._place(start) << 1) - self._place(stop)
        return len(name) - ((ends & -ends).bit_length() - 1)

    def _place(self, position: int) -> int:
        return 1 << len(self._name) - position

    def _starts_of(self, text: str) -> int:
        starts = 0
        position = self._name.find(text)
        while position >= 0:
            starts |= self._place(position)
            position = self._name.find(text, position + 1)
        return starts


def _find(name: str, text: str, start: int) -> int:
    position = name.find(text, start)
    return len(name) if position < 0 else position


def _flood(places: int, passable: int) -> int:
    """Return the places and all that lie before them with only `passable` ones between.

    The carry of one addition runs through all neighbouring places at once.
    """
    return places | (((places & passable) + passable) ^ passable)
