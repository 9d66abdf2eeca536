"""From the log to the images of past blocks: many blocks in one reading of the log."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.days.blocks import Block
from drift.days.records.made.later_uses import LaterUses
from drift.days.records.measured.drawing import drawn_rows
from drift.days.records.measured.measure import BlockCounts
from drift.observations.logged_images import LoggedImages
from drift.workplace import Workplace
from jobs.images.locations import ImageLocation, RefusedLocation
from jobs.job_file.names.templates import templates_among
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamps import to_datetime, to_moment
from jobs.times.windows import WindowRequest
from reference_stats.extraction.extract import extract
from reference_stats.extraction.names_used_again import is_of_use
from reference_stats.image_uses import Moments, WantedImages, images_of_rows, moments_of
from reference_stats.logged_features import names_of_rows
from reference_stats.outcomes import OverwrittenImage


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedStretch:
    """Some of the log's rows, and where their images are.

    Attributes
    ----------
    predictions
        The rows, in order of time.
    located
        Where the image of each is, or why it must not be read; empty in a job without images.
    names
        The image of each row; None where it names none. A name of the row in a job without images.
    moments
        The time of each row, in microseconds since 1970-01-01 UTC.
    counted
        What blocks hold of which only the rows of drawn images are here.
    """

    predictions: PredictionRows
    located: Sequence[ImageLocation | RefusedLocation]
    names: NDArray[np.object_]
    moments: Moments
    counted: Mapping[Block, BlockCounts] = field(default_factory=dict)

    @classmethod
    def of(cls, place: Workplace, request: WindowRequest) -> LoggedStretch:
        """Read the rows of a stretch of the log.

        Raises
        ------
        ObjectError
            If the log cannot be read, or holds more rows than were asked for.
        """
        predictions = read_predictions(
            place.bucket,
            place.job.predictions,
            request,
            extra_columns=place.locator.columns_used(),
            segment_columns=templates_among(place.job.segments.columns),
            workers=place.job.image_rules.fetch_workers,
            copies=place.copies,
        )
        times = predictions.fields["timestamp"]
        if not place.job.has_images:
            names, located = names_of_rows(times), []
        else:
            located = place.locator.locate(predictions.raw, place.log_url) if len(times) else []
            paths = [one.path if isinstance(one, ImageLocation) else None for one in located]
            names = np.array(paths, dtype=object)
        return cls(predictions=predictions, located=located, names=names, moments=moments_of(times))

    @property
    def named(self) -> tuple[NDArray[np.object_], Moments]:
        """The images that rows name, and the times of these rows."""
        known = pd.notna(self.names)
        return self.names[known], self.moments[known]

    @property
    def log_moments(self) -> Moments:
        """The times of the log's rows: where such a row has several boxes it is here once."""
        boxes = self.predictions.boxes
        return self.moments if boxes is None else self.moments[boxes.first_of_log]

    def rows_of(self, block: Block) -> slice:
        """Return which rows lie in a block."""
        first, stop = np.searchsorted(
            self.moments, [to_moment(block.start), to_moment(block.end)], side="left"
        )
        return slice(int(first), int(stop))

    def rows_within(self, length: timedelta, end: datetime) -> int:
        """Return how many rows there are on average in a stretch of that length before the end."""
        moments = self.log_moments
        if not len(moments):
            return 0
        span = max(end - to_datetime(int(moments[0])), timedelta(microseconds=1))
        return math.ceil(len(moments) * (length / span))

    def drawn(self, block: Block, most_images: int) -> NDArray[np.int64]:
        """Return the rows of a block that name an image that is drawn."""
        rows = self.rows_of(block)
        names = self.names[rows]
        there = np.flatnonzero(pd.notna(names))
        chosen: NDArray[np.int64] = there[drawn_rows(names[there], most_images)] + rows.start
        return chosen

    def counts(self, block: Block, *, by_rows: bool) -> BlockCounts:
        """Return what a block holds.

        Parameters
        ----------
        by_rows
            Whether blocks are known by their rows: then those count that could be read.
        """
        if block in self.counted:
            return self.counted[block]
        rows = self.rows_of(block)
        names = self.names[rows]
        accepted = self._log_rows(np.arange(rows.start, rows.stop))
        refused = self._log_rows(rows.start + np.flatnonzero(pd.isna(names)))
        return BlockCounts(
            rows=accepted if by_rows else rows_in(self.predictions, block, accepted),
            images=len(pd.unique(names[pd.notna(names)])),
            refused=refused,
        )

    def _log_rows(self, rows: NDArray[np.int64]) -> int:
        boxes = self.predictions.boxes
        return len(rows) if boxes is None else boxes.log_rows(rows)

    def wanted(self, rows: NDArray[np.int64], later: LaterUses) -> WantedImages:
        """Return the images that some rows name, and how they are used behind them.

        Parameters
        ----------
        later
            The uses of images behind all rows of this stretch.
        """

        def followed() -> dict[str, int]:
            behind = dict(later.of(self.names[rows]))
            return behind | _uses_after(self.names, self.moments, rows)

        located = [self.located[row] for row in rows.tolist()]
        return replace(images_of_rows(rows_at(self.predictions, rows), located), followed=followed)

    def images(self, place: Workplace, rows: NDArray[np.int64], later: LaterUses) -> LoggedImages:
        """Return what becomes of the images of some rows.

        A name that is used again behind them may stand for a later picture. Where nothing tells
        that it is theirs, their own counts as overwritten: days that show one later picture each
        time would look more alike than they were.

        Parameters
        ----------
        later
            The uses of images behind all rows of this stretch.

        Raises
        ------
        BucketAccessError
            If the images cannot be reached.
        """
        wanted = rows_at(self.predictions, rows)
        if not place.job.has_images:
            logged = LoggedImages.without_images(wanted, place.job)
            return replace(logged, **_named(logged, self.names[rows]))
        located = [self.located[row] for row in rows.tolist()]
        extracted = extract(
            self.wanted(rows, later),
            place.job.image_rules,
            open_bucket=place.open_bucket,
            cache=place.feature_cache,
            features=place.features,
            seeing=place.seeing,
            elsewhere=place.elsewhere,
        )
        logged = LoggedImages.of(wanted, located, extracted)
        if extracted.view_problem:
            # A record that lacks views because the model failed would lack them for ever.
            logged = replace(logged, views=None)
        uses = dict(zip(self.names[rows].tolist(), self.moments[rows].tolist(), strict=True))
        unsure = {
            path
            for path, seen in extracted.sightings.items()
            if not seen.is_certain and not is_of_use(uses[path], seen)
        }
        if not unsure:
            return logged
        there = np.flatnonzero([path in unsure for path in logged.paths.tolist()]).tolist()
        lost = dict.fromkeys(there, OverwrittenImage())
        return replace(logged, outcomes=logged.outcomes.with_lost(lost))


