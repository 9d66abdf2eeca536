"""Remarks about the window's images."""

from __future__ import annotations

from collections.abc import Iterator

from drift.remarks.facts import RunData
from drift.remarks.lost_rows import MANY_LOST
from reports.findings.remarks import Remark
from reports.words.numbers import counted, verbed


def image_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what is odd about the window's images."""
    images, quality = data.counts.images, data.counts.quality
    logged = counted(images.logged, "image")
    if images.lost > MANY_LOST * images.logged:
        yield Remark(
            code="images_lost",
            text=(f"{images.lost:,} of {logged} could not be analysed; see data health."),
        )
    if quality.duplicated_rows:
        yield Remark(
            code="images_named_again",
            text=(
                f"{verbed(quality.duplicated_rows, 'row', 'names', 'name')} an image that an "
                f"earlier row names too ({logged}, {images.rows:,} rows): each image counts once "
                "among the image features, and a class counts by its share of the image's rows."
            ),
        )
    if quality.deep_images:
        yield Remark(
            code="deep_images",
            text=(
                f"{verbed(quality.deep_images, 'image', 'has', 'have')} more than 8 bits per "
                "sample: the seven grey-level features clip that at 255, all others scale it."
            ),
        )
    for name, count in quality.cross_check.items():
        if count:
            rows = counted(count, "row")
            yield Remark(
                code="logged_feature_differs",
                text=f"The log's own {name} differs from the recomputed one in {rows}.",
            )
