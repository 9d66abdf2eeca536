"""A record as it is stored: one line of JSON, and the same read with nothing taken on trust."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from drift.days.blocks import Block, BlockRecord
from drift.days.records.measured.frequent_values import MOST_VALUES, is_name
from drift.days.records.stored.packed_sums import PackedValues, WholeBlock
from drift.days.sums import BothSums, ColumnSums, FamilySums
from drift.run_request import as_text
from jobs.visible_text import escaped_json

VERSION = 3
"""Records of the first version, which know no segments, are read too, and those of the second one,
which know no model's view: records without a view are still written so."""
_WITHOUT_VIEW = 2
# About ten times what a record of a hundred columns takes, and what its segments may take.
LARGEST_RECORD_BYTES = 4_000_000
# The values with most images go first.
_MOST_SEGMENT_BYTES = 1_000_000
_LARGEST = 1e300


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRecord:
    """An object that is no record of its block.

    Attributes
    ----------
    reason
        What is wrong with it, as the end of a sentence.
    is_newer
        Whether a newer version wrote it, so that nothing is wrong with it.
    """

    reason: str
    is_newer: bool = False


class _UnfitError(ValueError):
    """A part of a document is not what it should be."""


def record_bytes(record: BlockRecord) -> bytes:
    """Return a record as one line of JSON; equal records are equal bytes."""
    document: dict[str, object] = {
        "version": _WITHOUT_VIEW if record.view is None else VERSION,
        "start": as_text(record.block.start),
        "end": as_text(record.block.end),
        "rows": record.rows,
        "images": record.images,
        "refused": record.refused,
        "logged": record.logged,
        "features": _family(record.features),
        "predictions": _family(record.predictions),
        "segments": _segments(record),
    }
    if record.view is not None:
        document["view"] = {"id": record.view_id, **_family(record.view)}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return escaped_json(text).encode()


def parse_record(
    data: bytes, block: Block, view_id: str = "", *, with_view: bool = True
) -> BlockRecord | BrokenRecord:
    """Return the record of a block, or what is wrong with it.

    Parameters
    ----------
    data
        The content of its object.
    block
        The block that its name tells.
    view_id
        Which model's view its name says that it holds; empty for none.
    with_view
        Whether that view is told: without it the record is one of what was measured alone.
    """
    try:
        document = json.loads(data)
        if isinstance(document, dict) and _is_newer(document.get("version")):
            reason = f"it has version {document['version']}, and this program reads {VERSION}"
            return BrokenRecord(reason=reason, is_newer=True)
        record = _record(_table(document, "the record"), block, with_view=with_view)
        if record.view_id != view_id:
            raise _UnfitError("its view is not the one that its name tells")
        return record if with_view else replace(record, view=None, view_id="")
    except RecursionError:
        return BrokenRecord(reason="its JSON is nested too deeply")
    except ValueError as error:
        return BrokenRecord(reason=str(error)[:200])


def _is_newer(version: object) -> bool:
    return isinstance(version, int) and version > VERSION


def _family(sums: FamilySums) -> dict[str, object]:
    return {
        "images": sums.images,
        "effective": sums.effective,
        "columns": {
            name: [one.known, _bounded(one.total), _bounded(one.squares), one.above, one.below]
            for name, one in sorted(sums.columns.items())
        },
        "scores": {
            key: [one[0], _bounded(one[1]), _bounded(one[2])]
            for key, one in sorted(sums.scores.items())
        },
        "classes": {
            name: dict(sorted(shares.items())) for name, shares in sorted(sums.classes.items())
        },
    }


def _segments(record: BlockRecord) -> dict[str, dict[str, str]]:
    whole = WholeBlock(record.sums)
    every = [
        (-sums.features.images, name, value, sums)
        for name, values in record.segments.items()
        for value, sums in values.items()
    ]
    kept: dict[str, dict[str, str]] = {name: {} for name in sorted(record.segments)}
    size = 0
    for _, name, value, sums in sorted(every, key=lambda one: one[:3]):
        text = whole.packed(sums)
        size += len(text)
        if size > _MOST_SEGMENT_BYTES:
            break
        kept[name][value] = text
    return kept


def _bounded(number: float) -> float:
    """Return a number that JSON can hold: a log may write 1e200 for a confidence."""
    return max(-_LARGEST, min(number, _LARGEST)) if number == number else 0.0  # noqa: PLR0124 - NaN


