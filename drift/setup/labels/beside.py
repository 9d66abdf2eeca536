"""What lies beside a log that may hold labels, and what names predictions on both sides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from drift.setup.columns.values import ColumnValues
from drift.setup.image_sets import ending_of
from drift.setup.images.try_templates import TriedTemplate
from drift.setup.labels.guess import Unjoined
from drift.setup.labels.joins import LogKeys
from drift.setup.labels.keys import (
    NAME_STEM,
    KeyColumn,
    Texts,
    column_texts,
    image_names,
    key_columns,
    last_part,
)
from drift.setup.log.candidates import Candidate, Candidates, find_candidates
from drift.setup.log.find import family_of
from drift.setup.log.unread_objects import UnreadObjects
from drift.setup.survey import Survey
from drift.setup.words import LABEL_WORDS, REFERENCE_WORDS, has_word
from jobs.buckets.bucket import Bucket
from jobs.images.template import Placeholder

_GROUPS_READ = 3
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


def other_tables(beside: BesideLog) -> Iterator[Candidate]:
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


def keys_of(table: Candidate, able: dict[str, ColumnValues]) -> list[KeyColumn]:
    """Return what may name predictions; the names of all objects where each holds one label.

    Parameters
    ----------
    able
        The columns of the labels that may be keys.
    """
    found = []
    for key in key_columns(table.sample, able):
        if key.column == NAME_STEM:
            names = [info.name.rpartition("/")[2] for info in table.family.members]
            texts = Placeholder.parse(NAME_STEM[1:-1]).texts(names)
            found.append(replace(key, texts=texts))
        else:
            found.append(key)
    return found


def log_keys(beside: BesideLog) -> LogKeys:
    """Return what names the predictions of the log."""
    log, template = beside.log, beside.template
    guess = log.guesses.id
    own = None
    if guess is not None:
        texts = column_texts(log.sample, guess.column)
        own = KeyColumn(column=guess.column, source=guess.column, texts=texts)
    taken = {one.column for key, one in log.guesses.named.items() if key != "client"}
    taken |= frozenset() if log.guesses.boxes is None else log.guesses.boxes.used
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


def wide_path(path: str, key: str) -> str:
    """Return a path over labels; that of objects called by ids takes in ids of any form.

    Parameters
    ----------
    key
        What names a prediction in them.
    """
    folder, slash, name = path.rpartition("/")
    is_by_name = key == NAME_STEM and has_word(folder, LABEL_WORDS)
    return f"{folder}{slash}*{ending_of(name)}" if is_by_name and "*" in name else path


def name_objects(key: KeyColumn, names: frozenset[str]) -> bool:
    """Tell whether labels are for images that no prediction is of, such as the reference's."""
    shared = names.intersection(map(last_part, key.values))
    return len(shared) >= _FEWEST_TOLD


def unjoined(
    table: Candidate, keys: Sequence[KeyColumn], log: LogKeys, *, is_named: bool
) -> Unjoined | None:
    """Return what keys look like on both sides; None where nothing there is called like labels."""
    path = table.family.path
    plain = [key for key in keys if not key.cost and key.values]
    rows = len(table.sample.table)
    if not is_named or has_word(path, REFERENCE_WORDS) or not plain or rows < _FEWEST_TOLD:
        # A few rows may be the list of the classes.
        return None
    key = max(plain, key=lambda one: (one.uniqueness, one.column))
    found = unjoined_key(path, key, log)
    return replace(found, is_complete=found.is_complete and table.sample.is_complete)


def unjoined_key(path: str, key: KeyColumn, log: LogKeys) -> Unjoined:
    """Return what a key of labels looks like, and what the log has in its place."""
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
        is_complete=log.is_complete,
    )


def _first(texts: Texts) -> str:
    return next((text for text in texts if text), "")
