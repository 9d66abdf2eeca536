"""Remarks about the model that looks at the images: why it takes no part, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from drift.remarks.facts import RunData
from reports.findings.model_view import ModelView
from reports.findings.remarks import Remark, RemarkWeight
from reports.words.numbers import counted

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
    unknown = seen.unknown - seen.failed_in_reference
    if unknown > _MANY_UNKNOWN * data.profile.images and not seen.problem:
        yield Remark(
            code="reference_images_unseen",
            text=(
                f"The model could not look at {unknown:,} of the reference's "
                f"{data.profile.images:,} images, because they are gone or have changed since the "
                "profile was built. Put them back, or build the profile anew: drift profile build."
            ),
        )
    if (seen.failed or seen.failed_in_reference) and not seen.problem:
        yield _of_failed(seen)


def _of_failed(seen: ModelView) -> Remark:
    where = ((seen.failed, "the window"), (seen.failed_in_reference, "the reference"))
    images = " and ".join(f"{counted(count, 'image')} of {side}" for count, side in where if count)
    return Remark(
        code="images_the_model_fails_on",
        text=(
            f"The model makes no finite numbers of {images}, such as {seen.failed_image}, or fails "
            "on them. They have no view and are not counted as novel; every other number of them "
            "is tested. Look at them: a picture of one colour, for instance, has no contrast to "
            "divide by."
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