def _record(document: Mapping[str, object], block: Block, *, with_view: bool) -> BlockRecord:
    version = _count(document, "version")
    if not 1 <= version <= VERSION:
        raise _UnfitError(f"its version is not 1 to {VERSION}")
    for edge, moment in (("start", block.start), ("end", block.end)):
        if document.get(edge) != as_text(moment):
            raise _UnfitError(f"its {edge} is not the one that its name tells")
    counts = {name: _count(document, name) for name in ("rows", "images", "refused", "logged")}
    has_view = "view" in document
    both = BothSums(
        features=_sums(document, "features"),
        predictions=_sums(document, "predictions"),
        view=_sums(document, "view") if has_view else None,
    )
    return BlockRecord(
        block=block,
        rows=counts["rows"],
        images=counts["images"],
        refused=counts["refused"],
        logged=counts["logged"],
        features=both.features,
        predictions=both.predictions,
        segments={} if version == 1 else _values_of_segments(document, both, with_view=with_view),
        view=both.view,
        view_id=_view_id(document) if has_view else "",
    )


def _view_id(document: Mapping[str, object]) -> str:
    said = _table(document.get("view"), "view").get("id")
    if not isinstance(said, str):
        raise _UnfitError("the id of its view is no text")
    return said


def _values_of_segments(
    document: Mapping[str, object], both: BothSums, *, with_view: bool
) -> dict[str, Mapping[str, BothSums]]:
    whole = WholeBlock(both)
    return {
        name: PackedValues(_texts(values, name), whole, with_view=with_view)
        for name, values in _table(document.get("segments"), "segments").items()
    }


def _texts(values: object, name: str) -> dict[str, str]:
    table = _table(values, name)
    texts = {value: text for value, text in table.items() if isinstance(text, str)}
    if len(texts) < len(table) or len(texts) > MOST_VALUES or not all(map(is_name, texts)):
        raise _UnfitError(f"the values of {name[:80]!r} are not those of a segment")
    return texts


def _sums(document: Mapping[str, object], family: str) -> FamilySums:
    table = _table(document.get(family), family)
    images = _count(table, "images")
    effective = _number(table.get("effective"), "effective", least=0.0)
    if effective > images * (1 + 1e-9):
        raise _UnfitError(f"{family} are worth more images than there are")
    classes = _table(table.get("classes"), "classes")
    return FamilySums(
        images=images,
        effective=effective,
        columns={
            name: ColumnSums(
                known=int(one[0]),
                total=one[1],
                squares=one[2],
                above=int(one[3]),
                below=int(one[4]),
            )
            for name, one in _rows(table, "columns", (0, 3, 4), images)
        },
        scores={
            name: (int(one[0]), one[1], one[2])
            for name, one in _rows(table, "scores", (0,), images)
        },
        classes={
            name: {
                label: _number(share, name, least=0.0)
                for label, share in _table(shares, name).items()
            }
            for name, shares in classes.items()
        },
    )


def _rows(
    table: Mapping[str, object], part: str, counts: tuple[int, ...], images: int
) -> Iterable[tuple[str, list[float]]]:
    """Yield the numbers of each name: counts of at most `images`, a sum and one of squares."""
    length = 3 + len(counts) - 1
    for name, given in _table(table.get(part), part).items():
        if not isinstance(given, list) or len(given) != length:
            raise _UnfitError(f"{part} of {name[:80]!r} are not {length} numbers")
        numbers = [_number(one, name) for one in given]
        wrong = any(not 0 <= numbers[at] <= images or numbers[at] % 1 for at in counts)
        if wrong or numbers[2] < 0:
            raise _UnfitError(f"{part} of {name[:80]!r} cannot be sums over {images} images")
        yield name, numbers


def _table(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _UnfitError(f"{what[:80]!r} is no JSON object")
    return cast("dict[str, object]", value)


def _count(table: Mapping[str, object], name: str) -> int:
    value = table.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise _UnfitError(f"{name} is no count")
    return value


def _number(value: object, what: str, least: float = -math.inf) -> float:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if (
        not plain
        or not -_LARGEST <= cast("float", value) <= _LARGEST
        or cast("float", value) < least
    ):
        raise _UnfitError(f"a number of {what[:80]!r} is none, or out of range")
    return float(cast("float", value))
