"""Checks for objects near the log that the log's path does not match."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from drift.setup.check.result import Check, look
from drift.setup.log.near import beginning_of, listed_names, near_by, wider_path
from drift.workplace import Workplace
from jobs.errors import DriftError
from jobs.predictions.selection.object_names import compile_glob

_LISTED = 5_000


def check_near_log(place: Workplace) -> Iterator[Check]:
    """Say how many objects have names like the log's but do not match its path."""
    path, job = place.job.predictions.path, place.job
    if job.predictions.images_only:
        return
    own = {job.reference.log, job.reference.features}
    try:
        listed = list(islice(place.bucket.list(beginning_of(path)), _LISTED))
    except DriftError:
        return
    names = [one.name for one in listed if one.size_bytes]
    labels = compile_glob(job.labels.path or "")
    missed = [
        name for name in near_by(path, names) if name not in own and not labels.fullmatch(name)
    ]
    if not missed:
        return
    wider = wider_path(path, missed)
    mend = f"let predictions.path be {wider}." if wider else "let predictions.path match them too."
    many = f"{len(missed):,} objects" if len(missed) > 1 else "one object"
    yield look(
        "log",
        f"{many} near by that predictions.path does not match: {listed_names(missed)}",
        f"If they hold rows of this log, {mend}",
    )
