"""``drift open``: a page of a job as a file on this machine, its neighbours beside it."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from drift.across_runs.find_run import LATEST, find_run_now
from drift.workplace import Workplace
from jobs.errors import InputError, ObjectMissingError, UnsafeNameError
from reports.publishing.index import INDEX_NAME, TABLES_FOLDER
from reports.publishing.latest import LATEST_NAME
from reports.publishing.publish import PAGE_NAME, run_prefix

_FETCHED = "drift-open-"

logger = logging.getLogger(__name__)


def fetch_report(place: Workplace, wanted: str | None) -> Path:
    """Return a run's page as a file whose links to the run's other files and the index work.

    In a folder it is the file itself; from elsewhere it is fetched to a new temporary folder.

    Parameters
    ----------
    wanted
        As of `find_run`; None for the run with the newest window.

    Raises
    ------
    UsageError
        If there is no such run, or none at all, or several are called so.
    InputError
        If the page is gone or the bucket cannot be read.
    """
    run_id = _newest_run(place) if wanted in {None, LATEST} else str(wanted)
    try:
        # A whole id leads to its page without the history, which may be long.
        return _fetch_run(place, run_id)
    except (ObjectMissingError, UnsafeNameError):
        row = find_run_now(place, run_id)
    try:
        return _fetch_run(place, row.run_id)
    except (ObjectMissingError, UnsafeNameError):
        page = f"{run_prefix(place.prefix, row.run_id)}/{PAGE_NAME}"
        raise InputError(
            f"{place.bucket.url_of(page)}: the page of the run is gone, although the history knows "
            f"it. Repeat the run: drift run JOB.toml --until {row.window_end}"
        ) from None


def _fetch_run(place: Workplace, run_id: str) -> Path:
    folder = run_prefix(place.prefix, run_id)
    return _fetch(place, f"{folder}/{PAGE_NAME}", beside=[f"{folder}/"])


def fetch_index(place: Workplace) -> Path:
    """Return the page over all runs as a file; from elsewhere the newest run is fetched with it.

    Raises
    ------
    UsageError
        If there is no run yet.
    InputError
        If the bucket cannot be read.
    """
    newest = run_prefix(place.prefix, _newest_run(place))
    name = f"{place.prefix}/{INDEX_NAME}"
    page = _fetch(place, name, beside=[f"{newest}/", f"{place.prefix}/{TABLES_FOLDER}/"])
    if _is_fetched(page):
        logger.info("of the runs only the newest was fetched; for others: drift open JOB.toml RUN")
    return page


def _newest_run(place: Workplace) -> str:
    try:
        latest = json.loads(place.bucket.read(f"{place.prefix}/{LATEST_NAME}").data)
        return str(latest["run_id"])
    except (ObjectMissingError, ValueError, TypeError, KeyError):
        return find_run_now(place, LATEST).run_id


def _fetch(place: Workplace, page: str, beside: Sequence[str]) -> Path:
    """Return an object as a file, with the index and all objects below `beside` around it."""
    folder = Path(tempfile.mkdtemp(prefix=_FETCHED))
    try:
        copy = place.bucket.local_copy(page, folder)
        if copy.parent != folder:
            folder.rmdir()
            return copy
        others = [info.name for below in beside for info in place.bucket.list(below)]
        index = place.bucket.list(f"{place.prefix}/{INDEX_NAME}")
        names = {*others, *(info.name for info in index)} - {page}
        for name in sorted(names):
            _put(place.bucket.local_copy(name, folder), _place_of(place, name, folder))
        return _put(copy, _place_of(place, page, folder))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _place_of(place: Workplace, name: str, folder: Path) -> Path:
    return folder / name.removeprefix(f"{place.prefix}/")


def _put(copy: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return copy.rename(target)


def _is_fetched(page: Path) -> bool:
    return page.parent.name.startswith(_FETCHED)
