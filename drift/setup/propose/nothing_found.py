"""What to say where no job can be found: what was looked for, what is there, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from drift.setup.columns.values import column_values
from drift.setup.image_sets import ending_of
from drift.setup.log.candidates import Candidate, Candidates
from drift.setup.log.unread_objects import UnreadObjects
from drift.setup.propose.judged import JudgedLog
from drift.setup.survey import Survey
from jobs.errors import InputError
from jobs.predictions.selection.object_names import KNOWN_ENDINGS
from jobs.times.timestamps import TimestampFault

_SHOWN = 6
_SHOWN_COLUMNS = 6
_SHOWN_LETTERS = 40


class NothingFoundError(InputError):
    """A bucket in which no job can be found."""


def describe_seen(seen: Survey) -> str:
    """Return how much was looked through, in plain words."""
    count = f"{len(seen.objects):,} object{'s' * (len(seen.objects) != 1)}"
    return count if seen.is_complete else f"a sample of {count}, for it is a large bucket"


def _there(seen: Survey) -> str:
    """Say what lies in a bucket, by endings and by folders."""
    if not seen.objects:
        return "Nothing is there, apart from reports of this program and hidden objects."
    endings = Counter(ending_of(name) or "(no ending)" for name in seen.names)
    folders = Counter(
        name.partition("/")[0] + "/" if "/" in name else "(top)" for name in seen.names
    )
    shown = ", ".join(f"{count:,} {ending}" for ending, count in endings.most_common(6))
    where = ", ".join(f"{folder} {count:,}" for folder, count in folders.most_common(6))
    return f"What is there: {describe_seen(seen)}: {shown}; by folder: {where}."


def no_log(
    url: str,
    seen: Survey,
    candidates: Candidates,
    unread: Sequence[UnreadObjects],
    told: Sequence[str],
) -> str:
    """Return the message for a bucket without a prediction log that a run could read.

    Parameters
    ----------
    unread
        Objects of other formats that look like tables or logs.
    told
        What else is known of the bucket, in sentences.
    """
    sought = f"CSV, JSON or Parquet with a column of times, in {KNOWN_ENDINGS} and other objects"
    found = [f"{one.name} is none: {one.reason}." for one in candidates.unread[:_SHOWN]]
    found += [one.described() for one in unread[:_SHOWN]]
    said = [f"{url}: no prediction log was found that a run can read. Looked for {sought}."]
    said += [_there(seen), *found, *told]
    if not found and not told:
        said.append(
            "If log and images lie elsewhere, name the bucket or the folder that holds both, such "
            "as drift init gs://bucket/folder."
        )
    return " ".join(said)


def no_images(url: str, seen: Survey, images: Sequence[str], judged: Sequence[JudgedLog]) -> str:
    """Return the message for a log none of whose rows leads to an image."""
    candidate = judged[0].candidate
    columns = ", ".join(candidate.sample.columns[:20])
    found = f"{url}: the log {candidate.family.path} was found, but not its images"
    why = f"no template over its columns ({columns}) leads to an object that is there."
    located = judged[0].located
    said = [f"{found}: {why}", _there(seen), *located.why_not]
    if images:
        said.append(
            f"The newest row is {shown_row(_newest_row(candidate))}; an image there is "
            f"{images[-1]}. Log each image's path in a column of its own."
        )
    else:
        said.append(
            "No image lies in the bucket. Name the bucket that holds log and images, or log full "
            "URIs of the images."
        )
    return " ".join(said)


def _newest_row(candidate: Candidate) -> Mapping[str, object]:
    """Return the row of the latest time, wherever it stands in the log."""
    table = candidate.sample.table
    time = candidate.guesses.time
    if time is None:
        return _texts(table.iloc[-1])
    values = column_values(table[[time.column]], most=len(table))[time.column]
    read = values.times(candidate.guesses.day_first)
    moments = np.where(read.faults == TimestampFault.NONE, read.moments, -1)
    return _texts(table.iloc[int(moments.argmax())])


def _texts(row: pd.Series) -> dict[str, object]:
    return {str(name): value for name, value in row.items()}


def shown_row(row: Mapping[str, object]) -> str:
    """Return a row for a message: short values, few columns, no object beside its own fields."""
    there = {name: str(value) for name, value in row.items() if value is not None}
    kept = {
        name: value
        for name, value in there.items()
        if not any(other.startswith(f"{name}.") for other in row)
    }
    parts = [f"{name} = {_short(value)}" for name, value in list(kept.items())[:_SHOWN_COLUMNS]]
    more = len(kept) - len(parts)
    return ", ".join(parts) + (f" and {more} more columns" if more else "")


def _short(value: str) -> str:
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value)
    return plain if len(plain) <= _SHOWN_LETTERS else plain[:_SHOWN_LETTERS] + "..."
