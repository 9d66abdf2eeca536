"""Labels beside a log: which objects hold them, and by what they join with its predictions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from drift.setup.columns.answers import guess_answer
from drift.setup.columns.values import ColumnValues
from drift.setup.image_sets import ending_of
from drift.setup.images.try_templates import TriedTemplate
from drift.setup.labels.guess import FoundLabels, Join, LabelsGuess, Unjoined
from drift.setup.labels.joins import LogKeys, best_join
from drift.setup.labels.keys import (
    NAME_STEM,
    KeyColumn,
    Texts,
    column_texts,
    image_names,
    key_columns,
    last_part,
)
from drift.setup.labels.tables import LabelTable, label_tables, spelled_alike
from drift.setup.log.candidates import Candidate, Candidates, find_candidates
from drift.setup.log.find import family_of
from drift.setup.log.unread_objects import UnreadObjects
from drift.setup.survey import Survey
from drift.setup.words import LABEL_WORDS, REFERENCE_WORDS, has_word
from jobs.buckets.bucket import Bucket
from jobs.images.template import Placeholder

_TABLES_TOLD = 3
_GROUPS_READ = 3
_STRANGE_SHOWN = 3
_FEWEST_TOLD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideLog:
    """A log, and what else was seen.

    Attributes
    ----------
    log
        The log that was chosen.
    candidates
        Every family of objects that was read.
    unread
        Objects in JSON and the like that hold no times, so that they are no log.
    not_labels
        Objects that are something else: the reference, and its log.
    """

    bucket: Bucket
    seen: Survey
    log: Candidate
    candidates: Candidates
    unread: Sequence[UnreadObjects]
    template: TriedTemplate | None
    not_labels: Collection[str]


def find_labels(beside: BesideLog) -> FoundLabels:
    """Return the labels that join with most predictions, and objects that only look like labels.

    A bucket without objects that are called like labels is not asked for anything more.
    """
    classes = _classes_of(beside.log)
    if not classes.distinct:
        return FoundLabels()
    prediction = beside.log.guesses.prediction
    called = None if prediction is None else prediction.column
    tables = list(label_tables(_others(beside), list(classes.counts), called))
    if not tables:
        return FoundLabels()
    log = _log_keys(beside)
    keys = [_keys_of(table) for table in tables]
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
        _unjoined(table, own, log)
        for table, own in zip(tables, keys, strict=True)
        if not any(_name_objects(key, names) for key in own)
    ]
    return FoundLabels(unjoined=tuple(one for one in lost if one is not None)[:_TABLES_TOLD])


def _classes_of(log: Candidate) -> ColumnValues:
    """Return the classes that the log's model answered with; none where it names no class."""
    guesses = log.guesses
    if guesses.prediction is not None and guesses.prediction.column in log.values:
        return log.values[guesses.prediction.column]
    answer = guess_answer(log.values) if guesses.answer is not None else None
    return ColumnValues(name="", values=()) if answer is None else answer.classes


def _others(beside: BesideLog) -> Iterator[Candidate]:
    """Yield every family of objects that may hold labels."""
    own = {info.name for info in beside.log.family.members} | set(beside.not_labels)
    read = [*beside.candidates.logs, *beside.candidates.timeless]
    for candidate in [*read, *_of_unread(beside)]:
        if own.isdisjoint(info.name for info in candidate.family.members):
            yield candidate


def _of_unread(beside: BesideLog) -> Iterator[Candidate]:
    """Read objects that are called like labels, and whose content told that they hold rows."""
    named = [
        one
        for one in beside.unread
        if one.look.format is not None
        # An id may hold such a word by chance.
        and all(has_word(name, LABEL_WORDS) for name in (one.names[0], one.names[-1]))
    ]
    for group in named[:_GROUPS_READ]:
        wanted = set(group.names)
        members = [info for info in beside.seen.objects if info.name in wanted]
        family = family_of(members, beside.seen.names, group.look.format)
        found = find_candidates(beside.bucket, (), [family])
        yield from (*found.logs, *found.timeless)


