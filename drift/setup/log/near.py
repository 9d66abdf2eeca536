"""Objects near the log that its path does not match although they are named alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from drift.setup.image_sets import NEVER_LOGS, ending_of
from drift.setup.words import REFERENCE_WORDS, common_start, has_word
from jobs.images.endings import IMAGE_ENDINGS
from jobs.predictions.selection.object_names import compile_glob, format_of

_OTHER_TABLES = frozenset(
    {"label", "labels", "truth", "metric", "metrics", "feature", "features", "stats", "schema"}
    | {"report", "reports", "summary", "config", "classes", "annotation", "annotations"}
    | {"manifest", "map", "mapping", "index"}
    | REFERENCE_WORDS
)
_SHOWN = 3


def near_by(path: str, names: Iterable[str]) -> list[str]:
    """Return the objects that could be parts of the log and that its path does not match.

    They lie in the log's own folders, and their names begin with the same word; where the path's
    last part begins with a star, they are tables of any name.

    Parameters
    ----------
    path
        `predictions.path`: a name or a glob.
    names
        The names of objects.
    """
    folder, _, last = path.rpartition("/")
    inside = compile_glob(with_any_date(folder))
    word = _first_word(last)
    glob = compile_glob(path)
    return sorted(
        name
        for name in names
        if _is_alike(name, word, last)
        and inside.fullmatch(name.rpartition("/")[0])
        and not glob.fullmatch(name)
    )


def beginning_of(path: str) -> str:
    """Return what the names of all objects begin with that may be near a log.

    In one folder they begin with the log's own word; where folders are named after days, the
    numbers of these are left away.
    """
    folder, slash, last = path.rpartition("/")
    fixed = re.split(r"[*?\d]", folder, maxsplit=1)[0]
    if fixed != folder:
        return fixed
    return folder + slash + (re.match(r"[^\W\d_]*", last) or [""])[0]


def with_any_date(folder: str) -> str:
    """Return a folder with a star for each number in it, so that other days are the same folder."""
    return re.sub(r"\d+", "*", folder)


def wider_path(path: str, missed: Sequence[str]) -> str | None:
    """Return a path that takes in the log and what it misses; None where a run could not read it.

    Parameters
    ----------
    missed
        Objects that `near_by` found.
    """
    folder, slash, last = path.rpartition("/")
    others = {name.rpartition("/")[0] for name in missed}
    if others != {folder} or any(format_of(name) is None for name in missed):
        return None
    lasts = [last, *(name.rpartition("/")[2] for name in missed)]
    start = re.sub(r"\d+$", "", re.split(r"[*?]", common_start(lasts), maxsplit=1)[0])
    ends = common_start([name[::-1] for name in lasts])[::-1]
    end = ends[ends.find(".") :] if "." in ends else ""
    if not start or len(start) + len(end) > min(map(len, lasts)):
        return None
    return f"{folder}{slash}{start}*{end}"


def listed_names(names: Sequence[str]) -> str:
    """Return some names, and how many more there are."""
    more = len(names) - _SHOWN
    shown = list(names[:_SHOWN])
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _first_word(last: str) -> str:
    found = re.match(r"[^\W\d_]+", last)
    return found[0].lower() if found else ""


def _is_alike(name: str, word: str, last: str) -> bool:
    own = name.rpartition("/")[2]
    ending = ending_of(own)
    if own[:1] in {".", "_", ""} or ending in NEVER_LOGS or ending in IMAGE_ENDINGS - {""}:
        return False
    if has_word(own, _OTHER_TABLES - {*_words(last)}):
        return False
    if not word:
        return format_of(own) is not None
    return _first_word(own) == word


def _words(last: str) -> list[str]:
    return re.findall(r"[a-z]+", last.lower())
