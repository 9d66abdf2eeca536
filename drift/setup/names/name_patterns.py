"""From the names of many objects to a pattern whose pieces are columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from drift.setup.names.name_shapes import NameShape, Order, shape_of
from drift.setup.names.one_format import one_format
from drift.setup.words import common_start, words_of
from jobs.job_file.names.patterns import NamePattern

_ORDERS: tuple[Order, ...] = (("%Y", "%d", "%m"), ("%Y", "%m", "%d"))
_MOST_VALUES = 30
_NAMES_A_VALUE = 5
_MOST_MISSED = 0.05
_FEWEST = 10
_SINGLE_FOLDERS = re.compile(
    r"(?<![^/])\{timestamp:(%[Ymd](?:/%[mdH])*)\}/\{timestamp:(%[mdH])\}(?=/)"
)
_SEPARATORS = "-_. "


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessedPattern:
    """A pattern, and what it holds of the names that were seen.

    Attributes
    ----------
    pattern
        What `predictions.from_path` would be.
    names
        The names that match it.
    formats
        The formats of times in it.
    order_is_settled
        Whether no date can be read with day and month the other way round.
    """

    pattern: NamePattern
    names: tuple[str, ...]
    formats: str
    order_is_settled: bool = True


def guess_pattern(names: Sequence[str]) -> GuessedPattern | None:
    """Return the pattern of most of the names that tell times; None where few do."""
    found = [_guess(names, order) for order in _ORDERS]
    good = [one for one in found if one is not None]
    if not good:
        return None
    # Of two orders that both fit, the one that leaves fewer days between first and last.
    best = min(good, key=lambda one: (-len(one.names), _days(one)))
    formats = best.formats
    ends_with_year = re.search(r"%[dm]\W?%[dm]\W?%Y", formats) is not None
    rival = ends_with_year and len(good) > 1 and good[0].formats != good[1].formats
    settled = not rival or len(good[0].names) != len(good[1].names)
    return GuessedPattern(
        pattern=best.pattern, names=best.names, formats=formats, order_is_settled=settled
    )


def names_hold_times(names: Sequence[str]) -> bool:
    """Tell whether each name holds a time, in one place or a part of it in several."""
    if one_format(names) is not None:
        return True
    guess = guess_pattern(names)
    return guess is not None and len(guess.names) == len(names)


def _days(guess: GuessedPattern) -> int:
    """Return how many days lie between the first and the last time."""
    texts = [guess.pattern.columns_of(name)["timestamp"] for name in guess.names]
    days = [text[:10] for text in texts if text is not None and "-" in text]
    if not days:
        return 0
    return (date.fromisoformat(max(days)) - date.fromisoformat(min(days))).days


def _guess(names: Sequence[str], order: Order) -> GuessedPattern | None:
    shapes = {name: shape_of(name, order) for name in names}
    kinds = Counter(shape.kind for shape in shapes.values() if shape.formats)
    for kind, count in kinds.most_common(3):
        if count < _FEWEST:
            break
        alike = [name for name in names if shapes[name].kind == kind]
        for keep_folders in (True, False):
            written = _pattern_text([shapes[name] for name in alike], keep_folders=keep_folders)
            guess = _matching(written, names, shapes[alike[0]].formats)
            if guess is not None and len(guess.names) >= (1 - _MOST_MISSED) * count:
                return guess
    return None


def _matching(written: str, names: Sequence[str], formats: str) -> GuessedPattern | None:
    try:
        pattern = NamePattern(written)
    except ValueError:
        return None
    matched = tuple(name for name in names if pattern.columns_of(name).get("timestamp"))
    return GuessedPattern(pattern=pattern, names=matched, formats=formats)


def _pattern_text(shapes: Sequence[NameShape], *, keep_folders: bool) -> str:
    taken: set[str] = {"timestamp"}
    parts = []
    last = len(shapes[0].parts) - 1
    for place in range(last + 1):
        texts = []
        for stretch, first in enumerate(shapes[0].parts[place]):
            values = [shape.parts[place][stretch].text for shape in shapes]
            if not first.time_format:
                texts.append(_piece(values, taken))
            elif keep_folders or place == last:
                texts.append(f"{{timestamp:{first.time_format}}}")
            else:
                texts.append("*")
        parts.append(re.sub(r"\*+", "*", "".join(texts)))
    return _joined("/".join(parts))


def _joined(pattern: str) -> str:
    """Return a pattern in which folders of year, month and day are one piece."""
    joined = _SINGLE_FOLDERS.sub(r"{timestamp:\1/\2}", pattern)
    return joined if joined == pattern else _joined(joined)


def _piece(values: Sequence[str], taken: set[str]) -> str:
    """Return a literal where all texts are equal, a column where they are few, else a star."""
    different = sorted(set(values))
    if len(different) == 1 and not re.search(r"[{}*?]", different[0]):
        return different[0]
    start, end = _separators(different, 1), _separators(different, -1)
    inner = [one[len(start) : len(one) - len(end)] for one in different]
    few = len(different) <= min(_MOST_VALUES, len(values) / _NAMES_A_VALUE)
    if not few or not all(inner) or any("/" in one or one.startswith(".") for one in inner):
        return "*"
    return f"{start}{{{_name_of(inner, taken)}}}{end}"


def _separators(texts: Sequence[str], step: int) -> str:
    """Return the separators that all texts begin, or with -1 end, with."""
    common = common_start([one[::step] for one in texts])
    kept = re.match(rf"[{re.escape(_SEPARATORS)}]*", common)
    return (kept[0] if kept else "")[::step]


def _name_of(values: Sequence[str], taken: set[str]) -> str:
    """Return what a piece is called: the word that its values begin with, if they have one."""
    words = [words_of(value) for value in values]
    first = {one[0] for one in words if one and one[0].isalpha()}
    shared = first.pop() if len(first) == 1 and all(words) else "folder"
    name = {"cam": "camera", "cams": "camera", "dev": "device"}.get(shared, shared)
    while name in taken:
        name += "_2"
    taken.add(name)
    return name
