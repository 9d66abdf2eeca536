"""A record to which a model's view is added: what was measured stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from drift.days.blocks import BlockRecord
from drift.days.sums import BothSums


def with_view_of(record: BlockRecord, made: BlockRecord) -> BlockRecord:
    """Return a record with the view of one that was made of the same block later.

    Rows may have come late since and images may be gone: what the first record says of features and
    predictions stands, so that a new model changes nothing in what the pixels are held beside.

    Parameters
    ----------
    record
        What is said of features and predictions, whatever view it holds.
    made
        What is said of the view; it has one.
    """
    return replace(
        record,
        view=made.view,
        view_id=made.view_id,
        segments={
            name: _with_views(values, made.segments.get(name, {}))
            for name, values in record.segments.items()
        },
    )


def without_view(record: BlockRecord) -> BlockRecord:
    """Return what a record says of features and predictions alone."""
    nothing: dict[str, BothSums] = {}
    return replace(
        record,
        view=None,
        view_id="",
        segments={name: _with_views(values, nothing) for name, values in record.segments.items()},
    )


def _with_views(
    values: Mapping[str, BothSums], made: Mapping[str, BothSums]
) -> dict[str, BothSums]:
    return {
        value: replace(sums, view=made[value].view if value in made else None)
        for value, sums in values.items()
    }
