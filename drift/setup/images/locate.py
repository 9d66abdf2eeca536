"""Finding out where the images of a log's rows are, and saying why where it cannot be done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import pandas as pd

from drift.setup.columns.times import capture_times
from drift.setup.columns.values import ColumnValues, column_values
from drift.setup.images.columns_of_images import columns_of_images
from drift.setup.images.day_folders import on_another_clock, on_clock_of_folders
from drift.setup.images.derive_template import WHOLE_VALUES, derive_templates, hits_by_row
from drift.setup.images.template_pieces import Piece, pieces_of
from drift.setup.images.try_templates import Shelf, TriedTemplate, try_template, try_templates
from drift.setup.log.candidates import Candidate
from drift.setup.words import REFERENCE_WORDS, common_start, has_word
from jobs.errors import DriftError
from jobs.images.template import Placeholder

_ROWS = 240
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_READABLE = frozenset({"gs", "file"})
# A shorter value stands in many names by chance.
_LONG_ENOUGH = 4
_LISTINGS = 160
_NEARLY_ALL = 0.9
_BY_CHANCE = 0.5
_NAMES_A_LISTING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedImages:
    """What was tried for one log.

    Attributes
    ----------
    tried
        The templates that find something, the best first.
    why_not
        Why none, or not more, is found; sentences.
    """

    tried: tuple[TriedTemplate, ...]
    why_not: tuple[str, ...] = ()

    @property
    def best(self) -> TriedTemplate | None:
        """The best template."""
        return self.tried[0] if self.tried else None


def locate_images(candidate: Candidate, images: Sequence[str], shelf: Shelf) -> LocatedImages:
    """Return the templates that lead from the log's rows to objects, and what stands in the way.

    Parameters
    ----------
    images
        The names of the images that were seen.
    """
    table = _spread_rows(candidate.sample.table)
    columns = column_values(table)
    day_first = candidate.guesses.day_first
    elsewhere = [
        try_template(column, table.tail(60), shelf, day_first, prefixes)
        for column, prefixes in uri_columns(columns, shelf.bucket.url)
    ]
    time = candidate.guesses.time
    times = [time.column, *capture_times(columns)] if time else []
    pieces = pieces_of(columns, times, day_first)
    names = list(images)
    if not shelf.is_complete:
        names += _probed(shelf, pieces, images, len(table))
    paths = derive_templates(pieces, names, len(table))
    paths += [name for name, one in columns.items() if one.looks_like_paths and name not in paths]
    tried = [*elsewhere, *try_templates(paths, table, shelf, day_first)]
    tried = [one for one in tried if one.is_likely]
    other_clock = on_another_clock(tried[0], table, shelf, day_first) if tried else None
    tried = [other_clock, *tried] if other_clock else tried
    inside = columns_of_images(columns)
    if not tried or tried[0].share < _BY_CHANCE:
        values = _named_values(pieces, names, len(table))
        found = on_clock_of_folders(values, times, table, shelf, day_first)
        tried = [found, *tried] if found is not None else tried
    if inside and tried and has_word(tried[0].path.rpartition("/")[0], REFERENCE_WORDS):
        # Names beside images that the log holds itself may be those of the reference by chance.
        tried = []
    best = tried[0].share if tried else 0.0
    if best > _NEARLY_ALL:
        return LocatedImages(tried=tuple(tried))
    if inside:
        return LocatedImages(tried=(*inside, *tried))
    why_not = _explain(pieces, names, columns, len(table), best)
    return LocatedImages(tried=tuple(tried), why_not=tuple(why_not))


def uri_columns(
    columns: Mapping[str, ColumnValues], own_url: str
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the columns of full URIs in other buckets, with the prefixes that hold them all."""
    found = []
    own = own_url.rstrip("/") + "/"
    for name, column in columns.items():
        uris = [value for value in column.filled if _SCHEME.match(value)]
        foreign = [value for value in uris if not value.startswith(own)]
        if len(uris) < 0.5 * max(1, len(column.filled)) or not foreign:
            continue
        schemes = {match[1].lower() for uri in foreign if (match := _SCHEME.match(uri))}
        if schemes <= _READABLE:
            found.append((name, _prefixes(foreign)))
    return found


def _named_values(
    pieces: Sequence[Piece], names: Sequence[str], rows: int
) -> Iterator[tuple[str, str, Placeholder]]:
    """Yield objects that hold a row's value, the value, and what stands for it."""
    whole = [piece for piece in pieces if piece.placeholder.format in WHOLE_VALUES]
    for row, hits in hits_by_row(pieces, names, rows).items():
        for piece in whole:
            text = piece.texts[row] or ""
            if len(text) >= _LONG_ENOUGH:
                yield from ((name, text, piece.placeholder) for name in hits)


