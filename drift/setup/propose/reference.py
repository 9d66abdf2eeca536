"""What could be the reference: images the log does not name, a feature table, tensors, the past."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from drift.setup.columns.classes import FEATURE_NAMES
from drift.setup.image_sets import Folder
from drift.setup.words import DERIVED_WORDS, REFERENCE_WORDS, has_word, words_of
from jobs.buckets.bucket import ObjectInfo
from reports.words.numbers import counted

FEWEST_IMAGES = 20
# A reference may hold so many of the images that the log names.
MOST_NAMED = 0.02
_FEWEST_UNNAMED = 50
_FEWEST_FEATURES = 3
_FEWEST_COPIES = 5
_WEIGHTS = frozenset(
    {
        "model",
        "models",
        "weights",
        "checkpoint",
        "ckpt",
        "state",
        "best",
        "last",
        "epoch",
        "optimizer",
    }
)
# Which set of images stands best for what the model was made for.
_BEST_FIRST = ("reference", "baseline", "golden", "train", "training", "val", "validation", "test")


class ReferenceKind(enum.StrEnum):
    """The key of ``[reference]``."""

    IMAGES = "images"
    FEATURES = "features"
    TENSORS = "tensors"
    LOG = "log"
    """The rows of a log or table, in a job without images."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceGuess:
    """One possible reference.

    Attributes
    ----------
    kind
        Its key in the job file.
    path
        The prefix or the object.
    because
        Why, in plain words.
    size
        How many images or rows, as far as was seen.
    is_sure
        Whether its name says what it is.
    """

    kind: ReferenceKind
    path: str
    because: str
    size: int
    is_sure: bool

    def without(self, copies: int) -> ReferenceGuess:
        """Return the guess without images that look like copies of others."""
        size = self.size - copies
        because = f"{size:,} images that the log does not name, without {copies:,} likely copies"
        return replace(self, size=size, because=because)


def propose_references(
    folders: Sequence[Folder],
    tables: Mapping[str, tuple[tuple[str, ...], int]],
    objects: Sequence[ObjectInfo],
    live: Sequence[str],
    copies: Sequence[frozenset[str]] = (),
) -> list[ReferenceGuess]:
    """Return every possible reference, the best first.

    Parameters
    ----------
    folders
        The folders of images.
    tables
        Columns and rows by the name of a table.
    objects
        What lies in the bucket.
    live
        The folders that the log's own images lie in, with slashes at their ends.
    copies
        Sets of objects to which the log's rows lead as well, such as the images in another size.
    """
    folders = [one for one in folders if is_named_as_reference(one) or not _holds(one, copies)]
    found = [
        *_image_prefixes(folders, live),
        *_feature_tables(tables),
        *_tensor_files(objects),
    ]
    return sorted(found, key=_rank)


def small_references(folders: Sequence[Folder]) -> list[ReferenceGuess]:
    """Return the folders that are called like a reference and hold some images, but few."""
    named = [
        one
        for one in folders
        if one.prefix
        and not one.named
        and one.images < FEWEST_IMAGES
        and is_named_as_reference(one)
    ]
    found = [
        ReferenceGuess(
            kind=ReferenceKind.IMAGES,
            path=one.prefix,
            because=f"{counted(one.images, 'image')} that the log does not name",
            size=one.images,
            is_sure=True,
        )
        for one in _outermost(named, ())
    ]
    return sorted(found, key=_rank)


def _rank(guess: ReferenceGuess) -> tuple[bool, int, int, int, str]:
    kinds = list(ReferenceKind)
    return (
        not guess.is_sure, kinds.index(guess.kind), _place_by_name(guess.path), -guess.size,
        guess.path,
    )  # fmt: skip


def _place_by_name(path: str) -> int:
    words = words_of(path)
    places = [place for place, word in enumerate(_BEST_FIRST) if word in words]
    return min(places, default=len(_BEST_FIRST))


def _image_prefixes(folders: Sequence[Folder], live: Sequence[str]) -> list[ReferenceGuess]:
    """Return the outermost folders that are named like a reference, then others beside them."""
    unnamed = [one for one in folders if one.prefix and one.named <= MOST_NAMED * one.images]
    by_name = _outermost(
        [one for one in unnamed if is_named_as_reference(one) and one.images >= FEWEST_IMAGES], ()
    )
    rest = [
        one
        for one in unnamed
        if one.images >= _FEWEST_UNNAMED
        and not has_word(one.prefix, DERIVED_WORDS)
        and not any(one.prefix.startswith(folder) for folder in live)
        and not any(named.prefix.startswith(one.prefix) for named in by_name)
    ]
    return [
        ReferenceGuess(
            kind=ReferenceKind.IMAGES,
            path=one.prefix,
            because=f"{one.images:,} images that the log does not name",
            size=one.images,
            is_sure=one in by_name,
        )
        for one in [*by_name, *_outermost(rest, by_name)]
    ]


def _outermost(folders: Sequence[Folder], above: Sequence[Folder]) -> list[Folder]:
    found: list[Folder] = []
    for folder in folders:
        if not any(folder.prefix.startswith(one.prefix) for one in [*above, *found]):
            found.append(folder)
    return found


def is_named_as_reference(folder: Folder) -> bool:
    """Tell whether a folder is called like a reference, such as ``train``."""
    return has_word(folder.prefix.rstrip("/").rpartition("/")[2], REFERENCE_WORDS)


def _holds(folder: Folder, copies: Sequence[frozenset[str]]) -> bool:
    """Tell whether a folder holds a set of copies: more of them than a chance."""
    return any(
        sum(name.startswith(folder.prefix) for name in copy) >= _FEWEST_COPIES for copy in copies
    )


def _feature_tables(
    tables: Mapping[str, tuple[tuple[str, ...], int]],
) -> list[ReferenceGuess]:
    found = []
    for name, (columns, rows) in tables.items():
        known = [column for column in columns if column in FEATURE_NAMES]
        if len(known) >= _FEWEST_FEATURES and rows >= FEWEST_IMAGES:
            found.append(
                ReferenceGuess(
                    kind=ReferenceKind.FEATURES,
                    path=name,
                    because=f"a table of {rows:,} rows with {', '.join(known[:4])}"
                    + (" and more" if len(known) > 4 else ""),
                    size=rows,
                    is_sure=True,
                )
            )
    return found


def _tensor_files(objects: Sequence[ObjectInfo]) -> list[ReferenceGuess]:
    found = []
    for one in objects:
        name = one.name.rpartition("/")[2]
        if not re.search(r"\.pth?$", name) or has_word(name, _WEIGHTS):
            continue
        if has_word(name, REFERENCE_WORDS | {"images", "tensors", "tensor", "data"}):
            found.append(
                ReferenceGuess(
                    kind=ReferenceKind.TENSORS,
                    path=one.name,
                    because=f"a torch file of {one.size_bytes:,} bytes, not looked into",
                    size=0,
                    is_sure=has_word(name, REFERENCE_WORDS),
                )
            )
    return found
