"""Labels beside a log: which objects hold them, and by what they join with its predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from drift.setup.columns.answers import guess_answer
from drift.setup.columns.values import ColumnValues
from drift.setup.labels.beside import (
    BesideLog,
    keys_of,
    log_keys,
    name_objects,
    other_tables,
    unjoined,
    wide_path,
)
from drift.setup.labels.guess import FoundLabels, Join, LabelsGuess
from drift.setup.labels.joins import best_join
from drift.setup.labels.keys import last_part
from drift.setup.labels.tables import LabelTable, label_tables, spelled_alike
from drift.setup.log.candidates import Candidate

_TABLES_TOLD = 3
_STRANGE_SHOWN = 3


def find_labels(beside: BesideLog) -> FoundLabels:
    """Return the labels that join with most predictions, and objects that only look like labels.

    A bucket without objects that are called like labels is not asked for anything more.
    """
    classes = _classes_of(beside.log)
    if not classes.distinct:
        return FoundLabels()
    prediction = beside.log.guesses.prediction
    called = None if prediction is None else prediction.column
    tables = list(label_tables(other_tables(beside), list(classes.counts), called))
    if not tables:
        return FoundLabels()
    log = log_keys(beside)
    keys = [keys_of(table.candidate, table.keys) for table in tables]
    joins = [best_join(own, log) for own in keys]
    joined = [
        _guess(table, join, classes)
        for table, join in zip(tables, joins, strict=True)
        if join is not None
    ]
    if joined:
        joined = _of_one_path(joined)
        first, *rest = sorted(joined, key=lambda one: (-one.join.share, one.path))
        return FoundLabels(labels=replace(first, others=tuple(one.path for one in rest)))
    names = frozenset(map(last_part, beside.seen.names))
    lost = [
        unjoined(table.candidate, own, log, is_named=table.is_named)
        for table, own in zip(tables, keys, strict=True)
        if not any(name_objects(key, names) for key in own)
    ]
    return FoundLabels(unjoined=tuple(one for one in lost if one is not None)[:_TABLES_TOLD])


def _classes_of(log: Candidate) -> ColumnValues:
    """Return the classes that the log's model answered with; none where it names no class."""
    guesses = log.guesses
    if guesses.prediction is not None and guesses.prediction.column in log.values:
        return log.values[guesses.prediction.column]
    answer = guess_answer(log.values) if guesses.answer is not None else None
    return ColumnValues(name="", values=()) if answer is None else answer.classes


def _guess(table: LabelTable, join: Join, predicted: ColumnValues) -> LabelsGuess:
    sample = table.candidate.sample
    known = {spelled_alike(name) for name in predicted.counts}
    counts = table.classes()
    strange = {name: count for name, count in counts.items() if spelled_alike(name) not in known}
    ranked = sorted(strange, key=lambda name: (-strange[name], name))
    return LabelsGuess(
        path=wide_path(table.candidate.family.path, join.column),
        written=sample.written,
        join=join,
        label=table.label,
        timestamp=table.timestamp,
        rows=sample.rows_in_all,
        is_complete=sample.is_complete,
        strange=tuple(ranked[:_STRANGE_SHOWN]),
        strange_share=sum(strange.values()) / max(1, counts.total()),
    )


def _of_one_path(joined: Sequence[LabelsGuess]) -> list[LabelsGuess]:
    """Return labels of one path and one key as one: each object holds labels of its own."""
    found: dict[tuple[str, str], LabelsGuess] = {}
    for one in joined:
        known = found.setdefault((one.path, one.join.column), one)
        if known is not one:
            labelled = min(one.join.rows, known.join.labelled + one.join.labelled)
            rows = known.rows + one.rows
            join = replace(known.join, labelled=labelled)
            found[one.path, one.join.column] = replace(known, join=join, rows=rows)
    return list(found.values())
