"""Tables and JSON beside a log that may hold true boxes, with the key that joins them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from drift.setup.columns import words as column_words
from drift.setup.columns.boxes.guess import BoxGuess, guess_boxes
from drift.setup.columns.values import ColumnValues
from drift.setup.columns.words import points
from drift.setup.labels.beside import keys_of, wide_path
from drift.setup.labels.boxes.guess import TrueBoxSource
from drift.setup.labels.joins import LogKeys, best_join
from drift.setup.labels.keys import KeyColumn, last_part
from drift.setup.labels.tables import spelled_alike, time_of_labels
from drift.setup.log.candidates import Candidate
from drift.setup.words import LABEL_WORDS, has_word
from jobs.job_file.label_settings import TrueBoxColumns

_FEWEST_JOINED = 3


@dataclass(frozen=True, kw_only=True)
class TrueBoxTable:
    """Objects that are called like labels and hold boxes.

    Attributes
    ----------
    keys
        What may name an image in them.
    source
        How a job reads them; None where nothing in them names an image of the log.
    """

    candidate: Candidate
    keys: Sequence[KeyColumn]
    source: TrueBoxSource | None


def box_tables(
    candidates: Iterator[Candidate], log: LogKeys, predicted: Collection[str]
) -> Iterator[TrueBoxTable]:
    """Yield the objects that are called like labels and hold boxes.

    Parameters
    ----------
    predicted
        The classes that the log's model answers with.
    """
    for candidate in candidates:
        if not has_word(candidate.family.path, LABEL_WORDS) or candidate.sample.written.header:
            continue
        boxes = guess_boxes(candidate.values)
        if boxes is None:
            continue
        columns = _columns(boxes, candidate.values, predicted)
        taken = boxes.used | columns.used | {columns.classes}
        able = {name: one for name, one in candidate.values.items() if name not in taken}
        time = time_of_labels(able, candidate.guesses.day_first)
        able = {name: one for name, one in able.items() if time is None or name != time.column}
        keys = keys_of(candidate, able)
        join = best_join(keys, log)
        path, written = candidate.family.path, candidate.sample.written
        source = TrueBoxSource(
            path=path, boxes=columns, timestamp=time, written=written, doubt=boxes.doubt
        )
        key = _by_stem(keys, log) if join is None else join.column
        if key is None:
            yield TrueBoxTable(candidate=candidate, keys=keys, source=None)
            continue
        by_id = join is not None and join.key == "id"
        named = replace(
            source,
            path=wide_path(path, key),
            id=key if by_id else None,
            image=None if by_id else key,
            log_id=join.log_column if join is not None and by_id else None,
        )
        yield TrueBoxTable(candidate=candidate, keys=keys, source=named)


def _columns(
    boxes: BoxGuess, values: Mapping[str, ColumnValues], predicted: Collection[str]
) -> TrueBoxColumns:
    """Return where the true boxes stand; a row a box has its class in a column of its own."""
    found = boxes.settings.model_dump(exclude_none=True, exclude={"scores"})
    if boxes.settings.column is None:
        found["classes"] = _class_column(boxes, values, predicted)
    return TrueBoxColumns.model_validate(found)


def _class_column(
    boxes: BoxGuess, values: Mapping[str, ColumnValues], predicted: Collection[str]
) -> str | None:
    known = {spelled_alike(name) for name in predicted}
    scored = []
    for name, column in values.items():
        if name in boxes.used or not (column.is_class_like or column.distinct == 1):
            continue
        shared = sum(spelled_alike(text) in known for text in column.counts) / column.distinct
        named = max(points(name, column_words.LABEL), points(name, column_words.PREDICTION))
        if shared > 0 or named > 0:
            scored.append((-shared, -named, name))
    return min(scored)[2] if scored else None


def _by_stem(keys: Sequence[KeyColumn], log: LogKeys) -> str | None:
    """Return the column whose values are names of images but for the ending; None without one."""
    images = {_stem(name) for name in log.images if name}
    joined = {key.column: len(images & set(map(_stem, key.values))) for key in keys if not key.cost}
    best = max(joined, key=lambda name: (joined[name], name), default=None)
    return best if best is not None and joined[best] >= _FEWEST_JOINED else None


def _stem(name: str) -> str:
    last = last_part(name)
    return last.rpartition(".")[0] or last
