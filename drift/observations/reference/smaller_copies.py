"""Images that look like smaller copies of others, by their names: thumbnails beside originals."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

_WORDS = (
    "thumbnails|thumbnail|thumbs|thumb|thb|tn|small|medium|large|tiny|mini|preview|previews|icon|"
    "lowres|hires|lores|low|resized|resize|scaled|crop|cropped|square|web|sm|md|lg|xs|xl|s|m|l"
)
_SIZE = r"\d{2,4}x\d{2,4}|[wh]?\d{2,4}px|[wh]\d{2,4}|@?[1-4]x"
_BEHIND = re.compile(rf"(?P<mark>[-_.@ ]+(?:{_WORDS}|{_SIZE})|@[1-4]x)$", re.IGNORECASE)
_BEFORE = re.compile(rf"^(?P<mark>(?:{_WORDS}|{_SIZE})[-_.]+)", re.IGNORECASE)
_SEPARATORS = frozenset("-_.@ ")
_FOLDER = re.compile(rf"(?:{_WORDS}|{_SIZE}|\d{{2,4}})", re.IGNORECASE)
_FEWEST = 3
_FEWEST_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Images below one folder that look like copies of others there.

    Attributes
    ----------
    names
        The copies.
    of
        How many images there are in all.
    globs
        What `reference.exclude` has to be so that they are left out, and nothing else.
    marks
        By what they were told, in plain words, such as ``end in _thumb``.
    """

    names: tuple[str, ...]
    of: int
    globs: tuple[str, ...]
    marks: tuple[str, ...]

    @property
    def said(self) -> str:
        """How many images look like copies, and by what."""
        return (
            f"{len(self.names):,} of {self.of:,} names {' or '.join(self.marks)}, each beside an "
            "image of otherwise the same name: are these copies?"
        )


def find_copies(prefix: str, names: Iterable[str]) -> Copies | None:
    """Return the images that stand beside their originals, or None where there are too few.

    A name counts only where the original is there too: a folder of nothing but ``_small`` images
    holds no copies.

    Parameters
    ----------
    prefix
        The folder, with or without a slash at its end.
    names
        The names of the images below it.
    """
    folder = prefix if prefix.endswith("/") or not prefix else prefix + "/"
    below = sorted(name.removeprefix(folder) for name in names)
    originals = {_split(name)[0] for name in below}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in below:
        for plain, mark, glob in _readings(name):
            if plain in originals:
                found[mark, glob].append(name)
                break
    for name in _in_another_format(below):
        ending = _split(name)[1]
        found[f"end in {ending}", f"*{ending}"].append(name)
    kept = {key: copies for key, copies in found.items() if len(copies) >= _FEWEST}
    every = sorted({name for copies in kept.values() for name in copies})
    if len(every) < max(_FEWEST, _FEWEST_SHARE * len(below)):
        return None
    most_first = sorted(kept, key=lambda key: (-len(kept[key]), key))
    return Copies(
        names=tuple(folder + name for name in every),
        of=len(below),
        globs=tuple(dict.fromkeys(glob for _, glob in most_first)),
        marks=tuple(dict.fromkeys(mark for mark, _ in most_first)),
    )


def _in_another_format(below: Iterable[str]) -> list[str]:
    """Return the images that stand beside one of the same name and a more usual ending.

    Only endings of which every image is such a copy count.
    """
    named = [(name, *_split(name)) for name in below]
    usual = Counter(ending for _, _, ending in named)
    best: dict[str, str] = {}
    for _, plain, ending in named:
        if plain not in best or usual[ending] > usual[best[plain]]:
            best[plain] = ending
    kept = set(best.values())
    return [name for name, _, ending in named if ending not in kept]


def _split(name: str) -> tuple[str, str]:
    """Return a name without its ending, and the ending with its dot; empty where it has none."""
    # Not with pathlib: a run asks for the endings of a whole reference.
    dot = name.rfind(".")
    has_ending = name.rfind("/") + 1 < dot < len(name) - 1
    return (name[:dot], name[dot:]) if has_ending else (name, "")


def _readings(name: str) -> Iterable[tuple[str, str, str]]:
    """Yield what the original of a copy would be called, the mark in words, and a glob for it."""
    plain = _split(name)[0]
    folder, slash, last = plain.rpartition("/")
    # Most names hold nothing that a mark could be told by.
    is_plain = _SEPARATORS.isdisjoint(last)
    if not is_plain and (behind := _BEHIND.search(last)):
        mark = behind["mark"]
        rest = last[: behind.start()]
        yield folder + slash + rest, f"end in {mark}", f"*{mark}.*"
        for inner, _, _ in _readings(folder + slash + rest):
            yield inner, f"end in {mark}", f"*{mark}.*"
    if not is_plain and (before := _BEFORE.search(last)):
        mark = before["mark"]
        yield folder + slash + last[before.end() :], f"begin with {mark}", f"{mark}*"
    parts = folder.split("/") if folder else []
    for place, part in enumerate(parts):
        if _FOLDER.fullmatch(part):
            rest = "/".join([*parts[:place], *parts[place + 1 :], last])
            yield rest, f"lie in {part}/", f"{'/'.join(parts[: place + 1])}/**"
