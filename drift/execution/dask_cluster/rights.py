"""Whether a machine sees what the run sees: the job's bucket, the images, the model."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from drift.workplace import Workplace
from jobs.buckets.bucket import Bucket
from jobs.errors import ObjectError, ObjectMissingError
from jobs.images.locations import ImageLocation
from jobs.job_file.names.logged_images import LOG_IMAGES_URL
from jobs.job_file.value_kinds import FEATURES_FOLDER
from reference_stats.extraction.sharded.shard import Shard

# Image buckets that are looked at; a job has one, or a few prefixes.
_MOST_BUCKETS = 20
_MARK = re.compile(r"workers-[0-9a-f]{16}(-[0-9a-f]{8})?")


def is_mark(name: str) -> bool:
    """Tell whether an object directly in the folder of the caches is a mark of `ask` or `trouble`.

    A run deletes them at its end; those of a run that was killed stay behind.
    """
    return _MARK.fullmatch(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every worker is asked before it measures anything.

    Attributes
    ----------
    folder
        The folder of the caches, which ends with a slash.
    mark
        The name in it of an object that the run has written there.
    images
        One image of each bucket that has some, which the run itself finds.
    view
        `ViewDefinition.id` of the run's model; empty where none looks.
    """

    folder: str
    mark: str
    images: tuple[ImageLocation, ...] = ()
    view: str = ""


def ask(place: Workplace, shards: Sequence[Shard]) -> Question:
    """Write the mark that workers look for, and return what they are asked.

    Raises
    ------
    ObjectError
        If the run itself may not write beside the caches.
    """
    question = Question(
        folder=f"{place.job.reports.path.strip('/')}/{FEATURES_FOLDER}/",
        mark=f"workers-{uuid.uuid4().hex[:16]}",
        images=tuple(one for one in _one_of_each(shards) if _is_there(place, one)),
        view=_view(place),
    )
    place.bucket.write(question.folder + question.mark, b"the run was here\n")
    return question


def tidy_up(bucket: Bucket, question: Question) -> None:
    """Delete the marks of the run and of its workers, where that is allowed."""
    try:
        for info in list(bucket.list(question.folder + question.mark)):
            bucket.delete(info.name)
    except ObjectError:
        return


def trouble(place: Workplace, question: Question) -> str:
    """Return in sentences what a worker cannot do; empty where it can do everything.

    Parameters
    ----------
    place
        The worker's workplace.
    """
    own = question.folder + question.mark
    try:
        place.bucket.read(own)
        place.bucket.create(f"{own}-{uuid.uuid4().hex[:8]}", b"a worker was here\n")
    except ObjectMissingError:
        return (
            f"it does not see what the run writes to {place.bucket.url}: that is another folder "
            "there. Expected a bucket, or a folder that all machines share under this path. Set "
            "bucket.url to one."
        )
    except ObjectError as error:
        return (
            f"it may not read the job's bucket, and create objects in it: {error} Give workers the "
            "rights of the run."
        )
    return _unseen_image(place, question) or _unlike_model(place, question)


def _unseen_image(place: Workplace, question: Question) -> str:
    for image in question.images:
        try:
            place.open_bucket(image.bucket_url).holder_info(image.name)
        except ObjectError as error:
            return (
                f"it cannot read an image that the run can read: {error} Give workers the rights "
                "of the run, and images a place that all machines see."
            )
    return ""


def _unlike_model(place: Workplace, question: Question) -> str:
    seen = _view(place)
    if seen == question.view or not question.view:
        return ""
    if not seen:
        failure = None if place.model is None else place.model.failure
        return f"it cannot open the model that the run has opened: {failure}"
    return (
        "its model is another one than the run's, or computes other numbers there. Run both on "
        "machines of one kind, with the same packages."
    )


def _view(place: Workplace) -> str:
    viewer = place.viewer
    return "" if viewer is None else viewer.definition.id


def _one_of_each(shards: Sequence[Shard]) -> list[ImageLocation]:
    found: dict[str, ImageLocation] = {}
    for shard in shards:
        for image in shard.locations:
            if image.bucket_url != LOG_IMAGES_URL:
                found.setdefault(image.bucket_url, image)
    return list(found.values())[:_MOST_BUCKETS]


def _is_there(place: Workplace, image: ImageLocation) -> bool:
    try:
        place.open_bucket(image.bucket_url).holder_info(image.name)
    except ObjectError:
        return False
    return True
