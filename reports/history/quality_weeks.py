"""The model's score by week, put together from what several runs knew of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from reports.findings.model_quality.quality import QualityPoint
from reports.history.history import parse_time
from reports.history.run_quality import QualityOfRun

# A day of the job's own zone begins up to 13 hours before the day in UTC, and up to 10 after it.
INTO_THE_DAY = timedelta(hours=13)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWeek:
    """A week, and the run that its score and labels are of.

    Attributes
    ----------
    place
        That run's place among those given.
    """

    monday: date
    point: QualityPoint
    place: int


def known_weeks(told: Iterable[QualityOfRun]) -> tuple[KnownWeek, ...]:
    """Return each week as the newest run knows it, the oldest first.

    A run whose first records begin within a week knows less of it than one that looked at all of
    it: a run that knows fewer predictions of a week and no more labels changes nothing. Of days
    that no longer wait for labels a run counts no predictions without a label, so the largest
    number of predictions is the week's.

    Parameters
    ----------
    told
        What runs said, in order of their windows.
    """
    found: dict[date, KnownWeek] = {}
    for place, quality in enumerate(told):
        for point in quality.weeks:
            for monday in monday_of(point.start, INTO_THE_DAY):
                found[monday] = _newer(
                    found.get(monday), KnownWeek(monday=monday, point=point, place=place)
                )
    return tuple(found[monday] for monday in sorted(found))


def monday_of(moment: str, shift: timedelta) -> Iterator[date]:
    """Yield the Monday of the week of a moment; nothing where it is no time.

    Parameters
    ----------
    shift
        What is added first: the middle of a day has the day's date in UTC, in any time zone.
    """
    try:
        found = (parse_time(moment) + shift).date()
    except (ValueError, OverflowError):
        return
    yield found - timedelta(days=found.weekday())


def _newer(known: KnownWeek | None, new: KnownWeek) -> KnownWeek:
    if known is None:
        return new
    before, now = known.point, new.point
    if now.labelled <= before.labelled and now.predictions < before.predictions:
        return known
    predictions = max(before.predictions, now.predictions)
    return replace(new, point=replace(now, predictions=predictions))
