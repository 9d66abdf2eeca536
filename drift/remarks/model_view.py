"""Remarks about the model that looks at the images: why it takes no part, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from drift.remarks.facts import RunData
from reports.findings.model_view import ModelView
from reports.findings.remarks import Remark, RemarkWeight

_MANY_UNKNOWN = 0.01


def model_view_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what a person should know of the model's view; nothing in a job without a model."""
    seen = data.model_view
    if seen is None:
        return
    if seen.problem:
        yield Remark(
            code="model_view_missing",
            text=(
                f"The model's own view of the images takes no part in this run: {seen.problem} "
                "The verdict rests on everything else."
            ),
            weight=RemarkWeight.NOT_STEADY,
            headline="The model could not look at the images",
        )
    if seen.is_output:
        yield _of_output(seen)
    if seen.unknown > _MANY_UNKNOWN * data.profile.images and not seen.problem:
        yield Remark(
            code="reference_images_unseen",
            text=(
                f"The model could not look at {seen.unknown:,} of the reference's "
                f"{data.profile.images:,} images, because they are gone or have changed since the "
                "profile was built. Put them back, or build the profile anew: drift profile build."
            ),
        )


def _of_output(seen: ModelView) -> Remark:
    return Remark(
        code="model_view_of_output",
        text=(
            f"What the model sees in an image is taken from {seen.found_layer}, its last output, "
            "because no layer before it is known. New kinds of images are seen less well there: "
            "name a layer, or an output that holds an embedding, as model.layer."
        ),
    )
