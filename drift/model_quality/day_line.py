"""What scoring days needs of a kind of model: its rows, its labels, and its records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from drift.model_quality.whole_days import WholeDay
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import TimeWindow

Rows = TypeVar("Rows")
Joined = TypeVar("Joined")
Record_co = TypeVar("Record_co", covariant=True)


class DayLine(Protocol[Rows, Joined, Record_co]):
    """Labels of one kind of model, and how days are scored with them.

    Labels name images by more or less of their names: by the whole of it (way 0), or in further
    ways. Which way it is is decided once for all days, by `way_of`.
    """

    @property
    def digest(self) -> str:
        """A digest of the objects that hold labels of images joined by name; empty for others."""

    def key(self, day: WholeDay) -> str:
        """Return a digest of the objects that may hold labels of a day, and of the settings."""

    def way_of(self, rows: Rows) -> int:
        """Return the first way in which labels name any image of the rows; else the last way."""

    def parts(self, days: Sequence[WholeDay]) -> Iterator[tuple[Sequence[WholeDay], Rows]]:
        """Yield the rows of days that follow each other, so many days at once as can be held."""

    def join(self, rows: Rows, way: int) -> Joined:
        """Return rows with their labels."""

    def record(self, day: WholeDay, joined: Joined) -> Record_co:
        """Return what is kept of a day, of joined rows in which it lies."""

    def labelled_images(
        self, predictions: PredictionRows, way: int, span: TimeWindow
    ) -> frozenset[str]:
        """Return the images of labelled rows in a stretch of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRows(Generic[Rows]):
    """The rows of a run's window, which are at hand."""

    window: TimeWindow
    rows: Rows

    def hold(self, days: Sequence[WholeDay]) -> bool:
        """Tell whether all rows of some days are here."""
        span = self.window
        return all(span.start <= one.start and one.end <= span.end for one in days)
