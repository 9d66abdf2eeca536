"""Remarks about image names that the log uses more than once, for pictures that may differ."""

from __future__ import annotations

from collections.abc import Iterator

from drift.remarks.facts import RunData
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.numbers import counted

_OWN_NAMES = "Store each picture under a name of its own, so that none is lost."


def names_used_again_remarks(data: RunData) -> Iterator[Remark]:
    """Yield which of the window's pictures may not be those that its rows were written for."""
    again = data.window.names_used_again
    if again.gone.any():
        yield _gone(data, int(again.gone.sum()))
    if again.unsure:
        yield _unsure(data)
    if unknown := again.past + again.later:
        yield _later_pictures(data, unknown)


def _gone(data: RunData, gone: int) -> Remark:
    # As where images are lost: what is left may not be like what is gone.
    are_many = data.job.image_rules.loses_too_many(gone, of=data.counts.images.logged)
    return Remark(
        code="images_overwritten",
        text=(
            f"{counted(gone, 'row')} of this window named pictures that have been overwritten "
            "since, because their names were used again; what is there now is the picture of a "
            f"later use, and only counts for that. {_OWN_NAMES}"
        ),
        weight=RemarkWeight.NOT_STEADY if are_many else RemarkWeight.NOTE,
        headline="Too many of the window's pictures were overwritten" if are_many else "",
    )


def _unsure(data: RunData) -> Remark:
    again = data.window.names_used_again
    # Pictures that are asked about twice are few; a camera's slots are all used again.
    are_most = 2 * again.spread > data.window.rows["image"].nunique()
    return Remark(
        code="names_used_again",
        text=(
            f"{counted(again.names, 'name')} of images are used more than once in this window, and "
            f"in {counted(again.unsure, 'row')} before the picture that is there now was written: "
            "if the picture changed with each use, those rows' pictures are gone, and the last one "
            f"stands for them. {_OWN_NAMES}"
        ),
        weight=RemarkWeight.NOT_STEADY if are_most else RemarkWeight.NOTE,
        headline="Most image names are used again, maybe for other pictures" if are_most else "",
    )


def _later_pictures(data: RunData, unknown: int) -> Remark:
    again = data.window.names_used_again
    distinct = data.window.rows["image"].nunique()
    too_many = data.job.image_rules.loses_too_many(unknown, of=distinct)
    weight = RemarkWeight.NO_VERDICT if too_many else RemarkWeight.NOTE
    are = "are" if again.past else "may be"
    return Remark(
        code="pictures_of_later_uses",
        text=(
            f"{counted(unknown, 'image name')} of {distinct:,} were used again after this window, "
            f"and the pictures there now {are} those of the later uses. The window's own pictures "
            f"were not read while they were there, so nothing is known of them. {_OWN_NAMES}"
        ),
        weight=weight,
        headline="" if weight is RemarkWeight.NOTE else "The window's pictures were overwritten",
    )
