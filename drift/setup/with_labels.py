"""What was true, added to a proposal: labels beside the log, or a column of its own."""

from __future__ import annotations

from dataclasses import replace

from drift.setup.doubts.context import DoubtContext
from drift.setup.labels.find import BesideLog, find_labels
from drift.setup.labels.log_columns import label_of_reference, with_id_of, with_label
from drift.setup.labels.versions import guess_version
from drift.setup.propose.find_references import LookedAt
from drift.setup.propose.proposal import Proposal
from jobs.predictions.selection.object_names import compile_glob


def with_labels(
    looked_at: LookedAt, draft: Proposal, context: DoubtContext
) -> tuple[Proposal, DoubtContext]:
    """Add what was true: labels beside the log, or its own column of them.

    Nothing of a detector's log, whose answers are boxes and are not scored.
    """
    log = looked_at.chosen.candidate
    if log.guesses.boxes is not None:
        return replace(draft, columns=replace(draft.columns, label=None)), context
    found = find_labels(
        BesideLog(
            bucket=looked_at.bucket,
            seen=looked_at.seen,
            log=log,
            candidates=looked_at.candidates,
            unread=context.unread,
            template=draft.template,
            not_labels={*_reference_tables(draft), *context.unused_tables},
        )
    )
    join = None if found.labels is None else found.labels.join
    columns = with_label(log) if join is None else with_id_of(log.guesses, join)
    has_labels = found.labels is not None or columns.label is not None
    beside = None if found.labels is None else found.labels.label
    tables = looked_at.candidates
    draft = replace(
        draft,
        columns=columns,
        labels=found.labels,
        version=guess_version(log.values) if has_labels else None,
        reference_label=label_of_reference(tables, draft.reference_table, columns, beside),
    )
    if found.labels is not None:
        own = compile_glob(found.labels.path)
        others = tuple(one for one in draft.log.others if not own.fullmatch(one))
        draft = replace(draft, log=replace(draft.log, others=others))
    return draft, replace(context, unjoined_labels=found.unjoined)


def _reference_tables(draft: Proposal) -> set[str]:
    paths = {draft.reference_log, draft.reference.path if draft.reference else None}
    return {path for path in paths if path is not None}
