"""What a reader of exports gets and what it fills: the contract of all of them."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from jobs.boxes.formats import BoxFormat
from jobs.predictions.values.texts import text_of

_BYTE_ORDER_MARK = "\ufeff"


class UnreadableExportError(Exception):
    """The argument says what is wrong with the whole object and what was expected."""


@dataclass(frozen=True, kw_only=True)
class ExportObject:
    """One object that may be an export.

    Attributes
    ----------
    name
        The object's name.
    data
        Its content.
    names_beside
        Returns the names of classes by their numbers, of a file beside it or in a folder above.
    """

    name: str
    data: bytes
    names_beside: Callable[[], Mapping[int, str]] = dict

    @cached_property
    def text(self) -> str:
        """Its content as text.

        Raises
        ------
        UnreadableExportError
            If it is none.
        """
        try:
            return self.data.decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
        except UnicodeDecodeError as error:
            raise UnreadableExportError(
                f"byte {error.start:,} is no text in UTF-8. Expected an export as it was written; "
                "unpack it if it is an archive."
            ) from None

    @cached_property
    def json(self) -> object:
        """Its content as JSON.

        Raises
        ------
        UnreadableExportError
            If it is none, or ends too early.
        """
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise UnreadableExportError(
                f"it is no JSON, or ends too early ({error}). Expected a whole export; write it "
                "again."
            ) from None

    @property
    def is_json(self) -> bool:
        """Whether it looks like JSON; it need not be whole."""
        return self.data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


@dataclass(slots=True, kw_only=True)
class ExportedImages:
    """The labelled images of one export and their boxes as they are written.

    Attributes
    ----------
    box_format
        How the four numbers of a box are written; the reader sets it.
    keys, sizes, times, lines
        Of each image: its file's name; width and height in pixels, NaN where they are not known;
        when it was labelled, None where nobody says; which entry of the export it is, from 1.
    image, numbers, classes, crowd
        Of each box: its image, from 0; its four numbers; its class, None where it has none;
        whether it is a crowd.
    left_out
        Images that are no labels: entry, key and reason.
    lost, noted
        Boxes that are left out, and those with a remark, by reason; of those left out the image,
        -1 where there is none.
    """

    box_format: BoxFormat
    keys: list[str] = field(default_factory=list)
    sizes: list[tuple[float, float]] = field(default_factory=list)
    times: list[str | None] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    image: list[int] = field(default_factory=list)
    numbers: list[list[float]] = field(default_factory=list)
    classes: list[str | None] = field(default_factory=list)
    crowd: list[bool] = field(default_factory=list)
    left_out: list[tuple[int, str, str]] = field(default_factory=list)
    lost: list[tuple[int, str]] = field(default_factory=list)
    noted: Counter[str] = field(default_factory=Counter)

    def add_image(
        self, line: int, key: str, size: tuple[object, object], time: str | None = None
    ) -> int:
        """Take in a labelled image; return its place, for `add_box`."""
        width, height = (number_of(one) for one in size)
        known = 0 < width < math.inf and 0 < height < math.inf
        self.keys.append(key)
        self.sizes.append((width, height) if known else (math.nan, math.nan))
        self.times.append(time)
        self.lines.append(line)
        return len(self.keys) - 1

    def add_box(
        self, image: int, numbers: list[float], name: object, *, crowd: bool = False
    ) -> None:
        """Take in a box; what is wrong with its numbers is told later."""
        self.image.append(image)
        self.numbers.append(numbers)
        self.classes.append(None if isinstance(name, list | dict) else text_of(name))
        self.crowd.append(crowd)

    def leave_out(self, line: int, key: str, reason: str) -> None:
        """Count an image that is no label."""
        self.left_out.append((line, key, reason))

    def lose(self, image: int, reason: str) -> None:
        """Count a box that is left out."""
        self.lost.append((image, reason))


def number_of(value: object) -> float:
    """Return a number as it is written; NaN for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


def objects_in(value: object) -> list[dict[str, object]]:
    """Return the objects in a list; empty where it is none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def object_of(value: object) -> dict[str, object]:
    """Return an object; an empty one where it is none."""
    return value if isinstance(value, dict) else {}
