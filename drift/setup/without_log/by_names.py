"""What can be done where no log is found: tables without times, images alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from drift.setup.images.locate import locate_images
from drift.setup.images.try_templates import Shelf
from drift.setup.log.candidates import Candidate, Candidates
from drift.setup.log.unread_objects import UnreadObjects
from drift.setup.names.name_patterns import guess_pattern
from drift.setup.propose.judged import JudgedLog
from drift.setup.without_log.as_log import listing_as_log, with_named_times
from jobs.buckets.bucket import ObjectInfo

_TABLES_TRIED = 3
_FEWEST_NAMES = 10


def logs_by_names(
    candidates: Candidates,
    images: Sequence[str],
    shelf: Shelf,
    objects: Sequence[ObjectInfo] | None,
) -> list[JudgedLog]:
    """Return what names make a log: tables that lack nothing but times, or else the images.

    Parameters
    ----------
    objects
        All objects that were seen; None where some that no run reads may be the log.
    """
    judged = []
    is_taken = False
    for table in candidates.timeless[:_TABLES_TRIED]:
        timed = with_named_times(table)
        # A log of many objects holds their own names, which are there too.
        located = locate_images(timed or table, images, replace(shelf, names=frozenset(images)))
        is_taken |= located.best is not None or _holds_requests(timed)
        if timed is not None and located.best is not None:
            judged.append(JudgedLog(candidate=timed, located=located))
    if judged or is_taken or objects is None or candidates.damaged:
        return sorted(judged, key=lambda one: (-one.points(), one.candidate.family.path))
    listing = listing_as_log(images, objects)
    if listing is None:
        return []
    candidate, located = listing
    sample = replace(candidate.sample, is_complete=shelf.is_complete)
    candidate = replace(candidate, sample=sample)
    return [JudgedLog(candidate=candidate, located=located, is_newest=True)]


def told_instead(
    candidates: Candidates,
    images: Sequence[str],
    shelf: Shelf,
    unread: Sequence[UnreadObjects],
) -> list[str]:
    """Return what else there is where neither a log nor names make a job, in sentences."""
    told = _tables_without_times(candidates.timeless, images, shelf)
    told += _requests_without_images(candidates.timeless, images)
    barring = [one.names[0] for one in unread] + [one.name for one in candidates.damaged]
    if told or not barring:
        return told or _images_without_times(images)
    # Where their names hold no times, only what bars the way is told.
    return _images_alone(f"{barring[0]} is no log", images)


def _holds_requests(table: Candidate | None) -> bool:
    """Tell whether a table holds predictions, and its objects' names the times of requests."""
    if table is None or table.source.from_path is None:
        return False
    return table.guesses.prediction is not None or table.guesses.answer is not None


def _requests_without_images(tables: Sequence[Candidate], images: Sequence[str]) -> list[str]:
    """Return which tables are logs by their names and lead to no image."""
    for table in tables[:_TABLES_TRIED]:
        timed = with_named_times(table)
        if timed is not None and _holds_requests(timed):
            first = table.family.members[0].name
            said = (
                f"{len(table.family.members):,} objects such as {first} hold predictions, and "
                "times in their names, but nothing in them leads to an image: write the image's "
                "name into a field of each, or give both the same name but for the ending."
            )
            return [said, *_images_alone("the predictions are not to be compared", images)]
    return []


def _images_alone(condition: str, images: Sequence[str]) -> list[str]:
    """Return how images are watched without a log; nothing where their names hold no times."""
    guess = guess_pattern(images)
    if guess is None or len(guess.names) < len(images) / 2:
        return []
    said = (
        f"The names of {len(guess.names):,} of the {len(images):,} images hold times. If "
        f"{condition}, they can be watched without a log: in [predictions], images_only = true "
        f'and from_path = "{guess.pattern.written}"; docs/images-only.md shows how.'
    )
    return [said]


def _tables_without_times(
    tables: Sequence[Candidate], images: Sequence[str], shelf: Shelf
) -> list[str]:
    """Return which tables lead to images and lack nothing but a column of times."""
    told = []
    for table in tables[:_TABLES_TRIED]:
        best = locate_images(table, images, shelf).best
        if best is not None:
            told.append(
                f"{table.family.path} leads to images all the same: with the path {best.path} "
                f"{best.share:.0%} of its rows name an image that is there. What it lacks is a "
                "column of times, by which windows go: write the time of each request beside it. "
                'If it is the log of one batch, columns.timestamp = "{written}" takes the time '
                "when its object was written."
            )
    return told


def _images_without_times(images: Sequence[str]) -> list[str]:
    """Return what makes a job of images whose names hold no times."""
    if len(images) < _FEWEST_NAMES:
        return []
    said = (
        f"The names of the {len(images):,} images hold no times, and no folder is called like a "
        "reference. If there is no log and they are to be watched as they come, say so: "
        "images_only = true in [predictions] makes a row of every image, with the time when its "
        "object was written; docs/images-only.md shows how."
    )
    return [said]
