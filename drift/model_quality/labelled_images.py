"""Whether the labelled images of the newest days look like the others of these days."""

from __future__ import annotations

import hashlib
import json
import logging

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drift.days.records.made.later_uses import LaterUses
from drift.days.records.made.reading import LoggedStretch
from drift.days.records.measured.drawing import drawn_rows
from drift.model_quality.day_line import Joined, Rows
from drift.model_quality.past_days import DayScoring
from drift.model_quality.records.kind import Record
from drift.model_quality.representative import UnlikeLabels, unlike_labels
from drift.observations.window_images import WindowImages, join
from drift.workplace import Workplace
from jobs.errors import DriftError, PublishError
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.timestamps import parse_timestamp, to_moment
from jobs.times.windows import TimeWindow, WindowRequest
from reference_stats.image_uses import moments_of
from reports.findings.model_quality.quality import ScoredStretch

# Of labelled images, and of the others, so many are compared.
_MOST_IMAGES = 300
_NAMED_COLUMNS = 3
_REMEMBERED = "labelled-images"
_VERSION = 1

logger = logging.getLogger(__name__)


def remark_on_labelled(
    place: Workplace,
    scoring: DayScoring[Rows, Joined, Record],
    newest: ScoredStretch | None,
    predictions: PredictionRows,
    window: WindowImages,
) -> str:
    """Return where labelled images of the newest days differ from the others; empty where not.

    It is found once for these days and their labels, and remembered in the bucket. Images that
    cannot be measured now are logged.

    Parameters
    ----------
    newest
        The days whose labels were scored; None where there are too few.
    predictions, window
        The rows of the run's own window and their images, which are measured.
    """
    if newest is None or not place.job.has_images:
        return ""
    span = TimeWindow(
        start=parse_timestamp(newest.start, "UTC"), end=parse_timestamp(newest.end, "UTC")
    )
    key = _key(scoring, span, place)
    known = scoring.store.remembered(_REMEMBERED)
    text = None if known is None else _parsed(known, key)
    if text is None:
        try:
            text = _found(place, scoring, span, predictions, window)
        except PublishError:
            raise
        except DriftError as error:
            logger.warning("labelled images were not compared with the others: %s", error.message)
            return ""
        document = {"version": _VERSION, "key": key, "text": text}
        scoring.store.remember(_REMEMBERED, json.dumps(document).encode())
    return text


def words_of(found: UnlikeLabels | None) -> str:
    """Return the remark in sentences; empty where labelled images are like the others."""
    if found is None:
        return ""
    named = [
        f"{one.column} ({one.labelled:.3g} against {one.others:.3g})"
        for one in found.columns[:_NAMED_COLUMNS]
    ]
    more = len(found.columns) - len(named)
    listed = ", ".join(named) + (f" and {more} more" if more else "")
    return (
        f"The labelled images are not a fair part of all: {found.labelled:,} of them differ from "
        f"{found.others:,} others in {listed}. The scores are those of images like the labelled "
        "ones."
    )


def _found(
    place: Workplace,
    scoring: DayScoring[Rows, Joined, Record],
    span: TimeWindow,
    predictions: PredictionRows,
    window: WindowImages,
) -> str:
    if _holds(scoring.window.window, span):
        names = window.rows["image"].to_numpy(dtype=object, copy=True)
        moments = moments_of(window.rows["timestamp"])
        inside = (moments >= to_moment(span.start)) & (moments < to_moment(span.end))
        labelled = scoring.line.labelled_images(predictions, scoring.way, span)
        names[~inside] = None
        drawn = names[_drawn_rows(names, labelled)]
        return words_of(_compared(window, frozenset(drawn.tolist()), labelled))
    return words_of(_of_past_days(place, scoring, span))


def _of_past_days(
    place: Workplace, scoring: DayScoring[Rows, Joined, Record], span: TimeWindow
) -> UnlikeLabels | None:
    """Compare drawn images of past days; most of them are in the feature cache."""
    request = WindowRequest(
        end=span.end, last=span.end - span.start, most_rows=place.job.window.most_rows
    )
    stretch = LoggedStretch.of(place, request)
    labelled = scoring.line.labelled_images(stretch.predictions, scoring.way, span)
    drawn = _drawn_rows(stretch.names, labelled)
    measured = join(stretch.images(place, drawn, LaterUses()))
    return _compared(measured, frozenset(stretch.names[drawn].tolist()), labelled)


def _drawn_rows(names: NDArray[np.object_], labelled: frozenset[str]) -> NDArray[np.int64]:
    """Return the rows of at most 300 labelled images and 300 others; None names no image."""
    there = pd.notna(names)
    is_labelled = pd.Series(names).isin(labelled).to_numpy(np.bool_) & there
    sides = (np.flatnonzero(is_labelled), np.flatnonzero(there & ~is_labelled))
    drawn = [rows[drawn_rows(names[rows], _MOST_IMAGES)] for rows in sides if len(rows)]
    return np.sort(np.concatenate([np.empty(0, np.int64), *drawn]))


def _compared(
    window: WindowImages, drawn: frozenset[str], labelled: frozenset[str]
) -> UnlikeLabels | None:
    images = window.rows["image"].loc[window.features.index]
    chosen = images.isin(drawn).to_numpy(np.bool_) & ~images.duplicated().to_numpy(np.bool_)
    names = images[chosen].sort_values()
    return unlike_labels(window.features.loc[names.index], names.isin(labelled).to_numpy(np.bool_))


def _key(scoring: DayScoring[Rows, Joined, Record], span: TimeWindow, place: Workplace) -> str:
    """Return a digest of the days, their labels, the features, and whose images are measured.

    How labels name images is in it where that is not by their whole names.
    """
    own = scoring.window.window
    days = [day for day in scoring.days if span.start <= day.start and day.end <= span.end]
    told = [
        [[day.start.isoformat(), scoring.line.key(day)] for day in days],
        [span.start.isoformat(), span.end.isoformat()],
        [[one.name, one.version] for one in place.features],
        # The window's own images are compared where it holds the days, else some drawn anew.
        [own.start.isoformat(), own.end.isoformat()] if _holds(own, span) else [],
        *([scoring.way] if scoring.way else []),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _holds(window: TimeWindow, span: TimeWindow) -> bool:
    return window.start <= span.start and span.end <= window.end


def _parsed(data: bytes, key: str) -> str | None:
    try:
        document = json.loads(data)
        if document["version"] == _VERSION and document["key"] == key:
            return str(document["text"])
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    return None
