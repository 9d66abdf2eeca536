"""Whether the model is still right, from labels to what the report says: after the verdict."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pyarrow as pa

from drift.model_quality.assembling.assemble import assemble
from drift.model_quality.assembling.estimate import estimate_of
from drift.model_quality.assembling.gathered import GatheredLabels
from drift.model_quality.assembling.remarks import remarks_on_job
from drift.model_quality.assembling.unread import unread_quality
from drift.model_quality.classifier_days import ClassifierDays, days_without_labels
from drift.model_quality.day_line import WindowRows
from drift.model_quality.detection.running.line import detector_quality
from drift.model_quality.joining.answers import Answers, of_window
from drift.model_quality.joining.joined import JoinedRows, spelled
from drift.model_quality.label_source import FurtherLabels, LabelSource, label_source
from drift.model_quality.labelled_images import remark_on_labelled
from drift.model_quality.past_days import DayScoring, records_before
from drift.model_quality.records.documents import CLASSIFIER_DAYS
from drift.model_quality.records.record import DayRecord
from drift.model_quality.records.store import QualityStore
from drift.model_quality.reference.stored import reference_quality
from drift.model_quality.run_at_hand import FoundQuality, RunAtHand
from drift.model_quality.whole_days import WholeDay, whole_days
from drift.workplace import Workplace
from jobs.errors import DriftError, PublishError
from jobs.labels.labels import UnreadLabels
from jobs.times.timestamps import to_moment
from reports.conditional_writes import StillAllowed
from reports.findings.model_quality.quality import ModelQuality

logger = logging.getLogger(__name__)

_Scoring = DayScoring[Answers, JoinedRows, DayRecord]


def model_quality(
    place: Workplace, run: RunAtHand, still_allowed: StillAllowed
) -> FoundQuality | None:
    """Return what labels say of the model; None where the job names none.

    Whatever is wrong with labels costs no run its report: then the state is not known, and the
    headline and a warning say why.

    Raises
    ------
    PublishError
        If the job's lock was lost.
    """
    if not place.job.has_labels:
        return None
    try:
        if place.job.predictions.columns.boxes is not None:
            return detector_quality(place, run, still_allowed)
        return FoundQuality(quality=_quality(place, run, still_allowed))
    except (PublishError, MemoryError):
        raise
    except DriftError as error:
        logger.warning("the model's quality is not known: %s", error.message)
        reason = error.message
    except Exception as error:  # a fault of ours, or of what a label holds
        logger.exception("the model's quality is not known")
        reason = f"{type(error).__name__}: {error}. The run's log has the traceback; report it."
    rows = run.predictions.log_rows
    return FoundQuality(quality=unread_quality(place.job, run.predictions.window, rows, reason))


def _quality(place: Workplace, run: RunAtHand, still_allowed: StillAllowed) -> ModelQuality:
    job, window = place.job, run.predictions.window
    days = whole_days(window.end, job.labels.wait, job.day_zone)
    since = min([window.start, *(day.start for day in days[:1])])
    store = QualityStore(place, still_allowed, CLASSIFIER_DAYS)
    source = label_source(place, store, since)
    if isinstance(source, UnreadLabels):
        logger.warning("labels: %s: %s", source.url, source.reason)
        return unread_quality(job, window, len(run.predictions), source.reason, source=source.url)
    answers = of_window(place, run.predictions)
    scoring = DayScoring(
        place=place,
        store=store,
        line=ClassifierDays(place=place, source=source),
        days=days,
        window=WindowRows(window=window, rows=answers),
    )
    scoring.score()
    gathered = _gathered(place, run, scoring, source)
    estimate = estimate_of(gathered.reference, answers.confidence, run.findings)
    found = assemble(gathered, estimate)
    unlike = remark_on_labelled(place, scoring, found.newest, run.predictions, run.window)
    store.save()
    return replace(found, remarks=(*found.remarks, unlike)) if unlike else found


def _gathered(
    place: Workplace, run: RunAtHand, scoring: _Scoring, source: LabelSource
) -> GatheredLabels:
    answers, window, days = scoring.window.rows, scoring.window.window, tuple(scoring.days)
    listing, index = (
        (source.listing, source.index) if isinstance(source, FurtherLabels) else (None, None)
    )
    joined = scoring.line.join(answers, scoring.way)
    records = records_before(scoring.store, window)
    labelled = any(one.labels for one in records)
    return GatheredLabels(
        job=place.job,
        source=_told_source(place, source),
        given=source.given,
        count=source.count,
        window=window,
        days=days,
        records=records,
        without_labels=days_without_labels(scoring.without_record(records)),
        rows=spelled(joined),
        beside_days=spelled(_beside(joined, days)),
        lost_images=run.lost_of(answers.images.filter(pa.array(joined.numbers >= 0))),
        reference=reference_quality(place, scoring.store, listing),
        marks=run.marks,
        model_classes=run.classes_of_reference | frozenset(answers.probabilities),
        remarks=tuple(remarks_on_job(place.job, index, run.predictions, labelled=labelled)),
    )


def _told_source(place: Workplace, source: LabelSource) -> str:
    if source.given is not None:
        return source.given.url
    return f"the column {place.job.predictions.columns.label} of {place.log_url}"


def _beside(joined: JoinedRows, days: tuple[WholeDay, ...]) -> JoinedRows:
    """Return the window's rows behind the last whole day."""
    if not days:
        return joined
    edge = to_moment(days[-1].end)
    first = int(np.searchsorted(joined.answers.moments, edge, side="left"))
    return joined.rows(slice(first, len(joined)))
