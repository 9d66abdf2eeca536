"""Classes that are likely the same, spelled anew: ``tabby cat`` and ``tabby_cat``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from drift.comparison.columns.columns import Sides
from drift.comparison.methods.classes import RARE

_SEPARATORS = re.compile(r"[\s_\-./]+")
_DIGITS = re.compile(r"\d+")
# The difference between two letters may be the whole of a class, as in handwriting.
_FEWEST_LETTERS = 3
_OLD_AND_NEW = 2
# Whether names that differ in letters are one class: "german shepherd" and "german shepard".
_ALIKE = 0.85
# Every class that came is held against every one that went.
_MOST_COMPARED = 50


def likely_renaming(counts: Sides) -> dict[str, str]:
    """Return by what name of the reference each class is compared that is likely spelled anew.

    Two classes are likely one where they differ in nothing but case, accents, separators and
    wrongly decoded letters, and a side lacks one of them; where each side has both, they are two.
    Where a class has gone from the window altogether while another came, and neither is rare, few
    different letters are likely a renaming too. Digits have to be the same.

    Parameters
    ----------
    counts
        In about how many units each class occurs, by side.
    """
    then, now = (
        {str(name): float(many) for name, many in side.items()}
        for side in (counts.reference, counts.current)
    )
    renamed = _same_letters(then, now)
    done = {*renamed, *renamed.values()}
    gone = {one: many for one, many in then.items() if one not in now and one not in done}
    came = {one: many for one, many in now.items() if one not in then and one not in done}
    return renamed | _few_letters(_frequent(gone), _frequent(came))


def spelling_key(name: str) -> str:
    """Return a class's name without what writers change: case, accents, separators."""
    plain = unicodedata.normalize("NFKD", _decoded_anew(name)).casefold()
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return _SEPARATORS.sub("", letters)


def _same_letters(then: Mapping[str, float], now: Mapping[str, float]) -> dict[str, str]:
    spellings: dict[str, list[str]] = {}
    for name in sorted({*then, *now}):
        spellings.setdefault(spelling_key(name), []).append(name)
    renamed: dict[str, str] = {}
    for key, names in spellings.items():
        before, after = ([one for one in names if one in side] for side in (then, now))
        if before and after and before != after and _are_one(key, names, then, now):
            name = min(before, key=lambda one: (one in now, -then[one], one))
            renamed |= {one: name for one in names if one != name}
    return renamed


def _are_one(
    key: str, names: Sequence[str], then: Mapping[str, float], now: Mapping[str, float]
) -> bool:
    """Tell whether classes of one key are likely one class; not all of them are on both sides."""
    if not _letters(key):
        return False
    if len(names) == _OLD_AND_NEW and not any(one in then and one in now for one in names):
        return True
    # One letter in the other case may be a class of its own, beside the old one.
    one_sided = [one for one in names if (one in then) != (one in now)]
    return _letters(key) >= _FEWEST_LETTERS and any(
        max(then.get(one, 0), now.get(one, 0)) >= RARE for one in one_sided
    )


def _few_letters(gone: Iterable[str], came: Iterable[str]) -> dict[str, str]:
    pairs = sorted(
        (-_likeness(old, new), new, old) for new in came for old in gone if _comparable(old, new)
    )
    renamed: dict[str, str] = {}
    for negative, new, old in pairs:
        if -negative >= _ALIKE and new not in renamed and old not in renamed.values():
            renamed[new] = old
    return renamed


def _comparable(old: str, new: str) -> bool:
    keys = spelling_key(old), spelling_key(new)
    return min(map(_letters, keys)) >= _FEWEST_LETTERS and (
        _DIGITS.findall(keys[0]) == _DIGITS.findall(keys[1])
    )


def _likeness(old: str, new: str) -> float:
    return SequenceMatcher(None, spelling_key(old), spelling_key(new), autojunk=False).ratio()


def _frequent(classes: Mapping[str, float]) -> list[str]:
    kept = [one for one, many in classes.items() if many >= RARE]
    return sorted(kept, key=lambda one: (-classes[one], one))[:_MOST_COMPARED]


def _letters(key: str) -> int:
    return sum(one.isalpha() for one in key)


def _decoded_anew(name: str) -> str:
    """Return what a name was before UTF-8 was read as a Western encoding, where it was."""
    if name.isascii():
        return name
    try:
        return name.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return name
