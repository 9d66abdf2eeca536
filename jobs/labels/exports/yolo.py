"""YOLO's text files: one an image, a line a box, in shares."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from jobs.boxes.formats import BoxFormat, BoxOrder, BoxUnit
from jobs.labels.box_labels import NO_NAME, NO_NUMBERS, OUTLINE
from jobs.labels.exports.exported import (
    ExportedImages,
    ExportObject,
    UnreadableExportError,
    number_of,
)

BOX_FORMAT = BoxFormat(order=BoxOrder.CXCYWH, unit=BoxUnit.SHARES)
NAME_FILES = ("data.yaml", "data.yml", "dataset.yaml", "classes.txt", "obj.names")
"""What the file with the names of classes is called, beside the text files or above them."""
_NO_LABELS = re.compile(
    r"(?:classes|train|val|valid|test|readme.*|requirements)\.txt", re.IGNORECASE
)
_NO_SIZE = (math.nan, math.nan)
# The class with centre, width and height, and perhaps a score or a number of its track.
_BOX_FIELDS = (5, 6)
_FEWEST_OUTLINE = 7


def is_yolo(export: ExportObject) -> bool:
    """Tell whether an object is such a text file; an empty one is."""
    return export.name.lower().endswith(".txt")


def is_passed_over(name: str) -> bool:
    """Tell whether a text file is one of those beside labels, such as ``classes.txt``."""
    return _NO_LABELS.fullmatch(name.rpartition("/")[2]) is not None


def read_yolo(export: ExportObject, images: ExportedImages) -> None:
    """Read one image's boxes; its key is the text file's name: the image's but for its ending.

    Raises
    ------
    UnreadableExportError
        If no line of it holds a box.
    """
    lines = [line.split() for line in export.text.splitlines() if line.strip()]
    image = images.add_image(0, export.name, _NO_SIZE)
    for fields in lines:
        _read_line(fields, image, export, images)
    if lines and not images.numbers:
        raise UnreadableExportError(
            "no line of it is a box. Expected lines of a class and its box's centre, width and "
            "height in shares of the image, such as 0 0.5 0.5 0.2 0.1."
        )


def _read_line(fields: list[str], image: int, export: ExportObject, images: ExportedImages) -> None:
    numbers = [number_of(one) for one in fields]
    is_outline = len(numbers) >= _FEWEST_OUTLINE and len(numbers) % 2 == 1
    if not (is_outline or len(numbers) in _BOX_FIELDS) or not numbers[0].is_integer():
        images.lose(image, NO_NUMBERS)
        return
    names = export.names_beside()
    code = int(numbers[0])
    if code not in names:
        images.noted[NO_NAME] += 1
    box = numbers[1:5]
    if is_outline:
        images.noted[OUTLINE] += 1
        box = _around(numbers[1::2], numbers[2::2])
    images.add_box(image, box, names.get(code, str(code)))


def _around(across: list[float], down: list[float]) -> list[float]:
    """Return the box around points as its centre, width and height; NaN where a point is none."""
    if not all(math.isfinite(one) for one in (*across, *down)):
        return [math.nan] * 4
    left, right, top, bottom = min(across), max(across), min(down), max(down)
    return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]


def class_names(name: str, text: str) -> Mapping[int, str]:
    r"""Return the names of classes by their numbers, of a file of `NAME_FILES`; empty without any.

    Examples
    --------
    >>> class_names("data.yaml", "nc: 2\nnames: ['cat', 'dog']")
    {0: 'cat', 1: 'dog'}
    >>> class_names("classes.txt", "cat\ndog")
    {0: 'cat', 1: 'dog'}
    """
    if not name.lower().endswith((".yaml", ".yml")):
        return dict(enumerate(line.strip() for line in text.splitlines() if line.strip()))
    head = re.search(r"^names[ \t]*:[ \t]*(.*)$", text, re.MULTILINE)
    if head is None:
        return {}
    if head[1][:1] in {"[", "{"}:
        inner = re.split(r"[\]}]", text[head.start(1) + 1 :], maxsplit=1)[0]
        return _numbered(re.split(r"[,\n]", inner))
    return _numbered(_block(text[head.end(1) :]))


def _block(text: str) -> list[str]:
    """Return the entries of a block of YAML, one a line, up to the next key at its margin."""
    found = []
    for line in text.splitlines():
        bare = line.partition(" #")[0].rstrip()
        if not bare.strip() or bare.lstrip().startswith("#"):
            continue
        if not bare.startswith((" ", "\t", "-")):
            break
        found.append(bare.strip().removeprefix("- "))
    return found


def _numbered(entries: list[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for entry in entries:
        written = re.fullmatch(r"""\s*['"]?(\d+)['"]?\s*:\s*(.+)""", entry)
        name = (written[2] if written else entry).strip().strip("'\"").strip()
        if name:
            found[int(written[1]) if written else len(found)] = name
    return found