def _named(logged: LoggedImages, names: NDArray[np.object_]) -> dict[str, Any]:
    """Return what is called by the rows' names, which were given when all rows were read."""
    return {"paths": names, "rows": logged.rows.assign(image=pd.array(names, dtype="str"))}


def rows_in(predictions: PredictionRows, block: Block, accepted: int) -> int:
    """Return how many rows of the log lie in a block, with those that cannot be used.

    Where the block does not begin and end with a minute, and where the times were not kept, only
    those are known that were accepted.
    """
    seen = predictions.times.seen
    found = None if seen is None else seen.count(to_moment(block.start), to_moment(block.end))
    return accepted if found is None else found


def rows_at(predictions: PredictionRows, rows: NDArray[np.int64]) -> PredictionRows:
    """Return some of the rows."""
    return replace(
        predictions,
        fields=predictions.fields.iloc[rows].reset_index(drop=True),
        raw=predictions.raw.iloc[rows].reset_index(drop=True),
        boxes=None if predictions.boxes is None else predictions.boxes.take(rows),
    )


def _uses_after(
    names: NDArray[np.object_], moments: Moments, rows: NDArray[np.int64]
) -> dict[str, int]:
    """Return the first use behind some rows of the images that they name, within the stretch."""
    if not len(rows):
        return {}
    start = int(rows.max()) + 1
    behind = pd.Series(moments[start:], index=names[start:])
    again = behind[behind.index.isin(pd.unique(names[rows]))]
    return {str(name): int(moment) for name, moment in again.groupby(level=0).min().items()}


def batches(
    stretch: LoggedStretch, blocks: Sequence[Block], most_images: int, at_once: int
) -> Iterator[tuple[list[Block], NDArray[np.int64]]]:
    """Yield blocks, in the order given, with the rows of their drawn images.

    Blocks that name one image are not together: each use of a name is looked at by itself, as if
    its block had been read alone.

    Parameters
    ----------
    at_once
        So many rows are together, or those of one block.
    """
    together: list[Block] = []
    rows: list[NDArray[np.int64]] = []
    named: set[str] = set()
    for block in blocks:
        drawn = stretch.drawn(block, most_images)
        names = set(stretch.names[drawn])
        is_full = sum(map(len, rows)) + len(drawn) > at_once
        if together and (is_full or not named.isdisjoint(names)):
            yield together, np.sort(np.concatenate(rows))
            together, rows, named = [], [], set()
        together.append(block)
        rows.append(drawn)
        named |= names
    if together:
        yield together, np.sort(np.concatenate(rows))
