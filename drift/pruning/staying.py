"""Which objects of a job stay whatever is pruned, or are not deleted by their names alone."""

from __future__ import annotations

from drift.execution.tasks.store import EXECUTIONS_FOLDER, is_of_execution
from drift.model_quality.records.names import QUALITY_FOLDER, is_of_quality
from reference_stats.profiles.store import PINNED
from reports.copies.names import is_pack_below
from reports.history.history import HISTORY_FOLDER
from reports.history.job_state import STATE_NAME
from reports.history.pruned_runs import PRUNED_NAME
from reports.publishing.index import INDEX_NAME, TABLES_FOLDER, WRITTEN_NAME
from reports.publishing.latest import LATEST_NAME
from reports.rollup import ROLLUP_NAME

_OTHER_FILES = {
    (LATEST_NAME,),
    (INDEX_NAME,),
    (STATE_NAME,),
    ("lock",),
    ("profiles", PINNED),
    (TABLES_FOLDER, WRITTEN_NAME),
    (HISTORY_FOLDER, ROLLUP_NAME),
    (HISTORY_FOLDER, PRUNED_NAME),
}


def stays(parts: tuple[str, ...]) -> bool:
    """Return whether an object is one that runs write and that is not deleted by its name here."""
    match parts:
        case (folder, name) if folder == QUALITY_FOLDER:
            return is_of_quality(name)
        case (folder, _, *file) if folder == EXECUTIONS_FOLDER:
            return is_of_execution(file)
    return parts in _OTHER_FILES or is_pack_below(parts)
