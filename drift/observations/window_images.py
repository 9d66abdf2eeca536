"""The window's rows joined with what became of their images."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.observations.logged_images import LoggedImages
from jobs.boxes.image_boxes import ImageBoxes
from reference_stats.extraction.names_used_again import NamesUsedAgain
from reference_stats.features.registry import feature_names
from reference_stats.file_facts.column import FileColumn
from reference_stats.fingerprint import Fingerprints
from reference_stats.model_view.scored_views import ScoredViews
from reference_stats.model_view.views import ImageViews
from reference_stats.outcome_columns import OutcomeColumns


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
    pictures_of_rows
        A number for the picture of each row where that is known already.
    part_of
        The window that these rows were drawn from to be compared; None where they are all of it.
    views
        What the model saw in the analysed images, in the order of `features`; None where none was
        asked.
    scored
        The scores of `views` beside the run's reference; None where nobody needs them.
    """

    rows: pd.DataFrame
    features: pd.DataFrame
    fingerprints: Fingerprints | None = None
    files: FileColumn | None = None
    names_used_again: NamesUsedAgain = field(default_factory=NamesUsedAgain)
    segments: pd.DataFrame | None = None
    log_rows: NDArray[np.int64] | None = None
    of_rows: bool = False
    boxes: ImageBoxes | None = None
    pictures_of_rows: NDArray[np.int64] | None = None
    part_of: WindowImages | None = None
    views: ImageViews | None = None
    scored: ScoredViews | None = None

    def files_of_images(self) -> FileColumn:
        """Return what the file of each analysed image is, once where several rows name it."""
        if self.files is None:
            return FileColumn.of(())
        first = self.names_image_first
        return self.files if first.all() else self.files.take(first)

    @property
    def images_of_rows(self) -> NDArray[np.int64]:
        """A number for the image of each row: one whose name was used again is another."""
        if self.pictures_of_rows is not None:
            return self.pictures_of_rows
        paths = self.rows["image"].to_numpy(dtype=object)
        if self.names_used_again.gone.any():
            return self.names_used_again.pictures(paths)
        return _numbered_anew(paths)

    @property
    def pictures(self) -> pd.DataFrame:
        """The features of each analysed image once, at the first row that names it."""
        first = self.names_image_first
        return self.features if first.all() else self.features[first]

    @property
    def images_of_part(self) -> int | None:
        """How many analysed images there are in this part of a window; None in a whole one."""
        return None if self.part_of is None else int(self.names_image_first.sum())

    @property
    def names_image_first(self) -> NDArray[np.bool_]:
        """Which analysed rows are the first that name their image."""
        # Of images whose name was used again one is analysed at most.
        images = pd.Series(self.images_of_rows[self.features.index])
        return ~images.duplicated().to_numpy()

    def take(self, rows: NDArray[np.int64]) -> WindowImages:
        """Return some rows, in the order given, with what is known of their images."""
        analysed = self.features.index.to_numpy(dtype=np.int64)
        place = np.full(len(self.rows), -1, dtype=np.int64)
        place[analysed] = np.arange(len(analysed))
        there = np.flatnonzero(place[rows] >= 0)
        own, gone = place[rows[there]], self.names_used_again.gone
        pictures = None if gone.any() else self.pictures_of_rows
        return WindowImages(
            rows=self.rows.iloc[rows].reset_index(drop=True),
            features=self.features.iloc[own].set_axis(there, axis=0),
            fingerprints=None if self.fingerprints is None else self.fingerprints[own],
            files=None if self.files is None else self.files.take(own),
            names_used_again=NamesUsedAgain(gone=gone[rows]) if len(gone) else NamesUsedAgain(),
            segments=None if self.segments is None else self.segments.iloc[rows],
            log_rows=None if self.log_rows is None else self.log_rows[rows],
            of_rows=self.of_rows,
            boxes=None if self.boxes is None else self.boxes.take(rows),
            pictures_of_rows=None if pictures is None else _numbered_anew(pictures[rows]),
            views=None if self.views is None else self.views.take(own),
            scored=None if self.scored is None else self.scored.take(own),
        )


def _numbered_anew(images: NDArray[Any]) -> NDArray[np.int64]:
    """Return a number for each image, from 0 without gaps, in order of the first."""
    numbers: NDArray[np.int64] = pd.factorize(images)[0].astype(np.int64)
    return numbers


def join(logged: LoggedImages, segments: pd.DataFrame | None = None) -> WindowImages:
    """Return the window row by row; `segments` as of the attribute."""
    outcomes = logged.outcomes
    analysed = np.flatnonzero(outcomes.analysed)
    if len(analysed) < len(outcomes):
        outcomes = outcomes.take(analysed)
    if logged.of_rows:
        return WindowImages(
            rows=logged.rows,
            features=_table(outcomes, analysed),
            names_used_again=logged.names_used_again,
            segments=segments,
            of_rows=True,
        )
    return WindowImages(
        rows=logged.rows,
        features=_features(outcomes, analysed),
        fingerprints=outcomes.fingerprints,
        files=outcomes.files,
        boxes=logged.boxes,
        names_used_again=logged.names_used_again,
        segments=segments,
        log_rows=logged.log_row,
        pictures_of_rows=logged.pictures,
        views=None if logged.views is None else logged.views.take(analysed),
    )


def _features(outcomes: OutcomeColumns, rows: NDArray[np.int64]) -> pd.DataFrame:
    """Return one row per analysed image."""
    table, names = _table(outcomes, rows), outcomes.names
    known = list(dict.fromkeys((*feature_names(), *names)))
    return table if list(names) == known else table.reindex(columns=known)


def _table(outcomes: OutcomeColumns, rows: NDArray[np.int64]) -> pd.DataFrame:
    # The numbers are not copied: of a million images they are a third of a gigabyte.
    return pd.DataFrame(outcomes.numbers, index=rows, columns=list(outcomes.names), copy=False)