def _keys_of(table: LabelTable) -> list[KeyColumn]:
    """Return what may name predictions; the names of all objects where each holds one label."""
    found = []
    for key in key_columns(table.candidate.sample, table.keys):
        if key.column == NAME_STEM:
            names = [info.name.rpartition("/")[2] for info in table.candidate.family.members]
            texts = Placeholder.parse(NAME_STEM[1:-1]).texts(names)
            found.append(replace(key, texts=texts))
        else:
            found.append(key)
    return found


def _log_keys(beside: BesideLog) -> LogKeys:
    log, template = beside.log, beside.template
    guess = log.guesses.id
    own = None
    if guess is not None:
        texts = column_texts(log.sample, guess.column)
        own = KeyColumn(column=guess.column, source=guess.column, texts=texts)
    taken = {one.column for key, one in log.guesses.named.items() if key != "client"}
    able = {name: one for name, one in log.values.items() if name not in taken}
    images: Texts = ()
    if template is not None and template.column is None:
        url = beside.bucket.url
        images = image_names(log, template.path, template.allowed_prefixes, url)
    return LogKeys(
        id=own,
        images=images,
        others=list(key_columns(log.sample, able)),
        own_url=beside.bucket.url,
        rows=len(log.sample.table),
        is_complete=log.sample.is_complete,
    )


def _guess(table: LabelTable, join: Join, predicted: ColumnValues) -> LabelsGuess:
    sample = table.candidate.sample
    known = {spelled_alike(name) for name in predicted.counts}
    counts = table.classes()
    strange = {name: count for name, count in counts.items() if spelled_alike(name) not in known}
    ranked = sorted(strange, key=lambda name: (-strange[name], name))
    return LabelsGuess(
        path=_wide_path(table, join),
        written=sample.written,
        join=join,
        label=table.label,
        timestamp=table.timestamp,
        rows=sample.rows_in_all,
        is_complete=sample.is_complete,
        strange=tuple(ranked[:_STRANGE_SHOWN]),
        strange_share=sum(strange.values()) / max(1, counts.total()),
    )


def _wide_path(table: LabelTable, join: Join) -> str:
    """Return a path over labels; that of objects called by ids takes in ids of any form."""
    path = table.candidate.family.path
    folder, slash, name = path.rpartition("/")
    is_by_name = join.column == NAME_STEM and has_word(folder, LABEL_WORDS)
    return f"{folder}{slash}*{ending_of(name)}" if is_by_name and "*" in name else path


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


def _name_objects(key: KeyColumn, names: frozenset[str]) -> bool:
    """Tell whether labels are for images that no prediction is of, such as the reference's."""
    shared = names.intersection(map(last_part, key.values))
    return len(shared) >= _FEWEST_TOLD


def _unjoined(table: LabelTable, keys: Sequence[KeyColumn], log: LogKeys) -> Unjoined | None:
    """Return what keys look like on both sides; None where nothing there is called like labels."""
    path = table.candidate.family.path
    plain = [key for key in keys if not key.cost and key.values]
    rows = len(table.candidate.sample.table)
    if not table.is_named or has_word(path, REFERENCE_WORDS) or not plain or rows < _FEWEST_TOLD:
        # A few rows may be the list of the classes.
        return None
    key = max(plain, key=lambda one: (one.uniqueness, one.column))
    logged = []
    if log.id is not None and log.id.values:
        logged.append(f'{log.id.column} of the log holds "{_first(log.id.texts)}"')
    if any(log.images):
        logged.append(f'images are called "{_first(log.images)}"')
    return Unjoined(
        path=path,
        column=key.column,
        example=_first(key.texts),
        logged=tuple(logged),
        is_complete=table.candidate.sample.is_complete and log.is_complete,
    )


def _first(texts: Texts) -> str:
    return next((text for text in texts if text), "")
