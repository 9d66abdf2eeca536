"""A bucket of images without a log, and tables without times, as logs that a run can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from drift.setup.columns.all_columns import ColumnGuesses, guess_columns
from drift.setup.columns.guess import Guess
from drift.setup.columns.times import why_no_times
from drift.setup.columns.values import ColumnValues, column_values
from drift.setup.images.locate import LocatedImages
from drift.setup.images.try_templates import TriedTemplate
from drift.setup.log.candidates import Candidate, NameSource
from drift.setup.log.find import LogFamily
from drift.setup.log.samples.row_sample import LogSample
from drift.setup.names.name_patterns import GuessedPattern, guess_pattern
from drift.setup.names.one_format import one_format
from drift.setup.words import DERIVED_WORDS, LOG_WORDS, REFERENCE_WORDS, common_start, has_word
from jobs.buckets.bucket import ObjectInfo
from jobs.predictions.name_columns import written_text
from jobs.times.time_formats import is_of_days, pieces_of

_FEWEST_IMAGES = 10
_MOST_UNLIKE = 0.5
_NEARLY_ALL = 0.9
_WRITTEN = "{written}"
_BY_STORE = "when the object was written, as the store says"
_NO_TIMES_IN_TABLE = (
    "No column and no name holds times, so all rows of an object count as written when it was, as "
    "the store says. Better is a column with the time of each request."
)
_NO_TIMES = (
    "The names of the images hold no times, so each counts as made when its object was written, "
    "as the store says. After a copy of the bucket that is the time of the copy: better are names "
    "with times, such as 20250303_101500.jpg, or a log."
)


Found = tuple[Candidate, LocatedImages]


def listing_as_log(images: Sequence[str], objects: Sequence[ObjectInfo]) -> Found | None:
    """Return the images of a bucket as a log; None where nothing tells which of them are today's.

    Parameters
    ----------
    images
        The names of the images that were seen.
    objects
        All objects that were seen.
    """
    infos = {info.name: info for info in objects}
    live = [name for name in images if not _is_apart(name)]
    if len(live) < _FEWEST_IMAGES:
        return None
    guess = guess_pattern(live)
    if guess is not None and len(guess.names) >= (1 - _MOST_UNLIKE) * len(live):
        return _by_pattern(guess, live, infos)
    has_reference = any(has_word(_folder_of(name), REFERENCE_WORDS) for name in images)
    if not has_reference or any(infos[name].written is None for name in live):
        return None
    return _by_written(live, infos)


def _is_apart(name: str) -> bool:
    """Tell whether an image lies where a reference, or pictures made from images, are kept."""
    folder = _folder_of(name)
    return has_word(folder, REFERENCE_WORDS) or has_word(folder, DERIVED_WORDS - {"cam"})


def _folder_of(name: str) -> str:
    return name.rpartition("/")[0]


def _by_pattern(
    guess: GuessedPattern, live: Sequence[str], infos: Mapping[str, ObjectInfo]
) -> Found:
    rows = [{"path": name, **guess.pattern.columns_of(name)} for name in guess.names]
    others = sorted(set(live) - set(guess.names))
    notes = []
    if others:
        notes.append(
            f"{len(others):,} of {len(live):,} images have names that predictions.from_path does "
            f"not match, such as {others[0]}: they are not looked at."
        )
    if not guess.order_is_settled:
        notes.append(
            "No date in the names settles whether day or month comes first; the order was taken "
            "that puts the images closer together."
        )
    source = NameSource(images_only=True, from_path=guess.pattern.written)
    because = "the time in the image's name"
    return _judged(
        rows, guess.pattern.glob, source, Guess(column="timestamp", because=because), infos, notes
    )


def _by_written(live: Sequence[str], infos: Mapping[str, ObjectInfo]) -> Found:
    rows = [{"path": name, _WRITTEN: written_text(infos[name])} for name in live]
    folder = _folder_of(common_start(live))
    glob = f"{folder}/**" if folder else "**"
    guess = Guess(column=_WRITTEN, because=_BY_STORE)
    return _judged(rows, glob, NameSource(images_only=True), guess, infos, [_NO_TIMES])


def _judged(
    rows: Sequence[Mapping[str, str | None]],
    glob: str,
    source: NameSource,
    time: Guess,
    infos: Mapping[str, ObjectInfo],
    notes: Sequence[str],
) -> Found:
    table = pd.DataFrame(list(rows), dtype=object)
    table = table.sort_values([time.column, "path"], ignore_index=True)
    names = table["path"].tolist()
    sample = LogSample(
        table=table,
        rows_in_all=len(table),
        is_complete=True,
        rows_seen=len(table),
        notes=tuple(notes),
    )
    values = column_values(table)
    members = tuple(infos[name] for name in sorted(names))
    candidate = Candidate(
        family=LogFamily(path=glob, members=members),
        sample=sample,
        guesses=_of_pieces(values, time),
        values=values,
        source=source,
    )
    found = TriedTemplate(path="{path}", share=1.0, rows=len(table), found=frozenset(names))
    return candidate, LocatedImages(tried=(found,))


def _of_pieces(values: Mapping[str, ColumnValues], time: Guess) -> ColumnGuesses:
    """Return what the pieces of names are: who made the image, and parts of the traffic."""
    found = guess_columns({key: one for key, one in values.items() if key != "path"})
    return ColumnGuesses(
        time=time,
        has_zone=found.has_zone,
        has_clock=found.has_clock,
        client=found.client,
        segments=found.segments,
    )


def with_named_times(candidate: Candidate) -> Candidate | None:
    """Return a table without a column of times as a log, its times taken from names.

    From the names of images in a column, from those of the table's own objects, or else, where it
    is surely a log of predictions, from when its objects were written. None where nothing tells
    times.
    """
    if why_no_times(candidate.values):
        return None
    for column in _of_paths(candidate.values):
        cells = candidate.sample.table[column].tolist()
        found = one_format(sorted({cell for cell in cells if cell}))
        if found is not None:
            texts = [None if not cell else found.text_in(cell) for cell in cells]
            because = f"the time in the column {column}"
            return _timed(candidate, f"{{{column}:{found.written}}}", texts, because)
    members = [info for info in candidate.family.members if info.size_bytes]
    names = [info.name for info in members]
    guess = guess_pattern(names)
    if guess is not None and len(guess.names) == len(names) and candidate.sample.objects:
        return _by_pieces(candidate, guess)
    found = one_format(names)
    if found is not None:
        texts = [found.text_in(name) for name in names]
        because = "the time in the object's name"
        return _timed(candidate, f"{{path:{found.written}}}", _spread(texts, candidate), because)
    is_a_log = candidate.guesses.prediction is not None and has_word(
        candidate.family.path, LOG_WORDS
    )
    if not is_a_log or any(info.written is None for info in members):
        return None
    written = _spread([written_text(info) for info in members], candidate)
    return _timed(candidate, _WRITTEN, written, _BY_STORE, notes=[_NO_TIMES_IN_TABLE])


def _by_pieces(candidate: Candidate, guess: GuessedPattern) -> Candidate:
    """Return a log of many objects with the columns that their names hold, and their names."""
    sample = candidate.sample
    table = sample.table.assign(path=np.array([*sample.objects, None], dtype=object)[:-1])
    read = [guess.pattern.columns_of(name) for name in sample.objects]
    for column in guess.pattern.columns:
        table[column] = np.array([*(row[column] for row in read), None], dtype=object)[:-1]
    values = column_values(table)
    guesses = guess_columns({name: one for name, one in values.items() if name != "path"})
    time = Guess(column="timestamp", because="the time in the object's name")
    own = candidate.sample.columns
    identified = None if "path" in own else Guess(column="{name:stem}", because="the object's name")
    return replace(
        candidate,
        family=replace(candidate.family, path=guess.pattern.glob),
        sample=replace(sample, table=table),
        guesses=replace(guesses, time=time, id=guesses.id or identified),
        values=values,
        source=NameSource(from_path=guess.pattern.written),
    )


def _of_paths(columns: Mapping[str, ColumnValues]) -> list[str]:
    return [name for name, column in columns.items() if column.looks_like_paths]


def _spread(texts: Sequence[str | None], candidate: Candidate) -> list[str | None]:
    """Return a text a row of the sample, the objects' rows taken to be equally many."""
    count = len(candidate.sample.table)
    return [texts[row * len(texts) // count] for row in range(count)]


def _timed(
    candidate: Candidate,
    template: str,
    texts: Sequence[str | None],
    because: str,
    notes: Sequence[str] = (),
) -> Candidate:
    rows = candidate.sample.table.copy()
    rows[template] = np.array([*texts, None], dtype=object)[:-1]
    values = column_values(rows)
    filled = [text for text in texts if text]
    guesses = replace(
        candidate.guesses,
        time=Guess(column=template, because=because),
        has_zone=all("Z" in text or "+" in text for text in filled),
        has_clock=not is_of_days(pieces_of(template)) or "%" not in template,
        notes=(*candidate.guesses.notes, *notes),
    )
    sample = replace(candidate.sample, table=rows)
    return replace(candidate, sample=sample, guesses=guesses, values=values)
