"""Where rows come from that were not read line by line out of one object each."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

LINE, OBJECT = "line", "object"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a row stands.

    Attributes
    ----------
    source
        The object of the bucket.
    number
        Counted from 1.
    unit
        What is counted: ``line``, or ``object`` for a JSON object in it.
    """

    source: str
    number: int
    unit: str = LINE


@dataclass(slots=True)
class PackedObjects:
    """Small objects that were read together, as if they were one.

    Attributes
    ----------
    names
        The objects in the order in which they were read.
    firsts
        The line of what was read together that each of them begins at, ascending.
    """

    names: list[str] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)

    def add(self, name: str, first_line: int) -> None:
        """Take in the next object."""
        self.names.append(name)
        self.firsts.append(first_line)

    def place(self, line: int) -> Place:
        """Return where a line of what was read together stands."""
        at = max(0, bisect_right(self.firsts, line) - 1)
        return Place(source=self.names[at], number=line - self.firsts[at] + 1, unit=OBJECT)


@dataclass(slots=True)
class RowOrigins:
    """What is counted in each object that was read, where that is not its lines.

    Attributes
    ----------
    decimal_commas
        Objects whose fields are parted by ``;``, as programs write them where a comma stands
        before the decimals of numbers.
    """

    decimal_commas: set[str] = field(default_factory=set)
    _by_object: set[str] = field(default_factory=set)
    _packed: dict[str, PackedObjects] = field(default_factory=dict)

    def count_objects(self, source: str) -> None:
        """Say that the rows of an object are counted by the JSON objects in it."""
        self._by_object.add(source)

    def pack(self, source: str) -> PackedObjects:
        """Return what takes in the small objects that are read together under one name."""
        return self._packed.setdefault(source, PackedObjects())

    def is_packed(self, source: str) -> bool:
        """Tell whether a name stands for small objects that were read together."""
        return source in self._packed

    def place(self, source: str, line: int) -> Place:
        """Return where a row stands."""
        if source in self._packed:
            return self._packed[source].place(line)
        unit = OBJECT if source in self._by_object else LINE
        return Place(source=source, number=line, unit=unit)

    def unit(self, source: str) -> str:
        """Return what is counted in an object."""
        return OBJECT if source in self._by_object or source in self._packed else LINE
