"""Whether there is a model that looks at the images of an extraction, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from jobs.errors import ModelError
from jobs.images.locations import ImageLocation
from reference_stats.extraction.viewing.looking import Looking
from reference_stats.extraction.viewing.seeing import Seeing


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedEyes:
    """What looks at the images while this is entered; nothing where no model was asked or it fails.

    Attributes
    ----------
    looking
        What looks; None for nothing.
    refused
        Why the model cannot be opened; empty where it can, or where none was asked.
    """

    looking: Looking | None = None
    refused: str = ""

    @classmethod
    def of(cls, seeing: Seeing | None, locations: Sequence[ImageLocation]) -> OpenedEyes:
        """Return what looks at some images, in whose order views are put.

        Raises
        ------
        BucketAccessError
            If the cache of views cannot be listed.
        """
        if seeing is None:
            return cls()
        places = {one: place for place, one in enumerate(dict.fromkeys(locations))}
        try:
            return cls(looking=Looking(seeing, seeing.viewer.definition, places))
        except ModelError as error:
            return cls(refused=error.problem)

    @property
    def problem(self) -> str:
        """Why images have no view that could have one; empty where all is well."""
        return self.refused if self.looking is None else self.looking.problem

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.looking is not None:
            self.looking.close()
