"""What is said of times that are not the log's own."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.job_file.names.templates import is_template
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.predictions.name_columns import placeholder_of

TIMES_OF_STORE_MEND = (
    "After a copy of the bucket they are the times of the copy. Better are times in the names, or "
    "a log with a column of times."
)


def times_of_store(settings: PredictionSettings) -> Iterator[str]:
    """Yield that rows count as made when their object was written, where they do."""
    asked = settings.columns.timestamp
    if is_template(asked) and placeholder_of(asked).column == "written":
        whose = "an image counts" if settings.images_only else "all rows of an object count"
        yield f"{whose} as made when the object was written, as the store says".capitalize()


def listing_as_log(settings: PredictionSettings) -> Iterator[str]:
    """Yield that there is no log, where there is none."""
    if settings.images_only:
        yield (
            "There is no prediction log: the images below "
            f"{settings.from_path or settings.path} were listed, and each counts as one row "
            "(predictions.images_only). Predictions are not watched."
        )
