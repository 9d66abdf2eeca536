"""What else a person should know of how labels and predictions fit together."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.job_file.job import Job
from jobs.labels.labels import ReadLabels
from jobs.predictions.rows.rows import PredictionRows


def remarks_on_job(
    job: Job, given: ReadLabels | None, predictions: PredictionRows
) -> Iterator[str]:
    """Yield a sentence for each setting that cannot do what it should.

    Parameters
    ----------
    given
        What was read below `labels.path`; None where the log's own labels count.
    predictions
        The rows of the window.
    """
    if given is not None and not job.has_images and not len(given.by_id) and len(given.by_image):
        yield (
            "Labels name images, and this job has no [images], so that no label finds its "
            "prediction. Name the column with the request's id as labels.columns.id, or add "
            "images.path."
        )
    version = job.quality.version
    if version is not None and len(predictions) and version not in predictions.raw:
        yield (
            f'The log has no column "{version}", which quality.version names: versions of the '
            "model are not told apart. Correct quality.version in the job file."
        )
