"""What else a person should know of how labels and predictions fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from drift.model_quality.assembling.told_labels import SEVERAL_DAYS
from drift.model_quality.joining.joined import SEVERAL_ROWS
from drift.model_quality.joining.label_index import LabelIndex
from jobs.job_file.job import Job
from jobs.predictions.rows.rows import PredictionRows
from jobs.predictions.values.class_names import canonical_class
from reports.findings.model_quality.labels import LabelInput
from reports.words.harmless_text import shortened
from reports.words.numbers import counted, listed

_TOLD_SHARE = 0.05
"""What befalls so many of the labels may move the score by as much."""
WITHOUT_CLASSES = "Set labels.no_class in the job file, without the model's classes; it may be []."
_NAMED = 3
_LONGEST_NAME = 40


def remarks_on_job(
    job: Job, labels: LabelIndex | None, predictions: PredictionRows, *, labelled: bool
) -> Iterator[str]:
    """Yield a sentence for each setting that cannot do what it should.

    Parameters
    ----------
    labels
        What was read below `labels.path`; None where the log's own labels count.
    predictions
        The rows of the window.
    labelled
        Whether any day has a label.
    """
    if labels is not None and labels.names_images_alone and not job.has_images:
        yield (
            "Labels name images, and this job has no [images], so that no label finds its "
            "prediction. Name the column with the request's id as labels.columns.id, or add "
            "images.path."
        )
    columns = job.predictions.columns
    if columns.prediction is None and columns.boxes is None:
        yield (
            "The job names no column of the predicted class, so that labels have nothing to be "
            "compared with. Name it in predictions.columns.prediction, or answer."
        )
    own = columns.label if labels is None else None
    if own is not None and len(predictions) and own not in predictions.raw and not labelled:
        yield (
            f'The window\'s rows have no column "{own}", which predictions.columns.label names. '
            "Where it comes later, with the labels, nothing is to be done; else correct it in the "
            "job file."
        )
    yield from remarks_on_columns(job, predictions)
    if taken := classes_taken_for_none(job, predictions):
        yield (
            f"The model answers with {taken}, which labels.no_class takes for no label at all: "
            f"images that are truly of this class are not counted. {WITHOUT_CLASSES}"
        )


def remarks_on_columns(job: Job, predictions: PredictionRows) -> Iterator[str]:
    """Yield a sentence for each column that the job names for labels and the log does not have."""
    version = job.quality.version
    if version is not None and len(predictions) and version not in predictions.raw:
        yield (
            f'The log has no column "{version}", which quality.version names: versions of the '
            "model are not told apart. Correct quality.version in the job file."
        )


def classes_taken_for_none(job: Job, predictions: PredictionRows) -> str:
    """Return the classes of the model that `labels.no_class` takes for no label, as a list."""
    if "prediction" not in predictions.fields:
        return ""
    said = {str(one) for one in predictions.fields["prediction"].dropna().unique()}
    return listed(sorted(said & {canonical_class(one) for one in job.labels.no_class}), _NAMED)


def remarks_on_joining(labels: LabelInput) -> Iterator[str]:
    """Yield a sentence where labels are there and none is used, or one is used for many rows."""
    reasons = [f"{reason} ({count:,})" for reason, count in labels.left_out.items()]
    if labels.rows and not labels.used and reasons:
        yield (
            f"{counted(labels.rows, 'label')} {'was' if labels.rows == 1 else 'were'} read, and "
            f"none is used: {listed(reasons, _NAMED)}. drift check shows them beside the log."
        )
    for reason, others in ((SEVERAL_ROWS, "others"), (SEVERAL_DAYS, "those of other days")):
        shared = labels.noted.get(reason, 0)
        if shared > _TOLD_SHARE * max(labels.used, 1):
            yield (
                f"{shared:,} of {counted(labels.used, 'labelled prediction')} share their id, and "
                f"so their label, with {others}. Where these are different requests, scores mean "
                "nothing: name a column that tells requests apart in predictions.columns.id and "
                "labels.columns.id."
            )


def remarks_on_classes(labels: LabelInput, unknown: Mapping[str, int]) -> Iterator[str]:
    """Yield a sentence where many labels are of classes that the model never answered with.

    Parameters
    ----------
    unknown
        How many labels are of each such class.
    """
    count = sum(unknown.values())
    if count <= _TOLD_SHARE * labels.used:
        return
    ranked = sorted(unknown, key=lambda name: (-unknown[name], name))
    names = listed([shortened(name, _LONGEST_NAME) for name in ranked], _NAMED)
    yield (
        f"{count:,} of {counted(labels.used, 'label')} are of classes that the model never "
        f"answered with: {names}. They count as wrong answers. Where the model calls these classes "
        "otherwise, say so in labels.classes; where they mean that nobody knows the class, name "
        "them in labels.no_class."
    )
