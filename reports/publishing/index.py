"""Publishing the index: the tables behind it first, so that it never names what is not there."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from jobs.buckets.bucket import HTML, JSON, Bucket, ObjectKind, StoredObject
from jobs.errors import ObjectError
from reports.conditional_writes import (
    ATTEMPTS,
    StillAllowed,
    always_allowed,
    put_if_unchanged,
    read_if_there,
    too_busy,
    version_if_there,
)
from reports.history.pruned_runs import PrunedRuns
from reports.history.store import HistoryReader
from reports.pages.index.page import RUNS_ONE_BY_ONE, index_files
from reports.pages.links import JobLinks

INDEX_NAME = "index.html"
TABLES_FOLDER = "index"
# What was written where, so that a table is written again only once it changed. Only a cache.
WRITTEN_NAME = "written.json"
# A browser or a proxy must not show yesterday's answer.
INDEX_KIND = ObjectKind(content_type=HTML.content_type, cache_control="no-cache")
_WRITERS = 16

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexBefore:
    """What the index is to be made from and written over.

    Attributes
    ----------
    history
        The rows, read after `version` was: of a row that was written later, its writer finds that
        the index has changed, or this one does.
    version
        The version of the page; None where there is none.
    tables
        The versions of the tables by name; empty where none will be needed.
    record
        What was written where.
    pruned
        The runs whose reports are gone, read after `version` was.
    """

    history: HistoryReader
    version: str | None
    tables: Mapping[str, str]
    record: StoredObject | None
    pruned: PrunedRuns = field(default_factory=PrunedRuns)


def look_at_index(bucket: Bucket, prefix: str, history: HistoryReader) -> IndexBefore:
    """Return what is there; the rows that `history` does not know yet are read.

    Raises
    ------
    ObjectError
        If an object could not be read.
    """
    version = version_if_there(bucket, f"{prefix}/{INDEX_NAME}")
    rows = history.read()
    pruned = history.read_pruned()
    folder = f"{prefix}/{TABLES_FOLDER}/"
    # With one row more than are shown one by one, there is a table.
    if len(rows) < RUNS_ONE_BY_ONE:
        return IndexBefore(history=history, version=version, tables={}, record=None, pruned=pruned)
    return IndexBefore(
        history=history,
        version=version,
        tables={info.name: info.version for info in bucket.list(folder)},
        record=read_if_there(bucket, folder + WRITTEN_NAME),
        pruned=pruned,
    )


def write_index(
    bucket: Bucket,
    prefix: str,
    job: str,
    link_template: str | None,
    before: IndexBefore | None = None,
    still_allowed: StillAllowed = always_allowed,
) -> None:
    """Make the index from all history rows; another writer's rows are never lost from it.

    Parameters
    ----------
    before
        What `look_at_index` has just found; None to look now.
    still_allowed
        Raises where the lock was lost; nothing is written then.

    Raises
    ------
    ObjectError
        If an object could not be read or written.
    PublishError
        If others kept changing the index.
    """
    name = f"{prefix}/{INDEX_NAME}"
    links = JobLinks(job=job, prefix=prefix, template=link_template)
    found = before or look_at_index(bucket, prefix, HistoryReader(bucket, prefix))
    for _ in range(ATTEMPTS):
        linked = replace(links, pruned=found.pruned.run_ids)
        files = index_files(job, found.history.rows, linked)
        still_allowed()
        tables = _write_tables(bucket, f"{prefix}/{TABLES_FOLDER}/", files.tables, found)
        if tables and put_if_unchanged(bucket, name, files.page, found.version, INDEX_KIND):
            found.history.save_rollup()
            return
        found = look_at_index(bucket, prefix, found.history)
    raise too_busy(bucket, name)


def _write_tables(
    bucket: Bucket, folder: str, tables: Mapping[str, bytes], before: IndexBefore
) -> bool:
    """Write the tables whose content is not what was written last, or is no longer there.

    Returns False where another writer has changed one of them since `before`.
    """
    if not tables:
        return True
    present, record = before.tables, before.record
    written = {} if record is None else _parse_written(record.data)
    digests = {name: hashlib.sha256(page).hexdigest() for name, page in tables.items()}
    kept = {
        name: [digests[name], version]
        for name, version in ((name, present.get(folder + name)) for name in tables)
        if version is not None and written.get(name) == [digests[name], version]
    }
    changed = [name for name in tables if name not in kept]
    if not changed:
        return True
    with ThreadPoolExecutor(max_workers=_WRITERS) as writers:
        written_now = writers.map(
            lambda name: put_if_unchanged(
                bucket, folder + name, tables[name], present.get(folder + name), INDEX_KIND
            ),
            changed,
        )
        versions = dict(zip(changed, written_now, strict=True))
    if None in versions.values():
        return False
    new = {name: [digests[name], version] for name, version in versions.items()}
    document = json.dumps({**kept, **new}, sort_keys=True, indent=0).encode()
    try:
        # Should another writer be faster, the next run only writes a few tables in vain.
        put_if_unchanged(
            bucket,
            folder + WRITTEN_NAME,
            document,
            None if record is None else record.version,
            JSON,
        )
    except ObjectError as error:
        logger.warning("%s The next run will write all tables again.", error.message)
    return True


def _parse_written(data: bytes) -> Mapping[str, object]:
    try:
        document = json.loads(data)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
