"""What was true, added to a proposal: labels beside the log, or a column of its own."""

from __future__ import annotations

from dataclasses import replace

from drift.setup.columns.boxes.guess import BoxGuess
from drift.setup.columns.guess import Guess
from drift.setup.doubts.context import DoubtContext
from drift.setup.labels.beside import BesideLog
from drift.setup.labels.boxes.find import find_box_labels
from drift.setup.labels.find import find_labels
from drift.setup.labels.log_columns import label_of_reference, with_id_of, with_label
from drift.setup.labels.versions import guess_version
from drift.setup.propose.find_references import LookedAt
from drift.setup.propose.proposal import Proposal
from jobs.predictions.selection.object_names import compile_glob


def with_labels(
    looked_at: LookedAt, draft: Proposal, context: DoubtContext
) -> tuple[Proposal, DoubtContext]:
    """Add what was true: labels beside the log, or its own column of them; a detector's boxes."""
    log = looked_at.chosen.candidate
    beside_log = BesideLog(
        bucket=looked_at.bucket,
        seen=looked_at.seen,
        log=log,
        candidates=looked_at.candidates,
        unread=context.unread,
        template=draft.template,
        not_labels={*_reference_tables(draft), *context.unused_tables},
    )
    if log.guesses.boxes is not None:
        if draft.template is None:
            return draft, context
        return _with_true_boxes(beside_log, log.guesses.boxes, draft, context)
    found = find_labels(beside_log)
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
        draft = _without(draft, found.labels.path)
    return draft, replace(context, unjoined_labels=found.unjoined)


def _with_true_boxes(
    beside: BesideLog, boxes: BoxGuess, draft: Proposal, context: DoubtContext
) -> tuple[Proposal, DoubtContext]:
    """Add the true boxes of a detector's images; classes of whole images say nothing of boxes."""
    true = find_box_labels(beside, boxes)
    labels = true.found.labels
    columns = replace(draft.columns, label=None, boxes=true.boxes)
    draft = replace(draft, columns=columns)
    context = replace(context, unjoined_labels=true.found.unjoined)
    if labels is None:
        return draft, context
    known = draft.columns.id
    new = labels.source.log_id
    if new is not None and (known is None or known.column != new):
        because = f"what labels call it: {labels.labelled:,} of {labels.rows:,} images have some"
        columns = replace(columns, id=Guess(column=new, because=because))
    version = guess_version(beside.log.values)
    draft = replace(draft, columns=columns, labels=labels, version=version)
    return _without(draft, labels.path), context


def _without(draft: Proposal, path: str) -> Proposal:
    """Return the proposal without labels among what else the log could be."""
    own = compile_glob(path)
    others = tuple(one for one in draft.log.others if not own.fullmatch(one))
    return replace(draft, log=replace(draft.log, others=others))


def _reference_tables(draft: Proposal) -> set[str]:
    paths = {draft.reference_log, draft.reference.path if draft.reference else None}
    return {path for path in paths if path is not None}
