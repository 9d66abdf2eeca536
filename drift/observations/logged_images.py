"""The rows of the log whose image may be read, and what became of the image of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jobs.boxes.image_boxes import ImageBoxes
from jobs.images.locations import ImageLocation, RefusedLocation
from jobs.job_file.job import Job
from jobs.predictions.rows.rows import PredictionRows
from reference_stats.extraction.names_used_again import NamesUsedAgain, names_used_again
from reference_stats.extraction.result import ExtractionResult
from reference_stats.image_uses import moments_of
from reference_stats.logged_features import logged_features, names_of_rows, outcomes_of_rows
from reference_stats.model_view.views import ImageViews
from reference_stats.outcome_columns import OutcomeColumns
from reference_stats.outcomes import OverwrittenImage


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedImages:
    """The rows whose image may be read; the others are left out here, and nowhere else.

    It holds what was measured on every image: let it go once the window is joined and counted.

    Attributes
    ----------
    predictions
        All rows of the window.
    kept
        Which of them are in `rows`.
    rows
        The fields of the log and ``image``, the image's path; index 0..n-1.
    locations, paths
        The image of each row.
    outcomes
        What became of the image of each row; rows whose picture was overwritten by that of a later
        use have an `OverwrittenImage`.
    pictures
        A number for the picture of each row: one whose name was used again is another.
    first
        The first row of each image, ascending.
    numbers
        The names of the numbers that were measured.
    names_used_again
        What is known of the rows whose image's name is used more than once.
    refused
        Why the images of the rows that were left out must not be read.
    of_rows
        Whether the rows stand for images, as in a job without images.
    views
        What the model saw in the image of each row; None where none was asked.
    """

    predictions: PredictionRows
    kept: NDArray[np.bool_]
    rows: pd.DataFrame
    locations: Sequence[ImageLocation]
    paths: NDArray[np.object_]
    outcomes: OutcomeColumns
    pictures: NDArray[np.int64]
    first: NDArray[np.int64]
    numbers: tuple[str, ...]
    names_used_again: NamesUsedAgain
    refused: Sequence[RefusedLocation]
    of_rows: bool = False
    views: ImageViews | None = None

    @classmethod
    def without_images(cls, predictions: PredictionRows, job: Job) -> LoggedImages:
        """Return the rows of a window of a job without images: each stands for an image."""
        names, features = names_of_rows(predictions.fields["timestamp"]), logged_features(job)
        return cls(
            predictions=predictions,
            kept=np.ones(len(predictions), dtype=np.bool_),
            rows=predictions.fields.assign(image=pd.array(names, dtype="str")),
            locations=[ImageLocation(bucket_url="", name=one, path=one) for one in names],
            paths=names,
            outcomes=outcomes_of_rows(predictions, features),
            pictures=np.arange(len(predictions)),
            first=np.arange(len(predictions)),
            numbers=features,
            names_used_again=NamesUsedAgain(gone=np.zeros(len(predictions), dtype=np.bool_)),
            refused=(),
            of_rows=True,
        )

    @classmethod
    def of(
        cls,
        predictions: PredictionRows,
        located: Sequence[ImageLocation | RefusedLocation],
        extracted: ExtractionResult,
    ) -> LoggedImages:
        """Return the rows of a window whose image may be read.

        Parameters
        ----------
        located
            Where the image of each row is, or why it must not be read.
        extracted
            What became of the images.
        """
        locations = [one for one in located if isinstance(one, ImageLocation)]
        kept = np.array([isinstance(one, ImageLocation) for one in located], dtype=np.bool_)
        paths = np.array([one.path for one in locations], dtype=object)
        rows = rows_where(predictions.fields, kept)
        again = names_used_again(paths, moments_of(rows["timestamp"]), extracted.sightings)
        overwritten = dict.fromkeys(np.flatnonzero(again.gone).tolist(), OverwrittenImage())
        pictures = again.pictures(paths)
        return cls(
            predictions=predictions,
            kept=kept,
            rows=rows.assign(image=pd.array(paths, dtype="str")),
            locations=locations,
            paths=paths,
            outcomes=extracted.columns(locations).with_lost(overwritten),
            pictures=pictures,
            first=first_of_each(pictures),
            numbers=extracted.names,
            names_used_again=again,
            refused=[one for one in located if isinstance(one, RefusedLocation)],
            views=extracted.views_of(locations),
        )

    def own_columns(self, names: Iterable[str]) -> pd.DataFrame:
        """Return some of the log's own columns as text, row by row as `rows`.

        A column that the log does not have is left out.
        """
        raw = self.predictions.raw
        # Copied, as a view of a column holds the texts of all columns.
        own = raw[[name for name in names if name in raw.columns]].copy()
        return rows_where(own, self.kept)

    @property
    def log_row(self) -> NDArray[np.int64] | None:
        """The row of the log that each row is of; None where each is one of the log."""
        boxes = self.predictions.boxes
        return None if boxes is None or not boxes.in_cells else boxes.image_of_row[self.kept]

    @property
    def log_rows(self) -> int:
        """How many rows of the log the rows are of."""
        boxes = self.predictions.boxes
        return len(self.paths) if boxes is None else boxes.log_rows(self.kept)

    @property
    def boxes(self) -> ImageBoxes | None:
        """The boxes of `rows`; None where the job names none."""
        found = self.predictions.boxes
        return found if found is None or self.kept.all() else found.take(np.flatnonzero(self.kept))


def rows_where(table: pd.DataFrame, keep: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the rows to keep with a new index 0..n-1; nothing is copied where all are kept."""
    return table.reset_index(drop=True) if keep.all() else table[keep].reset_index(drop=True)


def first_of_each(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the place of the first of all equal numbers, ascending."""
    return np.flatnonzero(~pd.Series(numbers).duplicated().to_numpy())
