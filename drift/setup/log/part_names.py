"""The numbers in an object's name that tell parts of one log apart."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drift.setup.words import words_of
from jobs.buckets.bucket import ObjectInfo

# Numbers behind these tell models, cameras and versions apart, not parts of one log.
_NOT_A_PART = frozenset(
    {"v", "ver", "version", "model", "modell", "release", "experiment", "exp", "fold", "net"}
    | {"resnet", "vit", "top", "class", "cam", "camera", "kamera", "device", "sensor", "site"}
    | {"store", "shop", "line", "station", "gate", "zone", "room", "floor", "client", "tenant"}
)
# Folders of these hold parts of one log each; others are left as they are.
_OF_PARTS = frozenset(
    {"worker", "instance", "pod", "replica", "shard", "part", "partition", "node", "task"}
)
_UUID = re.compile(
    r"(?<![A-Za-z0-9])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![A-Za-z0-9])", re.I
)
_NUMBER = re.compile(r"(?:(?<=[-_.])|^)(?P<letter>[a-z]?)\d+(?=[-_.]|$)", re.I)
_COUNTED = re.compile(r"(?P<word>part|shard|chunk|batch|file|split|block|segment)\d+", re.I)
_ENDING = re.compile(r"(?:\.[a-z][a-z0-9]*)+$", re.IGNORECASE)
_STARS = re.compile(r"\*(?:[-_.]\*)+")
_HEX = re.compile(
    r"(?<![A-Za-z0-9])(?=[0-9a-fA-F-]*\d)[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*(?![A-Za-z0-9])"
)
_MONTH_NAME = re.compile(
    r"(?<![a-z])(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|"
    r"sep(tember)?|oct(ober)?|nov(ember)?|dec(ember)?)(?![a-z])",
    re.IGNORECASE,
)
_STARS_OF_DATES = re.compile(r"\*(?:(?:[-_.:]|T|Z)*\*)+[TZ]?")
DATE = re.compile(
    r"(?<!\d)20\d\d[-_.]?(?:0\d|1[0-2])(?:[-_.]?[0-3]\d)?(?!\d)|(?<!\d)20\d\d[01]\d[0-3]\d"
    r"|^20\d\d$|^(?:year|month|day|hour|date|dt|ds|y|m|d|h)=",
    re.IGNORECASE,
)
# A folder of one moment, as programs print it: all of it changes.
_MOMENT = re.compile(
    r"(?:\d{4}([-_.])\d\d\1\d\d|\d\d([-_.])\d\d\2\d{4})[ T]\d\d:\d\d:\d\d(?:\.\d+)?Z?"
)
# More groups of like names in one folder are ids that numbers do not tell from words.
_MOST_GROUPS = 20
# So few different names in folders of ids tell kinds of objects apart.
_FEW_NAMES = 5
# Two words at most, so that no id is taken for one.
_LAST_WORD = re.compile(r"(?:[-_.][a-z]{2,12})?(?:\.[a-z][a-z0-9]{0,6})+$")


def with_any_part(name: str) -> str:
    """Return a name with a star for each number that counts parts: ``part-*.csv``.

    A number that stands alone between marks counts parts, and so does one behind a word such as
    ``shard``; one behind a word such as ``model`` or ``v`` does not.

    Parameters
    ----------
    name
        The last part of an object's name, or of a glob.
    """
    general = _COUNTED.sub(r"\g<word>*", _UUID.sub("*", name))
    ending = _ENDING.search(general)
    stem = general[: ending.start()] if ending else general
    pieces, place = [], 0
    for found in _NUMBER.finditer(stem):
        before = words_of(stem[: found.start()])
        letter = found["letter"]
        if (before and before[-1] in _NOT_A_PART) or (letter and letter.lower() not in "cmr"):
            continue
        pieces += [stem[place : found.start()], letter, "*"]
        place = found.end()
    return _STARS.sub("*", "".join([*pieces, stem[place:]])) + (ending[0] if ending else "")


def with_any_folder(folder: str) -> str:
    """Return a folder with a star for what tells parts of one log apart: ``worker-*``, ``key=*``.

    Parameters
    ----------
    folder
        One part of an object's path.
    """
    key, equals, _ = folder.partition("=")
    if key and equals:
        return folder if _NOT_A_PART.intersection(words_of(key)) else f"{key}=*"
    return with_any_part(folder) if _OF_PARTS.intersection(words_of(folder)) else folder


def general_part(part: str) -> str:
    """Return a part of a path with everything that changes from object to object as a star."""
    key, equals, _ = part.partition("=")
    if equals and key:
        return f"{key}=*"
    part = _MOMENT.sub("*", part)
    general = re.sub(r"\d+", "*", _MONTH_NAME.sub("*", _HEX.sub("*", part)))
    return _STARS_OF_DATES.sub("*", general)


def path_of(members: Sequence[ObjectInfo]) -> str:
    """Return a glob over the members; parts that never change stay, unless they name a date."""
    split = [info.name.split("/") for info in members]
    parts = []
    in_date = False
    for values in zip(*split, strict=True):
        changes = len(set(values)) > 1
        in_date = bool(DATE.search(values[0])) or (in_date and values[0].isdigit())
        parts.append(general_part(values[0]) if changes or in_date else values[0])
    return "/".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LikeNames:
    """Objects whose names differ in dates, numbers and ids only.

    Attributes
    ----------
    path
        A glob over them, or the one object's name.
    members
        The objects, sorted by name.
    is_general
        Whether the path has a star for ids that look like words.
    """

    path: str
    members: tuple[ObjectInfo, ...]
    is_general: bool = False


def grouped(objects: Iterable[ObjectInfo]) -> list[LikeNames]:
    """Return objects of like names together."""
    exact: dict[tuple[str, ...], list[ObjectInfo]] = defaultdict(list)
    for info in objects:
        exact[tuple(map(general_part, info.name.split("/")))].append(info)
    lasts: dict[tuple[int, str], set[str]] = defaultdict(set)
    for parts in exact:
        lasts[_place_of(parts)].add(parts[-1])
    alike: dict[tuple[int, str, str], list[tuple[str, ...]]] = defaultdict(list)
    for parts in exact:
        few = len(lasts[_place_of(parts)]) <= _FEW_NAMES
        alike[*_place_of(parts), parts[-1] if few else _end_of(parts[-1])].append(parts)
    found = []
    for keys in alike.values():
        if len(keys) <= _MOST_GROUPS:
            found += [
                LikeNames(path=path_of(exact[key]), members=tuple(exact[key])) for key in keys
            ]
            continue
        members = sorted((one for key in keys for one in exact[key]), key=lambda one: one.name)
        path = "/".join(_common_parts(keys))
        found.append(LikeNames(path=path, members=tuple(members), is_general=True))
    return found


def _place_of(parts: Sequence[str]) -> tuple[int, str]:
    """Return how deep an object lies, and in which folder of the bucket."""
    return len(parts), parts[0] if len(parts) > 1 else ""


def _end_of(name: str) -> str:
    """Return what a name ends with behind its ids: ``-response.json``, ``.json``."""
    return (_LAST_WORD.search(name) or [""])[0]


def _common_parts(keys: Sequence[tuple[str, ...]]) -> list[str]:
    parts = []
    for place, values in enumerate(zip(*keys, strict=True)):
        if len(set(values)) == 1:
            parts.append(values[0])
        else:
            parts.append("*" + (_end_of(values[0]) if place == len(keys[0]) - 1 else ""))
    return parts
