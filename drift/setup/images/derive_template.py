"""Deriving where a row's image is: rows and names of objects in, candidate templates out.

For some rows the objects are found whose names hold one of the row's values; every way to write
such a name with the row's values in it is a candidate. Templates that are the same for many rows
are the ones to try.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from drift.setup.images.template_pieces import Piece
from drift.setup.words import DERIVED_WORDS, REFERENCE_WORDS, has_word
from jobs.images.template import Placeholder, last_part, placeholders_of

# The formats of a value as it stands in a name.
WHOLE_VALUES = frozenset({"", "stem", "name", "slashes", "whole"})
_ROWS_ALIGNED = 60
_MOST_HITS = 12
_MOST_SPANS = 16
_MOST_TEMPLATES = 160
_FREE_LENGTH = 8
_LITERAL_DIGIT = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A placeholder's text at one place of a name."""

    start: int
    end: int
    placeholder: Placeholder


class NameIndex:
    """Finds the names that hold a text.

    Parameters
    ----------
    names
        Names of objects.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = list(names)
        self._text = "\n" + "\n".join(self._names) + "\n"
        self._starts = list(accumulate((len(name) + 1 for name in self._names), initial=1))

    def holding(self, text: str) -> list[str]:
        """Return the names in which `text` stands whole, or none if they are too many."""
        found: list[str] = []
        place = self._text.find(text)
        while place >= 0 and len(found) <= _MOST_HITS:
            row = bisect_right(self._starts, place) - 1
            name, start = self._names[row], place - self._starts[row]
            if stands_whole(name, start, start + len(text)):
                found.append(name)
            place = self._text.find(text, self._starts[row] + len(name))
        return found if len(found) <= _MOST_HITS else []


def stands_whole(name: str, start: int, end: int) -> bool:
    """Tell whether a piece of a name is no cut-out of a longer number or word."""
    before = name[start - 1] if start else "/"
    after = name[end] if end < len(name) else "/"
    if (before.isdigit() and name[start].isdigit()) or (
        after.isdigit() and name[end - 1].isdigit()
    ):
        return False
    if end - start >= _FREE_LENGTH:
        return True
    if end - start <= 2:
        return not before.isalnum() and not after.isalnum()
    return not (before.isalpha() and name[start].isalpha()) and not (
        after.isalpha() and name[end - 1].isalpha()
    )


def derive_templates(pieces: Sequence[Piece], names: Sequence[str], rows: int) -> list[str]:
    """Return the templates that explain the names of most rows, the likeliest first.

    Parameters
    ----------
    pieces
        What the rows' values can stand for.
    names
        The names of the objects that may be images.
    rows
        How many rows there are.
    """
    index = NameIndex(names)
    votes: Counter[str] = Counter()
    for row in _spread(rows, _ROWS_ALIGNED):
        texts = [(piece, text) for piece in pieces if (text := piece.texts[row])]
        votes.update({one for name in _objects_of(index, texts) for one in _ways(name, texts)})
    ranked = sorted(votes.items(), key=lambda one: (-one[1], cost_of(one[0]), one[0]))
    most = ranked[0][1] if ranked else 0
    return [template for template, count in ranked if count >= 0.1 * most][:_MOST_TEMPLATES]


def hits_by_row(pieces: Sequence[Piece], names: Sequence[str], rows: int) -> dict[int, list[str]]:
    """Return for some rows the objects that hold one of their values, for telling what is amiss."""
    index = NameIndex(names)
    pieces = [piece for piece in pieces if piece.placeholder.format in WHOLE_VALUES]
    found = {}
    for row in _spread(rows, _ROWS_ALIGNED):
        texts = [(piece, text) for piece in pieces if (text := piece.texts[row])]
        hits = _objects_of(index, texts)
        if hits:
            found[row] = hits
    return found


def cost_of(template: str) -> float:
    """Return how far-fetched a template is: pieces, changes to values, digits that never change."""
    used = placeholders_of(template)
    cost = 1.0 * len(used) + sum(0.5 - 0.1 * ("/" in one.format) for one in used if one.format)
    # The same path with other separators is hardly a change.
    cost -= 0.3 * sum(one.format == "slashes" for one in used)
    cost += 0.5 * (len(used) - len({(one.column, one.is_time) for one in used}))
    cost += 0.3 * sum(one.is_time for one in used)
    # Where no day below ten was seen, "%d" is likelier, and days are written as months are.
    unpadded = len(re.findall(r"%-[mdH]", template))
    cost += 0.05 * unpadded + 0.2 * bool(unpadded and re.search(r"%[mdH]", template))
    literal = re.sub(r"\{[^{}]+\}", "", template) if "{" in template else ""
    cost += _LITERAL_DIGIT * sum(letter.isdigit() for letter in literal)
    if any(one.is_time for one in used):
        # Beside a day a number is its month or year.
        cost += 2.5 * len(re.findall(r"(?<![^/=])\d+(?![^/])", literal))
    cost += 0.01 * sum(letter.isalpha() for letter in literal)
    folders = literal.rpartition("/")[0] if "/" in literal else ""
    return cost + 2.0 * has_word(folders, REFERENCE_WORDS) + 3.0 * has_word(literal, DERIVED_WORDS)


def _spread(rows: int, most: int) -> list[int]:
    if rows <= most:
        return list(range(rows))
    return sorted({round(place * (rows - 1) / (most - 1)) for place in range(most)})


def _objects_of(index: NameIndex, texts: Iterable[tuple[Piece, str]]) -> list[str]:
    found: dict[str, None] = {}
    for piece, text in texts:
        if piece.is_key:
            found |= dict.fromkeys(index.holding(text))
    # An object that several values lead to comes first anyway; too many make no difference.
    return list(found)[: 3 * _MOST_HITS]


def _ways(name: str, texts: Sequence[tuple[Piece, str]]) -> Iterator[str]:
    """Yield the templates that write `name` for this row."""
    spans = _spans(name, texts)
    keys = {str(piece.placeholder) for piece, _ in texts if piece.is_key}
    for chosen in _choices(spans, 0):
        if any(str(span.placeholder) in keys for span in chosen):
            yield _written(name, chosen)
    yield from _behind(name, texts)


def _spans(name: str, texts: Sequence[tuple[Piece, str]]) -> list[Span]:
    found: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for piece, text in texts:
        place = name.find(text)
        while place >= 0:
            end = place + len(text)
            whole = stands_whole(name, place, end)
            if whole and (not piece.placeholder.is_cut or _fits_cut(name, place, end, piece)):
                found[place, end].append(Span(start=place, end=end, placeholder=piece.placeholder))
            place = name.find(text, place + 1)
    # Of many placeholders with the same text the plainest few are enough.
    kept = [
        span
        for spans in found.values()
        for span in sorted(
            spans, key=lambda one: (bool(one.placeholder.format), one.placeholder.is_time)
        )[:3]
    ]
    longest = sorted(kept, key=lambda one: (one.start - one.end, one.start))[:_MOST_SPANS]
    return sorted(longest, key=lambda one: (one.start, -one.end))


def _fits_cut(name: str, start: int, end: int, piece: Piece) -> bool:
    """Tell whether some characters of a value are a folder, or its last ones start a part."""
    if start and name[start - 1] != "/":
        return False
    return piece.placeholder.format.endswith(".") or name[end : end + 1] == "/"


def _choices(spans: Sequence[Span], start: int, most: int = 7) -> Iterator[tuple[Span, ...]]:
    """Yield every choice of spans that do not overlap, none of them included."""
    yield ()
    if not most:
        return
    for place, span in enumerate(spans):
        if span.start >= start:
            for rest in _choices(spans[place + 1 :], span.end, most - 1):
                yield (span, *rest)


def _written(name: str, spans: Sequence[Span]) -> str:
    out, place = [], 0
    for span in spans:
        out += [name[place : span.start], str(span.placeholder)]
        place = span.end
    return "".join([*out, name[place:]])


def _behind(name: str, texts: Iterable[tuple[Piece, str]]) -> Iterator[str]:
    """Yield templates for values that hold a longer path, such as ``/app/images/x.jpg``."""
    for piece, text in texts:
        if (
            piece.placeholder.format not in {"", "slashes"}
            or "/" not in text
            or not name.endswith(last_part(text))
        ):
            continue
        parts = text.split("/")
        for place in range(1, len(parts)):
            suffix = "/".join(parts[place:])
            if suffix and (name == suffix or name.endswith("/" + suffix)):
                mark = "/".join(parts[:place]) + "/"
                if text.find(mark) == 0 and not {"{", "}"} & set(mark):
                    column = piece.placeholder.column
                    yield f"{name.removesuffix(suffix)}{{{column}:after={mark}}}"
                    if mark.count("/") > 1:
                        short = "/" + mark.rstrip("/").rpartition("/")[2] + "/"
                        if text.partition(short)[2] == suffix:
                            yield f"{name.removesuffix(suffix)}{{{column}:after={short}}}"
                break
