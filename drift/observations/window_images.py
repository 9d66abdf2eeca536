"""The window's rows joined with what became of their images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.logged_images import LoggedImages
from jobs.boxes.image_boxes import ImageBoxes
from reference_stats.extraction.names_used_again import NamesUsedAgain
from reference_stats.features.registry import feature_names
from reference_stats.file_facts.facts import FileFacts
from reference_stats.fingerprint import Fingerprints, stack_fingerprints
from reference_stats.outcomes import ImageFeatures

# So many objects are taken apart at a time, so that no second copy of all numbers is made.
_IMAGES_AT_ONCE = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowImages:
    """The window row by row.

    Attributes
    ----------
    rows
        The rows whose image path is allowed: the fields of the log and ``image``, the image's path.
    features
        One row per analysed image, indexed by the position of its row in `rows`; one float64
        column per feature.
    fingerprints
        Those of the analysed images, in the order of `features`; None where they are not known.
    files
        What the files of the analysed images are, in the order of `features`; None where that is
        not known.
    names_used_again
        What is known of the rows whose image's name is used more than once.
    segments
        The segments of each row, one column each: text or missing; None where nobody asked.
    log_rows
        The row of the log that each row is of, where that holds several boxes; None where each is
        one of the log, and where nobody needs it.
    of_rows
        Whether the log's rows are what counts once, as in a job without images: ``image`` holds
        a name for each row, and `features` the features that the log holds, if any.
    boxes
        The boxes that a detector found, of these rows; None where the job names none.
    """

    rows: pd.DataFrame
    features: pd.DataFrame
    fingerprints: Fingerprints | None = None
    files: Sequence[FileFacts | None] | None = None
    names_used_again: NamesUsedAgain = field(default_factory=NamesUsedAgain)
    segments: pd.DataFrame | None = None
    log_rows: NDArray[np.int64] | None = None
    of_rows: bool = False
    boxes: ImageBoxes | None = None

    def files_of_images(self) -> list[FileFacts | None]:
        """Return what the file of each analysed image is, once where several rows name it."""
        if self.files is None:
            return []
        images = self.rows["image"].loc[self.features.index]
        first = np.flatnonzero(~images.duplicated().to_numpy())
        return [self.files[position] for position in first.tolist()]

    @property
    def images_of_rows(self) -> NDArray[np.int64]:
        """A number for the image of each row: one whose name was used again is another."""
        paths = self.rows["image"].to_numpy(dtype=object)
        if self.names_used_again.gone.any():
            return self.names_used_again.pictures(paths)
        numbers: NDArray[np.int64] = pd.factorize(paths)[0].astype(np.int64)
        return numbers

    @property
    def pictures(self) -> pd.DataFrame:
        """The features of each analysed image once, at the first row that names it."""
        repeated = self.rows["image"].loc[self.features.index].duplicated().to_numpy()
        return self.features[~repeated] if repeated.any() else self.features


def join(logged: LoggedImages, segments: pd.DataFrame | None = None) -> WindowImages:
    """Return the window row by row; `segments` as of the attribute."""
    analysed_rows = np.flatnonzero([isinstance(one, ImageFeatures) for one in logged.outcomes])
    analysed = [one for one in logged.outcomes if isinstance(one, ImageFeatures)]
    if logged.of_rows:
        return WindowImages(
            rows=logged.rows,
            features=_table(analysed, analysed_rows, logged.numbers),
            names_used_again=logged.names_used_again,
            segments=segments,
            of_rows=True,
        )
    return WindowImages(
        rows=logged.rows,
        features=_features(analysed, analysed_rows, logged.numbers),
        fingerprints=stack_fingerprints([one.fingerprint for one in analysed]),
        files=[one.file for one in analysed],
        boxes=logged.boxes,
        names_used_again=logged.names_used_again,
        segments=segments,
        log_rows=logged.log_row,
    )


def _features(
    analysed: Sequence[ImageFeatures], rows: NDArray[np.int64], names: tuple[str, ...]
) -> pd.DataFrame:
    """Return one row per analysed image; `names` are those of its numbers."""
    table = _table(analysed, rows, names)
    known = list(dict.fromkeys((*feature_names(), *names)))
    return table if list(names) == known else table.reindex(columns=known)


def _table(
    analysed: Sequence[ImageFeatures], rows: NDArray[np.int64], names: tuple[str, ...]
) -> pd.DataFrame:
    # One column after the other in memory, as they are used.
    numbers = np.empty((len(analysed), len(names)), order="F")
    for start in range(0, len(analysed), _IMAGES_AT_ONCE):
        part = slice(start, start + _IMAGES_AT_ONCE)
        numbers[part] = [image.values.numbers for image in analysed[part]]  # noqa: PD011
    return pd.DataFrame(numbers, index=rows, columns=list(names), copy=False)
