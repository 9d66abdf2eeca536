"""Images that stand in the log itself: the column that holds them, and what each one is called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

LOG_IMAGES_URL = "log-images:"
"""What stands for the bucket of an image that is read from the log."""

DIGEST_DIGITS = 24
_NAME = re.compile(
    r"(?P<source>.+), (?P<unit>line|object) (?P<line>\d+) "
    rf"\((?P<digest>[0-9a-f]{{{DIGEST_DIGITS}}})\)",
    re.DOTALL,
)


class ImageColumn(str):
    """The name of a column whose cells hold images.

    Attributes
    ----------
    max_bytes
        The job file's `images.max_bytes`, by which lines may be so long.
    """

    max_bytes: int

    def __new__(cls, name: str, max_bytes: int) -> Self:
        """Return the name as a text that knows how large an image may be."""
        column = super().__new__(cls, name)
        column.max_bytes = max_bytes
        return column


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedImageName:
    """What an image in the log is called: where its row stands, and what it holds.

    Attributes
    ----------
    source, line
        The log's object, and the line as in `RejectedRow`.
    digest
        That of the image's bytes: another image in the same line has another name.
    unit
        What `line` counts: ``line``, or ``object`` for JSON that is not one object a line.
    """

    source: str
    line: int
    digest: str
    unit: str = "line"

    @classmethod
    def parse(cls, name: str) -> LoggedImageName | None:
        """Return the parts of a name; None for the name of an object of its own.

        Examples
        --------
        >>> LoggedImageName.parse("images/7.jpg") is None
        True
        """
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        return cls(
            source=found["source"],
            line=int(found["line"]),
            digest=found["digest"],
            unit=found["unit"],
        )

    def __str__(self) -> str:
        return f"{self.source}, {self.unit} {self.line} ({self.digest})"
