"""What is known of one family of columns: its sums, its scale and its classes."""

from __future__ import annotations

from collections.abc import Mapping

from drift.comparison.columns.columns import ColumnRole
from drift.days.matrix import ReferenceClasses
from drift.days.records.measured.scales import ProfileScales
from drift.days.scale import ReferenceScale
from drift.days.sums import BothSums, FamilySums, is_seen

NO_IMAGES = FamilySums(images=0, effective=0.0)


def family_of(sums: BothSums, role: ColumnRole) -> FamilySums:
    """Return what is known of one family of columns; no images where nothing is.

    Where a model did not look at many of the images, its view of the others is not known either:
    see `is_seen`.
    """
    if role is ColumnRole.VIEW:
        return sums.view if sums.view is not None and is_seen(sums) else NO_IMAGES
    return sums.features if role is ColumnRole.FEATURE else sums.predictions


def scale_of(scales: ProfileScales, role: ColumnRole) -> ReferenceScale | None:
    """Return the scale of one family's numbers; None of a view where no model looks at images."""
    if role is ColumnRole.VIEW:
        return scales.view
    return scales.features if role is ColumnRole.FEATURE else scales.predictions


def classes_of(scales: ProfileScales, role: ColumnRole) -> Mapping[str, ReferenceClasses]:
    """Return the classes of one family, by column."""
    return scales.classes if role is ColumnRole.PREDICTION else {}
