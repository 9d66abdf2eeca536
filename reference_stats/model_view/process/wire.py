"""What a run and the model's process say to each other: arrays as they are in memory, and JSON.

Nothing here runs code of the other side: a model that was made to break a program can only lie
about numbers, whose sizes and ranges are checked.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reference_stats.model_view.definition import (
    MOST_WIDTH,
    Preprocessing,
    ViewDefinition,
    definition_from,
)
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.viewer import Explanations, Pictures
from reference_stats.model_view.views import ANSWERS, FAILED, NO_CLASS, ImageViews

OPEN, LOOK, EXPLAIN, OPENED, SEEN, EXPLAINED, REFUSED = b"OLEDSXR"
MOST_TEXT_BYTES = 4 << 20
"""A definition with the names of many classes has a tenth of it."""
_HEAD = struct.Struct("<Id")
_MOST_SIDE = 4096


def pack_request(file: ModelFile, choice: ModelChoice) -> bytes:
    """Return which model is to be opened."""
    paths = {"path": file.path, "code": file.code}
    absolute = {name: path and str(path.absolute()) for name, path in paths.items()}
    said = {"url": file.url, "digest": file.digest, **absolute}
    return json.dumps({"file": said, "choice": asdict(choice)}).encode()


def unpack_request(content: bytes) -> tuple[ModelFile, ModelChoice]:
    """Return the model's file, and what the job file says of it."""
    said = json.loads(content)
    file, choice = said["file"], said["choice"]
    paths = {name: None if file[name] is None else Path(file[name]) for name in ("path", "code")}
    lists = {name: tuple(one) for name, one in choice.items() if isinstance(one, list)}
    return (
        ModelFile(url=file["url"], digest=file["digest"], **paths),
        ModelChoice(**{**choice, **lists}),
    )


def pack_definition(definition: ViewDefinition) -> bytes:
    """Return what an open model is."""
    return json.dumps(asdict(definition)).encode()


def unpack_definition(content: bytes) -> ViewDefinition:
    """Return what an open model is.

    Raises
    ------
    ValueError
        If it is no definition, or one that no model has.
    """
    definition = definition_from(_object(content))
    how = definition.preprocessing
    sides = 0 < how.height <= _MOST_SIDE and 0 < how.width <= _MOST_SIDE
    if not sides or how.channels not in {1, 3} or not 0 < definition.width <= MOST_WIDTH:
        raise ValueError("a definition that no model has")
    return definition


def pack_text(text: str) -> bytes:
    """Return a sentence."""
    return json.dumps({"problem": text}).encode()


def unpack_text(content: bytes) -> str:
    """Return a sentence; raises `ValueError` where it is none."""
    return str(_object(content)["problem"])


def pack_pictures(pictures: Pictures, most_s: float = 0.0) -> tuple[bytes, memoryview]:
    """Return the parts of a message with pictures, and in how many seconds they are explained."""
    flat = np.ascontiguousarray(pictures).reshape(-1)
    return _HEAD.pack(len(pictures), most_s), flat.data


def unpack_pictures(content: bytes, how: Preprocessing) -> tuple[Pictures, float]:
    """Return the pictures of such a message, and the seconds."""
    count, most_s = _HEAD.unpack_from(content)
    flat = np.frombuffer(content, np.uint8, offset=_HEAD.size)
    return flat.reshape(count, how.height, how.width, how.channels), most_s


def pack_views(views: ImageViews) -> tuple[bytes, ...]:
    """Return the parts of an answer: three columns."""
    return (
        views.embeddings.astype("<f2", copy=False).tobytes(),
        views.answers.astype("<f4", copy=False).tobytes(),
        views.classes.astype("<i4", copy=False).tobytes(),
    )


def view_bytes(definition: ViewDefinition) -> int:
    """Return how many bytes an answer has for each picture."""
    return sum(_widths(definition))


def unpack_views(content: bytes, count: int, definition: ViewDefinition) -> ImageViews:
    """Return what a model saw in so many pictures; unknown where it failed.

    Raises
    ------
    ValueError
        If the answer has another size, or holds numbers that no view has.
    """
    if len(content) != count * view_bytes(definition):
        raise ValueError(f"an answer of {len(content)} bytes")
    width, of_answers, _ = (count * one for one in _widths(definition))
    embeddings = np.frombuffer(content[:width], "<f2").reshape(count, definition.width)
    answers = np.frombuffer(content[width : width + of_answers], "<f4")
    classes = np.frombuffer(content[width + of_answers :], "<i4")
    answers = answers.reshape(count, len(ANSWERS))
    seen = np.flatnonzero(classes != FAILED)
    if not np.isfinite(embeddings[seen]).all() or np.isinf(answers[seen]).any():
        raise ValueError("an infinite number")
    of_seen = ImageViews(
        embeddings=embeddings[seen].astype(np.float16, copy=False),
        answers=answers[seen].astype(np.float32, copy=False),
        classes=_checked_classes(classes[seen], definition),
        known=np.ones(len(seen), dtype=np.bool_),
    )
    if len(seen) == count:
        return of_seen
    views = ImageViews.of_failed(count, definition.width)
    views.put(seen, of_seen)
    return views


def pack_explanations(shown: Explanations) -> tuple[bytes, ...]:
    """Return the parts of an answer: how many, then three columns."""
    return (
        _HEAD.pack(len(shown.attributions), 0.0),
        shown.attributions.astype("<f4", copy=False).tobytes(),
        shown.classes.astype("<i4", copy=False).tobytes(),
        shown.confidences.astype("<f4", copy=False).tobytes(),
    )


def explained_bytes(how: Preprocessing, count: int) -> int:
    """Return how many bytes an answer about so many explained pictures has at most."""
    return _HEAD.size + count * (4 * how.height * how.width + 8)


def unpack_explanations(content: bytes, count: int, definition: ViewDefinition) -> Explanations:
    """Return the explanations of at most so many pictures, NaN throughout where one has none.

    Raises
    ------
    ValueError
        As `unpack_views`.
    """
    how = definition.preprocessing
    explained = _HEAD.unpack_from(content)[0] if len(content) >= _HEAD.size else count + 1
    if explained > count or len(content) != explained_bytes(how, explained):
        raise ValueError(f"an answer of {len(content)} bytes")
    size = explained * how.height * how.width
    numbers = np.frombuffer(content, "<f4", size, _HEAD.size)
    classes = np.frombuffer(content, "<i4", explained, _HEAD.size + 4 * size)
    confidences = np.frombuffer(content, "<f4", explained, _HEAD.size + 4 * (size + explained))
    attributions = numbers.astype(np.float32).reshape(explained, how.height, how.width)
    attributions[~np.isfinite(attributions).all(axis=(1, 2))] = np.nan
    return Explanations(
        attributions=attributions,
        classes=_checked_classes(classes, definition),
        confidences=confidences.astype(np.float32),
    )


def _widths(definition: ViewDefinition) -> tuple[int, int, int]:
    return 2 * definition.width, 4 * len(ANSWERS), 4


def _checked_classes(classes: NDArray[np.int32], definition: ViewDefinition) -> NDArray[np.int32]:
    if len(classes) and not NO_CLASS <= classes.min() <= classes.max() < max(definition.classes, 0):
        raise ValueError("a class that the model does not have")
    return classes.astype(np.int32)


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(content)
    except RecursionError as error:
        raise ValueError("no JSON") from error
    if not isinstance(said, dict):
        raise ValueError("no object of JSON")  # noqa: TRY004 - what came is nonsense
    return said
