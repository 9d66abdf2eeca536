"""Images that are called like the log's objects: one object a request, its image beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from drift.setup.columns.guess import Guess
from drift.setup.images.locate import LocatedImages
from drift.setup.images.try_templates import Shelf, try_templates
from drift.setup.log.candidates import Candidate, NameSource
from drift.setup.log.samples.row_sample import LogSample
from jobs.images.template import placeholders_of
from jobs.job_file.names.patterns import NamePattern

_FEWEST_OF_A_ROW = 0.9
_ROWS = 240
_PATH = "path"
_STEM = "{path:stem}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesBeside:
    """A log with the columns that its objects' names give, and where its images are by these."""

    candidate: Candidate
    located: LocatedImages


def images_beside_objects(
    candidate: Candidate, images: Sequence[str], shelf: Shelf
) -> ImagesBeside | None:
    """Return where the images are by the names of the log's objects; None where they are not.

    An object with one row is called like its image but for the ending, and may lie in a folder of
    the same name, such as that of a day: ``results/04-03-2025/a1.json`` and
    ``images/04-03-2025/a1.jpg``.

    Parameters
    ----------
    images
        The names of the images that were seen.
    """
    sample = candidate.sample
    if candidate.source.from_path is not None or _PATH in sample.columns or not _is_by_row(sample):
        return None
    folders = _changing_folders(candidate)
    if folders is None:
        return None
    by_end = _by_end(images)
    first = list(dict.fromkeys(sample.objects))
    spread = first[:: max(1, len(first) // _ROWS)]
    paths = {
        path: None
        for name in spread
        for image in _called_alike(name, by_end)
        if (path := _template(name, image, folders))
    }
    table = _with_names(candidate, folders)
    chosen = np.unique(np.linspace(0, len(table) - 1, min(len(table), _ROWS)).astype(int))
    rows = table.iloc[chosen].reset_index(drop=True)
    tried = try_templates(list(paths), rows, shelf, candidate.guesses.day_first)
    tried = [one for one in tried if one.is_likely]
    if not tried:
        return None
    used = {one.column for one in placeholders_of(tried[0].path)}
    pattern = _pattern(candidate.family.path, {at: it for at, it in folders.items() if it in used})
    known = candidate.guesses.id or Guess(column="{name:stem}", because="the object's name")
    named = replace(
        candidate,
        sample=replace(sample, table=table),
        guesses=replace(candidate.guesses, id=known),
        source=NameSource(from_path=pattern),
    )
    return ImagesBeside(candidate=named, located=LocatedImages(tried=tuple(tried)))


def _is_by_row(sample: LogSample) -> bool:
    """Tell whether each row has an object of its own."""
    rows, names = len(sample.table), set(sample.objects)
    return len(sample.objects) == rows and len(names) >= max(2, _FEWEST_OF_A_ROW * rows)


def _changing_folders(candidate: Candidate) -> Mapping[int, str] | None:
    """Return a column for each folder of the log's path that changes, by its place.

    None where objects lie at different depths.
    """
    parts = candidate.family.path.split("/")
    depths = {info.name.count("/") for info in candidate.family.members}
    if depths != {len(parts) - 1} or any("**" in part for part in parts):
        return None
    taken = set(candidate.sample.columns)
    found: dict[int, str] = {}
    for place, part in enumerate(parts[:-1]):
        if "*" in part:
            names = ("folder", *(f"folder_{number}" for number in range(2, len(taken) + 9)))
            found[place] = next(name for name in names if name not in taken)
            taken.add(found[place])
    return found


def _by_end(images: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the images by their last parts, and by these without their endings."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in images:
        last = name.rpartition("/")[2]
        for key in {last, last.rpartition(".")[0]} - {""}:
            found[key].append(name)
    return found


def _called_alike(name: str, by_end: Mapping[str, list[str]]) -> list[str]:
    return by_end.get(name.rpartition("/")[2].rpartition(".")[0], [])


def _template(name: str, image: str, folders: Mapping[int, str]) -> str:
    """Return how the name of an object's image is made of the object's own name."""
    own = name.split("/")
    *above, last = image.split("/")
    columns = {own[place]: column for place, column in folders.items()}
    stem = own[-1].rpartition(".")[0]
    if any({"{", "}"} & set(part) for part in (*above, last)):
        return ""
    parts = [f"{{{columns[part]}}}" if part in columns else part for part in above]
    return "/".join([*parts, _STEM + last.removeprefix(stem)])


def _with_names(candidate: Candidate, folders: Mapping[int, str]) -> pd.DataFrame:
    """Return the rows with their objects' names, and the folders of these."""
    names = candidate.sample.objects
    table = candidate.sample.table.assign(**{_PATH: np.array([*names, None], dtype=object)[:-1]})
    for place, column in folders.items():
        parts = [name.split("/")[place] for name in names]
        table[column] = np.array([*parts, None], dtype=object)[:-1]
    return table


def _pattern(path: str, used: Mapping[int, str]) -> str | None:
    """Return the pattern over the objects' names that makes the columns; None without any."""
    if not used:
        return None
    parts = path.split("/")
    for place, column in used.items():
        parts[place] = f"{{{column}}}"
    return NamePattern("/".join(parts)).written
