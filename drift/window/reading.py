"""Reading a window: the rows of the log, then what was measured on their images."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pandas as pd

from drift.observations.logged_images import LoggedImages
from drift.observations.segments.segment_values import segments_of
from drift.observations.uses_behind import uses_behind
from drift.observations.window_counts import WindowCounts, count_window
from drift.observations.window_images import WindowImages, join
from drift.remarks.words.times import ahead_words
from drift.renamed_job import refuse_renamed
from drift.workplace import Workplace
from jobs.images.locations import ImageLocation, RefusedLocation
from jobs.predictions.reading import read_predictions
from jobs.predictions.recording import read_recording
from jobs.predictions.rows.rows import PredictionRows
from jobs.times.windows import WindowRequest
from reference_stats.extraction.extract import extract
from reference_stats.image_uses import WantedImages, images_of_rows

logger = logging.getLogger(__name__)


def read_before_anything_is_written(workplace: Workplace, request: WindowRequest) -> PredictionRows:
    """Return the rows of the window, of a job that runs under the name that it always had.

    Raises
    ------
    DriftError
        If the log cannot be read, or the job seems to have been renamed.
    """
    workplace.packs.forget()
    with ThreadPoolExecutor(1) as aside:
        asked = aside.submit(refuse_renamed, workplace)
        predictions = _read_log(workplace, request)
    asked.result()
    return predictions


def _read_log(workplace: Workplace, request: WindowRequest) -> PredictionRows:
    with workplace.stopwatch.stage("log"):
        rows = read_predictions(
            workplace.bucket,
            workplace.job.predictions,
            request,
            extra_columns=workplace.locator.columns_used(),
            segment_columns=workplace.job.segments.columns,
            workers=workplace.job.image_rules.fetch_workers,
            copies=workplace.copies,
        )
        path = workplace.job.predictions.path
        recording = read_recording(workplace.bucket, path, rows.window)
    logger.info(
        "%s: %d rows in the window, %d rejected",
        workplace.log_url,
        rows.log_rows,
        rows.tally.rejected,
    )
    if ahead := ahead_words(rows.times, workplace.clock()):
        logger.warning("%s; set predictions.timezone if that is a zone's difference", ahead)
    return replace(rows, recording=recording)


def read_images(
    workplace: Workplace, predictions: PredictionRows
) -> tuple[WindowImages, WindowCounts, pd.DataFrame]:
    """Return the images of the rows, what the report says of them, and the segments of the rows."""
    with workplace.stopwatch.stage("images"):
        if workplace.job.has_images:
            logged = _logged_images(workplace, predictions)
        else:
            logged = LoggedImages.without_images(predictions, workplace.job)
        segments = segments_of(logged, workplace.job)
        window = join(logged, segments)
        counts = count_window(logged, window)
    for reason, count in counts.quality.reasons.items():
        logger.warning("%d of %d images left out: %s", count, counts.images.logged, reason)
    if counts.quality.troubles:
        first = counts.quality.troubles[0]
        logger.warning("the first one is %s (%s)", first.name, first.reason)
    return window, counts, segments


Located = Sequence[ImageLocation | RefusedLocation]


def images_of_window(
    workplace: Workplace, predictions: PredictionRows
) -> tuple[Located, WantedImages]:
    """Return where the image of each row is, and the images that a run wants of them."""
    located = workplace.locator.locate(predictions.raw, workplace.log_url)
    wanted = replace(
        images_of_rows(predictions, located),
        followed=partial(uses_behind, workplace, predictions),
    )
    return located, wanted


def _logged_images(workplace: Workplace, predictions: PredictionRows) -> LoggedImages:
    located, wanted = images_of_window(workplace, predictions)
    extracted = extract(
        wanted,
        workplace.job.image_rules,
        open_bucket=workplace.open_bucket,
        cache=workplace.feature_cache,
        progress=workplace.progress,
        features=workplace.features,
        seeing=workplace.seeing,
        elsewhere=workplace.elsewhere,
    )
    return LoggedImages.of(predictions, located, extracted)
