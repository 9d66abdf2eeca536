"""Files of models among the objects of a bucket, by their names alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from drift.setup.image_sets import ending_of
from drift.setup.words import REFERENCE_WORDS, has_word, words_of
from jobs.buckets.bucket import ObjectInfo

ENDINGS = (".mar", ".pt2", ".onnx", ".pt", ".pth")
"""Endings of the forms that are read; the one that tells most about its content first."""
_TENSORS_TOO = frozenset({".pt", ".pth"})
_UNREAD = frozenset(
    {".safetensors", ".keras", ".h5", ".hdf5", ".tflite", ".pb", ".mlmodel", ".engine", ".ckpt"}
)
_FOLDERS = frozenset(
    {"model", "models", "modelstore", "weights", "checkpoint", "checkpoints", "archives"}
)
_BEST_WORDS = frozenset({"best", "final", "latest", "current", "production", "prod", "deployed"})
_PARTS_OF_TRAINING = frozenset(
    {"optimizer", "optimiser", "scheduler", "optim", "rng", "scaler", "training", "args"}
)
_NOT_MODELS = REFERENCE_WORDS | {"images", "tensors", "tensor", "data", "embeddings", "features"}
# More .pt files than that in one folder hold a tensor each.
_MOST_IN_A_FOLDER = 50
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundModels:
    """Files that are called like models.

    Attributes
    ----------
    read
        Those of a form that is read, the most likely one first.
    unread
        Names of those of another form, such as ``.h5``.
    """

    read: tuple[ObjectInfo, ...] = ()
    unread: tuple[str, ...] = ()


def find_models(objects: Sequence[ObjectInfo], not_models: Collection[str] = ()) -> FoundModels:
    """Return the objects that are called like models; nothing is read.

    Parameters
    ----------
    objects
        What was seen in the bucket.
    not_models
        Objects that are something else, such as the tensors of the reference.
    """
    fit = [one for one in objects if _is_model(one.name) and one.name not in not_models]
    found = [one for one in _without_tensors(fit) if one.size_bytes]
    unread = [one.name for one in objects if _is_unread(one.name)]
    return FoundModels(read=tuple(sorted(found, key=_rank)), unread=tuple(unread))


def _is_model(name: str) -> bool:
    ending, own = ending_of(name), PurePosixPath(name).stem
    if ending not in ENDINGS or has_word(own, _PARTS_OF_TRAINING):
        return False
    if ending in _TENSORS_TOO:
        return _lies_with_models(name) or not has_word(own, _NOT_MODELS)
    return True


def _is_unread(name: str) -> bool:
    return ending_of(name) in _UNREAD and _lies_with_models(name)


def _lies_with_models(name: str) -> bool:
    """Tell whether one of an object's folders is called like a place for models."""
    return any(has_word(folder, _FOLDERS) for folder in name.split("/")[:-1])


def _without_tensors(found: Iterable[ObjectInfo]) -> list[ObjectInfo]:
    """Leave out folders of very many torch files: each holds an image, or its embedding."""
    by_folder: dict[str, list[ObjectInfo]] = defaultdict(list)
    for one in found:
        is_plain = ending_of(one.name) in _TENSORS_TOO
        by_folder[one.name.rpartition("/")[0] if is_plain else "*"].append(one)
    return [
        one
        for folder, members in by_folder.items()
        if folder == "*" or len(members) <= _MOST_IN_A_FOLDER
        for one in members
    ]


def _rank(one: ObjectInfo) -> tuple[bool, int, bool, float, str]:
    name = PurePosixPath(one.name).stem
    written = one.written or _LONG_AGO
    return (
        not _lies_with_models(one.name),
        ENDINGS.index(ending_of(one.name)),
        _BEST_WORDS.isdisjoint(words_of(name)),
        -(written - _LONG_AGO).total_seconds(),
        one.name,
    )
