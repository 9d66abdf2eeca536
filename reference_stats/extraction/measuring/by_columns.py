"""From decoded files to their numbers: one compiled call, and each formula once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference_stats.extraction.measuring.waiting_files import WaitingFiles
from reference_stats.features.feature import Feature
from reference_stats.features.registry import compute_columns
from reference_stats.file_facts.facts import FileFacts
from reference_stats.fingerprint import (
    GRADIENT_BYTES,
    GRID,
    RELATIVE_STEP,
    fingerprints_of,
    least_step,
)
from reference_stats.sums.channels import row_step
from reference_stats.sums.detail import BLOCK
from reference_stats.sums.image_columns import ImageColumns
from reference_stats.sums.levels import OVEREXPOSED, UNDEREXPOSED, LevelSums, black_rank
from reference_stats.sums.peaks import FLOORS, PEAKS
from reference_stats.sums.picture import LIMITS, PICTURE_SUMS, picture_sums_of

# Where the sums over the luma end; then come the mean of the cells and the transparent pixels.
_LEVELS = PICTURE_SUMS + len(LevelSums._fields)


class SummedFiles(NamedTuple):
    """The sums of some files that could be made out.

    Attributes
    ----------
    rows
        int64 of shape (files, 8), as `WaitingFiles.rows`.
    sums
        float64 of shape (files, 53), as the kernel wrote them.
    gradients
        uint8 of shape (files, `GRADIENT_BYTES`).
    facts
        As `WaitingFiles.facts`.
    """

    rows: NDArray[np.int64]
    sums: NDArray[np.float64]
    gradients: NDArray[np.uint8]
    facts: list[tuple[FileFacts, ...]]


class MeasuredRows(NamedTuple):
    """The numbers of some files.

    Attributes
    ----------
    places
        The places of the files in their batch.
    numbers
        float64 of shape (files, features).
    fingerprints
        uint8 of shape (files, `FINGERPRINT_BYTES`).
    facts
        What each file is.
    """

    places: list[int]
    numbers: NDArray[np.float64]
    fingerprints: NDArray[np.uint8]
    facts: list[FileFacts]


def sum_waiting(waiting: WaitingFiles) -> SummedFiles:
    """Return the sums of the files that wait, without those that cannot be made out."""
    from reference_stats.kernels.picture_pass import sum_files  # noqa: PLC0415 - numba is slow

    rows = np.array(waiting.rows, np.int64)
    height, width = rows[:, 1].astype(np.float64), rows[:, 2].astype(np.float64)
    pixels = height * width
    scales = np.stack((row_step(height, width), black_rank(pixels), least_step(pixels)), axis=1)
    sums = np.empty((len(rows), _LEVELS + 2))
    gradients = np.empty((len(rows), GRADIENT_BYTES), np.uint8)
    is_whole = sum_files(
        waiting.memory,
        rows,
        scales,
        (BLOCK - 1, BLOCK - 1),
        (OVEREXPOSED, UNDEREXPOSED),
        LIMITS,
        PEAKS,
        FLOORS,
        (GRID, RELATIVE_STEP),
        sums,
        gradients,
    )
    if is_whole.all():
        return SummedFiles(rows, sums, gradients, list(waiting.facts))
    facts = [one for one, whole in zip(waiting.facts, is_whole.tolist(), strict=True) if whole]
    return SummedFiles(rows[is_whole], sums[is_whole], gradients[is_whole], facts)


def measure_by_columns(parts: Sequence[SummedFiles], features: Sequence[Feature]) -> MeasuredRows:
    """Return the numbers of files; none of the features `reads_pixels`."""
    rows = np.concatenate([part.rows for part in parts])
    columns = np.concatenate([part.sums.T for part in parts], axis=1)
    gradients = np.concatenate([part.gradients for part in parts])
    facts = [one for part in parts for one in part.facts]
    images = _images(rows, columns)
    cell_levels = columns[_LEVELS]
    are_transparent = (images.transparent_pixels > 0).tolist()
    return MeasuredRows(
        places=rows[:, WaitingFiles.PLACE].tolist(),
        numbers=compute_columns(images, features),
        fingerprints=fingerprints_of(
            images.colour_sums, images.pixel_count, gradients, cell_levels
        ),
        facts=[two[is_so] for two, is_so in zip(facts, are_transparent, strict=True)],
    )


def _images(rows: NDArray[np.int64], columns: NDArray[np.float64]) -> ImageColumns:
    _, height, width, _, _, _, size_bytes, frame_pixels = rows.T.astype(np.float64)
    return ImageColumns(
        height=height,
        width=width,
        size_bytes=size_bytes,
        frame_pixels=frame_pixels,
        transparent_pixels=columns[_LEVELS + 1],
        level_sums=LevelSums(*columns[PICTURE_SUMS:_LEVELS]),
        picture_sums=picture_sums_of(list(columns[:PICTURE_SUMS]), height, width),
    )
