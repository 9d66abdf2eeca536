"""How an image in a packed object is called: the object, ``#``, and the name of its member."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

PACKED_ENDINGS = (".tar", ".tar.gz", ".tgz", ".zip", ".parquet")
"""By which endings an object is known to hold images, whatever their case."""

_ENDING = "|".join(re.escape(ending) for ending in PACKED_ENDINGS)
_NAME = re.compile(rf"(?P<shard>.+?(?P<ending>{_ENDING}))#(?P<member>.+)", re.DOTALL | re.I)
_UNSAFE = re.compile(r"(?:^|/)\.{0,2}(?:/|$)")
_SHARD = re.compile(rf".+({_ENDING})", re.DOTALL | re.I)

Image = TypeVar("Image")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedName:
    """The parts of the name of an image in a packed object.

    Attributes
    ----------
    shard
        The name of the packed object.
    member
        The name of its member, or in a table the key of its row; without ``./`` at its start.
    """

    shard: str
    member: str

    @classmethod
    def parse(cls, name: str) -> PackedName | None:
        """Return the parts of a name; None for the name of an object of its own.

        The first ``#`` behind a packed ending counts.

        Examples
        --------
        >>> PackedName.parse("shards/1.tar#cats/a#7.jpg")
        PackedName(shard='shards/1.tar', member='cats/a#7.jpg')
        >>> PackedName.parse("images/a#7.jpg") is None
        True
        """
        if "#" not in name:
            return None
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        return cls(shard=found["shard"], member=without_dot(found["member"]))


def shard_by_shard(images: Sequence[Image], name_of: Callable[[Image], str]) -> list[Image]:
    """Return images such that those of one packed object follow each other, others as they were.

    So few copies of packed objects are needed at once, in whatever order a log names them.
    """
    first: dict[str, int] = {}
    places: list[int] = []
    for place, image in enumerate(images):
        parts = PackedName.parse(name_of(image))
        places.append(place if parts is None else first.setdefault(parts.shard, place))
    return [images[place] for place in sorted(range(len(images)), key=places.__getitem__)]


def is_packed(name: str) -> bool:
    """Return whether an object's name says that it may hold images."""
    return _SHARD.fullmatch(name) is not None


def member_name(written: str) -> str | None:
    """Return what a file in an archive is called as a member; None for an unsafe name.

    Nothing is ever unpacked under such a name, but nothing should be called so either.

    Examples
    --------
    >>> [member_name(one) for one in ("./a/b.jpg", "../b.jpg", "/b.jpg", "a//b.jpg")]
    ['a/b.jpg', None, None, None]
    """
    name = without_dot(written)
    return None if _UNSAFE.search(name) else name


def without_dot(member: str) -> str:
    """Return a member's name without the ``./`` that ``tar -C folder .`` puts before each."""
    while member.startswith("./"):
        member = member.removeprefix("./")
    return member