def _prefixes(uris: Iterable[str]) -> tuple[str, ...]:
    """Return one folder for each bucket among the URIs, the longest that holds them all."""
    by_bucket: dict[str, list[str]] = {}
    for uri in uris:
        scheme, _, rest = uri.partition("://")
        bucket = "" if scheme.lower() == "file" else rest.partition("/")[0]
        by_bucket.setdefault(f"{scheme}://{bucket}", []).append(uri)
    return tuple(common_start(group).rpartition("/")[0] + "/" for group in by_bucket.values())


def _spread_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows from all over the sample, more of them from its end."""
    if len(table) <= _ROWS:
        return table.reset_index(drop=True)
    half = _ROWS // 2
    step = max(1, (len(table) - half) // half)
    early = list(range(0, len(table) - half, step))[:half]
    rows = [*early, *range(len(table) - half, len(table))]
    return table.iloc[rows].reset_index(drop=True)


def _probed(shelf: Shelf, pieces: Sequence[Piece], images: Sequence[str], rows: int) -> list[str]:
    """Ask a large bucket for objects whose names start with a row's value, folder by folder."""
    folders = Counter(name.rpartition("/")[0] for name in images)
    starts = []
    for folder, _ in folders.most_common(8):
        inside = [name for name in images if name.rpartition("/")[0] == folder][:200]
        common = re.sub(r"\d+$", "", common_start(inside)) if len(inside) > 1 else ""
        starts.append(common if common.startswith(folder + "/") else folder + "/" * bool(folder))
    keys = [piece for piece in pieces if piece.is_key and not piece.placeholder.format][:4]
    wanted = [
        start + text
        for row in range(max(0, rows - 6), rows)
        for start in starts
        for piece in keys
        if (text := piece.texts[row])
    ]
    found: list[str] = []
    for prefix in wanted[:_LISTINGS]:
        try:
            found += [one.name for one in islice(shelf.bucket.list(prefix), _NAMES_A_LISTING)]
        except DriftError:
            continue
    return found


def _explain(
    pieces: Sequence[Piece],
    names: Sequence[str],
    columns: Mapping[str, ColumnValues],
    rows: int,
    best: float,
) -> list[str]:
    """Say what is known about rows whose image no template finds."""
    hits = hits_by_row(pieces, names, rows)
    said = _unreadable_schemes(columns)
    if hits and best < 0.5:
        said.append(_value_in_names(pieces, hits, rows))
    if not hits:
        said += _other_letters(pieces, names)
    return said


def _unreadable_schemes(columns: Mapping[str, ColumnValues]) -> list[str]:
    schemes = Counter(
        match[0]
        for column in columns.values()
        for value in column.filled[:50]
        if (match := _SCHEME.match(value)) and match[1].lower() not in _READABLE
    )
    return [
        f"Some values start with {scheme}, which the job cannot read from."
        for scheme, _ in schemes.most_common(1)
    ]


def _value_in_names(pieces: Sequence[Piece], hits: Mapping[int, Sequence[str]], rows: int) -> str:
    """Say that objects hold a value of some rows, in the words of the first such row."""
    row, objects = next(iter(hits.items()))
    key = next(
        piece
        for piece in pieces
        if piece.placeholder.format in WHOLE_VALUES
        and piece.is_key
        and (text := piece.texts[row])
        and text in objects[0]
    )
    return (
        f"For {len(hits)} of {min(rows, 60)} rows an object holds the value of "
        f"{key.placeholder.column} ({key.texts[row]} is in {objects[0]}), but the rest of its "
        "name follows from no column."
    )


def _other_letters(pieces: Sequence[Piece], names: Sequence[str]) -> list[str]:
    """Say of the first column with such values that names hold them in other letters."""
    lowered = {name.lower() for name in names}
    for piece in pieces:
        if piece.placeholder.format not in WHOLE_VALUES or not piece.is_key:
            continue
        sample = [text for text in piece.texts if text and len(text) >= _LONG_ENOUGH][:20]
        if any(text.lower() in name for text in sample for name in lowered):
            said = (
                f"Values of {piece.placeholder.column} are in the objects' names in other "
                "letters (upper and lower case) or as parts of longer words."
            )
            return [said]
    return []
