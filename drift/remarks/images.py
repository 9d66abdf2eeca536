"""Remarks about the window's images."""

from __future__ import annotations

from collections.abc import Iterator

from drift.remarks.facts import RunData
from drift.remarks.lost_rows import MANY_LOST
from reports.findings.remarks import Remark


def image_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what is odd about the window's images."""
    images, quality = data.counts.images, data.counts.quality
    if images.lost > MANY_LOST * images.logged:
        yield Remark(
            code="images_lost",
            text=(
                f"{images.lost:,} of {images.logged:,} images could not be analysed; see data "
                "health."
            ),
        )
    if quality.duplicated_rows:
        yield Remark(
            code="images_named_again",
            text=(
                f"{quality.duplicated_rows:,} rows name an image that an earlier row names too "
                f"({images.logged:,} images, {images.rows:,} rows): each image counts once among "
                "the image features, and a class counts by its share of the image's rows."
            ),
        )
    if quality.deep_images:
        yield Remark(
            code="deep_images",
            text=(
                f"{quality.deep_images:,} images have more than 8 bits per sample: the seven "
                "grey-level features clip them at 255, all others scale them."
            ),
        )
    for name, count in quality.cross_check.items():
        if count:
            yield Remark(
                code="logged_feature_differs",
                text=f"The log's own {name} differs from the recomputed one in {count:,} rows.",
            )
