"""The numbers in an object's name that tell parts of one log apart."""

from __future__ import annotations

import re

from drift.setup.words import words_of

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
