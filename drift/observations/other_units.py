"""Why predictions are not compared although both sides have some: their units are not alike."""

from __future__ import annotations

from reports.findings.remarks import Remark, RemarkWeight


def other_units() -> Remark:
    """Return why predictions are not compared whose images are known on one side only."""
    return Remark(
        code="predictions_without_images",
        text=(
            "The predictions are not compared: several rows of the log are of one image, and it "
            "is not known which image each of the reference's predictions is of, so the two sides "
            "would be counted by other units. Run drift profile build; where the reference's "
            "predictions come from reference.log, let that log name the image of each row as "
            "images.path does."
        ),
        weight=RemarkWeight.NOT_STEADY,
        headline="The predictions of the two sides cannot be counted alike",
    )


def other_rows(then: float, now: float) -> Remark:
    """Return why predictions are not compared where one side has more rows of an image.

    Parameters
    ----------
    then, now
        Rows of an image on either side, on average.
    """
    return Remark(
        code="other_rows_per_image",
        text=(
            f"The predictions are not compared: the reference has {then:.1f} rows of an image and "
            f"the window {now:.1f}. The two logs may hold different things, such as the best box "
            "and all boxes. Let both hold the same rows of an image, and run drift profile build."
        ),
        weight=RemarkWeight.NOT_STEADY,
        headline="The reference and the window have different numbers of rows per image",
    )
