"""Which columns of a log hold the images themselves."""

from __future__ import annotations

from collections.abc import Mapping

from drift.setup.columns.values import ColumnValues
from drift.setup.images.try_templates import TriedTemplate
from jobs.predictions.cell_images.decoding import image_in, is_image

_LOOKED_AT = 30
_FEWEST = 0.5
# A shorter text holds no image.
_SHORTEST = 64


def columns_of_images(columns: Mapping[str, ColumnValues]) -> list[TriedTemplate]:
    """Return the columns with images in most of their cells, the best and innermost first."""
    found = [one for column in columns.values() if (one := _tried(column)) is not None]
    return sorted(found, key=lambda one: (-one.share, -len(one.column or ""), one.column))


def _tried(column: ColumnValues) -> TriedTemplate | None:
    first = [value for value in column.filled[:_LOOKED_AT] if len(value) >= _SHORTEST]
    read = [image for value in first if (image := image_in(value)) is not None]
    looked_at = len(column.filled[:_LOOKED_AT])
    if not read or sum(map(is_image, read)) < _FEWEST * looked_at:
        return None
    share = column.share_filled * len(read) / looked_at
    return TriedTemplate(path="", share=share, rows=looked_at, column=column.name)
