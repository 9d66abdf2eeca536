"""Which runs have no report any more: their rows stay in the history, their folders were pruned.

``history/pruned.json.gz`` holds their ids. It is written before a report is deleted, so that no
index that is made later leads to one, and it changes no row: what a run finds depends on the rows
of the runs before it, byte for byte.
"""

from __future__ import annotations

import gzip
import json
import logging
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from jobs.buckets.bucket import Bucket, ObjectKind
from reports.conditional_writes import (
    ATTEMPTS,
    StillAllowed,
    always_allowed,
    put_if_unchanged,
    read_if_there,
    too_busy,
)
from reports.history.history import HISTORY_FOLDER

# Not ``.json``, which is what rows of the history are called.
PRUNED_NAME = "pruned.json.gz"
_KIND = ObjectKind(content_type="application/gzip")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrunedRuns:
    """The runs whose reports are gone, or are about to go.

    Attributes
    ----------
    version
        The version of the object that says so; None where there is none.
    """

    run_ids: frozenset[str] = frozenset()
    version: str | None = None


def pruned_name(job_prefix: str) -> str:
    """Return the name of the object in the bucket."""
    return f"{job_prefix}/{HISTORY_FOLDER}/{PRUNED_NAME}"


def read_pruned(bucket: Bucket, job_prefix: str) -> PrunedRuns:
    """Return the runs of a job whose reports were pruned; none where no object says so.

    Raises
    ------
    ObjectError
        If the store cannot be reached.
    """
    name = pruned_name(job_prefix)
    stored = read_if_there(bucket, name)
    if stored is None:
        return PrunedRuns()
    try:
        document = json.loads(gzip.decompress(stored.data))
        run_ids = frozenset(str(run_id) for run_id in document["run_ids"])
    except (ValueError, TypeError, KeyError, OSError, EOFError, zlib.error) as error:
        logger.warning(
            "%s does not say which reports were pruned (%s): the index may lead to some of them. "
            "Run drift prune to write it anew.",
            bucket.url_of(name),
            error,
        )
        run_ids = frozenset()
    return PrunedRuns(run_ids=run_ids, version=stored.version)


def change_pruned(
    bucket: Bucket,
    job_prefix: str,
    before: PrunedRuns,
    change: Callable[[frozenset[str]], frozenset[str]],
    still_allowed: StillAllowed = always_allowed,
) -> PrunedRuns:
    """Rewrite which runs have no report; nothing is written where the change changes nothing.

    Parameters
    ----------
    before
        What was there a moment ago.
    change
        Returns the new ids; called again where others have changed them meanwhile.
    still_allowed
        Raises where the lock was lost; nothing is written then.

    Raises
    ------
    ObjectError
        If the object could not be read or written.
    PublishError
        If others kept changing it.
    """
    name = pruned_name(job_prefix)
    for _ in range(ATTEMPTS):
        run_ids = change(before.run_ids)
        if run_ids == before.run_ids:
            return before
        still_allowed()
        version = put_if_unchanged(bucket, name, _bytes_of(run_ids), before.version, _KIND)
        if version is not None:
            return PrunedRuns(run_ids=run_ids, version=version)
        before = read_pruned(bucket, job_prefix)
    raise too_busy(bucket, name)


def _bytes_of(run_ids: frozenset[str]) -> bytes:
    # Without a time in it, the same runs are the same bytes.
    return gzip.compress(json.dumps({"run_ids": sorted(run_ids)}, indent=0).encode(), mtime=0)
