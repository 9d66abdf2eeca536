"""True boxes beside a detector's log: which objects hold them, and what joins them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drift.setup.columns.boxes.guess import BoxGuess
from drift.setup.labels.beside import (
    BesideLog,
    log_keys,
    name_objects,
    other_tables,
    unjoined,
    unjoined_key,
)
from drift.setup.labels.boxes.exports import find_exports
from drift.setup.labels.boxes.format_of_log import (
    formats_by_truths,
    said_format,
    share_of,
    told_by_truths,
)
from drift.setup.labels.boxes.guess import (
    BoxLabelsGuess,
    FoundBoxLabels,
    MetFormat,
    TrueBoxSource,
)
from drift.setup.labels.boxes.joining import JoinedLabels, join_source
from drift.setup.labels.boxes.sampled import SampledBoxes, sampled_boxes
from drift.setup.labels.boxes.tables import TrueBoxTable, box_tables
from drift.setup.labels.guess import Unjoined
from drift.setup.labels.joins import LogKeys
from drift.setup.labels.keys import KeyColumn, last_part
from jobs.boxes.formats import BoxOrder
from jobs.predictions.selection.object_names import compile_glob

_TABLES_TOLD = 3
# What exports call the image, in the words of COCO.
_KEY_OF_EXPORTS = "file_name"
_FEWEST_JOINED = 3
_FEWEST_MET = 0.2
_TIMES = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTrueBoxes:
    """What was found, and the log's boxes in the format that the true ones tell."""

    found: FoundBoxLabels
    boxes: BoxGuess


@dataclass(frozen=True, slots=True)
class _Tried:
    source: TrueBoxSource
    sampled: SampledBoxes
    labels: JoinedLabels


def find_box_labels(beside: BesideLog, boxes: BoxGuess) -> FoundTrueBoxes:
    """Return the true boxes that join with most images of the log, and its boxes' format.

    A bucket without objects that are called like labels, like exports, or like the log's images
    with the ending of YOLO's text files, is asked for nothing more.
    """
    keys = log_keys(beside)
    own = {info.name for info in beside.log.family.members} | set(beside.not_labels)
    images = {name for name in keys.images if name}
    exports = list(find_exports(beside.bucket, beside.seen.objects, images, own))
    in_exports = [compile_glob(one.path) for one in exports]
    others = [
        one
        for one in other_tables(beside)
        if not any(glob.fullmatch(one.family.members[0].name) for glob in in_exports)
    ]
    tables = list(box_tables(iter(others), keys, _classes_of(beside, boxes)))
    sources = [*(one.source for one in tables if one.source is not None), *exports]
    read = [one for source in sources if (one := _try(beside, boxes, keys, source)) is not None]
    tried = [one for one in read if one.labels.labelled >= _FEWEST_JOINED]
    if not tried:
        return FoundTrueBoxes(
            found=FoundBoxLabels(unjoined=tuple(_lost(beside, tables, read, keys))), boxes=boxes
        )
    tried.sort(key=lambda one: (-one.labels.labelled, one.source.path))
    if tried[0].source.doubt and not boxes.doubt:
        tried[0] = _by_predicted(beside, boxes, keys, tried[0])
    return _chosen(tried, boxes)


def _by_predicted(beside: BesideLog, boxes: BoxGuess, keys: LogKeys, tried: _Tried) -> _Tried:
    """Read true boxes in the order in which predicted boxes, whose order is known, meet most."""
    columns = tried.source.boxes
    if columns is None:
        return tried
    said = said_format(boxes)
    met: list[tuple[float, _Tried]] = []
    for order in (BoxOrder.XYXY, BoxOrder.YXYX, BoxOrder.XYWH, BoxOrder.CXCYWH):
        other = columns.model_copy(update={"format": order.value})
        one = _try(beside, boxes, keys, replace(tried.source, boxes=other, doubt=""))
        if one is not None:
            agreements = formats_by_truths(one.sampled, one.labels)
            met.append((share_of(agreements, said), one))
    met.sort(key=lambda one: -one[0])
    if len(met) > 1 and met[0][0] >= max(_FEWEST_MET, _TIMES * met[1][0]):
        return met[0][1]
    return tried


def _classes_of(beside: BesideLog, boxes: BoxGuess) -> list[str]:
    """Return the classes that the detector answers with."""
    found = sampled_boxes(beside.log, boxes.settings, (), None)
    return [name for name in found.detected.classes.unique().to_pylist() if name is not None]


def _try(beside: BesideLog, boxes: BoxGuess, keys: LogKeys, source: TrueBoxSource) -> _Tried | None:
    """Read some labels and join them; None where none can be read."""
    known = beside.log.guesses.id
    id_column = source.log_id or (known.column if known is not None else None)
    sampled = sampled_boxes(beside.log, boxes.settings, keys.images, id_column)
    joined = join_source(beside.bucket, source, sampled.detected, beside.log.guesses.day_first)
    if joined is None:
        return None
    return _Tried(source, sampled, joined)


def _chosen(tried: Sequence[_Tried], boxes: BoxGuess) -> FoundTrueBoxes:
    first, *rest = tried
    agreements = formats_by_truths(first.sampled, first.labels)
    told = told_by_truths(boxes, agreements)
    strange, share = first.labels.strange_classes(first.sampled.detected)
    met = None
    if agreements:
        best = agreements[0]
        met = MetFormat(box_format=best.box_format, share=best.share)
    labels = BoxLabelsGuess(
        source=first.source,
        labelled=first.labels.labelled,
        rows=len(first.sampled.detected),
        by=first.labels.by,
        met=met,
        strange=strange,
        strange_share=share,
        others=tuple(dict.fromkeys(one.source.path for one in rest)),
    )
    return FoundTrueBoxes(found=FoundBoxLabels(labels=labels), boxes=told)


def _lost(
    beside: BesideLog, tables: Sequence[TrueBoxTable], read: Sequence[_Tried], log: LogKeys
) -> list[Unjoined]:
    """Return the objects that look like true boxes and name no image of the log."""
    names = frozenset(map(last_part, beside.seen.names))
    told = [
        unjoined(one.candidate, one.keys, log, is_named=True)
        for one in tables
        if not any(name_objects(key, names) for key in one.keys)
    ]
    for one in read:
        texts = one.labels.read.by_image["key"].tolist()
        key = KeyColumn(column=_KEY_OF_EXPORTS, source=_KEY_OF_EXPORTS, texts=texts)
        if one.source.export is not None and not name_objects(key, names):
            told.append(unjoined_key(one.source.path, key, log))
    return [one for one in told if one is not None][:_TABLES_TOLD]
