"""What to say where no job can be found: what was looked for, what is there, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from drift.setup.candidates import Candidates
from drift.setup.image_sets import ending_of
from drift.setup.judged import JudgedLog
from drift.setup.survey import Survey
from jobs.errors import InputError
from jobs.predictions.object_names import KNOWN_ENDINGS


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


def no_log(url: str, seen: Survey, candidates: Candidates) -> str:
    """Return the message for a bucket without a prediction log."""
    sought = f"objects that end in {KNOWN_ENDINGS} with a header and a column of times"
    said = [f"{url}: no prediction log was found. Looked for {sought}.", _there(seen)]
    said += [f"{one.name} is none: {one.reason}." for one in candidates.unread[:6]]
    endings = {ending_of(name) for name in seen.names}
    unreadable = sorted(endings & {".json", ".txt", ".log", ".xlsx", ".avro", ".orc", ".db", ".pq"})
    if unreadable:
        said.append(
            f"Logs in {', '.join(unreadable)} cannot be read; write CSV with a header, Parquet, or "
            "JSON lines (.jsonl)."
        )
    said.append("Name the folder that holds log and images, such as drift init gs://bucket/folder.")
    return " ".join(said)


def no_images(url: str, seen: Survey, images: Sequence[str], judged: Sequence[JudgedLog]) -> str:
    """Return the message for a log none of whose rows leads to an image."""
    candidate = judged[0].candidate
    columns = ", ".join(candidate.sample.columns[:20])
    found = f"{url}: the log {candidate.family.path} was found, but not its images"
    why = f"no template over its columns ({columns}) leads to an object that is there."
    said = [f"{found}: {why}", _there(seen), *judged[0].located.why_not]
    if images:
        row = {
            name: str(value)[:60]
            for name, value in candidate.sample.table.iloc[-1].items()
            if value is not None
        }
        said.append(
            f"The newest row is {row}; an image there is {images[-1]}. "
            "Log each image's path in a column of its own."
        )
    else:
        said.append(
            "No image lies in the bucket. Name the bucket that holds log and images, or log full "
            "URIs of the images."
        )
    return " ".join(said)
