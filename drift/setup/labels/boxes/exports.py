"""Exports of labelling tools beside a log, told by their content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from drift.setup.image_sets import ending_of
from drift.setup.labels.boxes.guess import TrueBoxSource
from drift.setup.labels.keys import last_part
from drift.setup.log.part_names import grouped
from drift.setup.words import LABEL_WORDS, common_start, has_word
from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectError
from jobs.labels.exports.exported import ExportObject, UnreadableExportError
from jobs.labels.exports.registry import KINDS
from jobs.labels.exports.yolo import is_passed_over

# What programs call exports of boxes.
_EXPORT_WORDS = frozenset(
    {"coco", "instances", "cvat", "datumaro", "labelstudio", "export", "exports", "yolo", "project"}
)
_PREDICTED_WORDS = frozenset({"runs", "detect", "predict", "predicted", "predictions", "results"})
_LARGEST_BYTES = 64 << 20
_GROUPS_READ = 8
_FEWEST_TEXTS = 3
_TEXTS_READ = 5
_BOX_FIELDS = (5, 6)


def find_exports(
    bucket: Bucket, objects: Sequence[ObjectInfo], images: Collection[str], not_labels: set[str]
) -> Iterator[TrueBoxSource]:
    """Yield the exports among the objects of a bucket.

    Parameters
    ----------
    images
        What reports call the log's images.
    not_labels
        Objects that are something else, such as the log.
    """
    others = [one for one in objects if one.name not in not_labels]
    yield from _of_tools(bucket, others)
    yield from _of_yolo(bucket, others, images)


def _of_tools(bucket: Bucket, objects: Sequence[ObjectInfo]) -> Iterator[TrueBoxSource]:
    able = [
        one
        for one in objects
        if ending_of(one.name) in {".json", ".xml"}
        and 0 < one.size_bytes <= _LARGEST_BYTES
        and has_word(one.name, LABEL_WORDS | _EXPORT_WORDS)
    ]
    for group in sorted(grouped(able), key=lambda one: one.path)[:_GROUPS_READ]:
        kind = _kind_of(bucket, group.members[-1].name)
        if kind is not None:
            yield TrueBoxSource(path=group.path, export=kind)


def _kind_of(bucket: Bucket, name: str) -> str | None:
    """Return the kind of an export; None where it is none."""
    try:
        export = ExportObject(name=name, data=bucket.read(name, _LARGEST_BYTES).data)
        return next((kind.name for kind in KINDS if kind.is_one(export)), None)
    except (ObjectError, UnreadableExportError):
        return None


def _of_yolo(
    bucket: Bucket, objects: Sequence[ObjectInfo], images: Collection[str]
) -> Iterator[TrueBoxSource]:
    """Yield the text files that are called like the log's images."""
    stems = {_stem(name) for name in images}
    by_root: Mapping[str, list[str]] = defaultdict(list)
    for one in objects:
        is_text = ending_of(one.name) == ".txt" and not is_passed_over(one.name)
        # Below such folders detectors write what they predict, in the same form.
        is_text &= not has_word(one.name.rpartition("/")[0], _PREDICTED_WORDS)
        if is_text and _stem(one.name) in stems:
            by_root[one.name.partition("/")[0] if "/" in one.name else ""].append(one.name)
    for names in by_root.values():
        if len(names) >= _FEWEST_TEXTS and _are_boxes(bucket, names):
            yield TrueBoxSource(path=_glob_over(names), export="yolo")


def _stem(name: str) -> str:
    return last_part(name).rpartition(".")[0]


def _are_boxes(bucket: Bucket, names: Sequence[str]) -> bool:
    """Tell whether every line of some text files is a class and four numbers, or outlines."""
    lines: list[str] = []
    for name in names[:: max(1, len(names) // _TEXTS_READ)]:
        try:
            text = bucket.read(name, _LARGEST_BYTES).data.decode("utf-8", "replace")
        except ObjectError:
            continue
        lines += [line for line in text.splitlines() if line.strip()]
    return bool(lines) and all(map(_is_box, lines))


def _is_box(line: str) -> bool:
    fields = line.split()
    try:
        numbers = [float(field) for field in fields]
    except ValueError:
        return False
    is_outline = len(fields) > max(_BOX_FIELDS) and len(fields) % 2 == 1
    return (len(fields) in _BOX_FIELDS or is_outline) and numbers[0].is_integer()


def _glob_over(names: Sequence[str]) -> str:
    folders = {name.rpartition("/")[0] for name in names}
    if len(folders) == 1:
        folder = folders.pop()
        return f"{folder}/*.txt" if folder else "*.txt"
    above = common_start(sorted(folders)).rpartition("/")[0]
    return f"{above}/**/*.txt" if above else "**/*.txt"
