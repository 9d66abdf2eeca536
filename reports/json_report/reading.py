"""``report.json`` read back as the findings that it was made from."""

from __future__ import annotations

import dataclasses
import enum
import functools
import json
import types
import typing
from collections.abc import Mapping
from typing import Any, cast

from reports.findings.run import RunFindings


class NoReportError(ValueError):
    """A document is no report, or lacks what every report has; the text says where."""


def read_findings(data: bytes) -> RunFindings:
    """Return the findings of a ``report.json``.

    Reports of older versions lack keys: those have their defaults then. Keys that this version does
    not know are left out.

    Raises
    ------
    NoReportError
        If the text is no JSON, or a key that has no default is missing or of another kind.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NoReportError(f"it is no JSON ({error})") from None
    return cast("RunFindings", _value(RunFindings, document, "report"))


def _value(kind: Any, found: object, place: str) -> object:  # noqa: ANN401 - any annotation
    """Return a JSON value as what an annotation says."""
    origin = typing.get_origin(kind)
    if origin in {types.UnionType, typing.Union}:
        return _of_union(typing.get_args(kind), found, place)
    if origin is tuple:
        return _tuple(typing.get_args(kind), found, place)
    if origin in {dict, Mapping}:
        name, inner = typing.get_args(kind)
        return {
            _value(name, key, place): _value(inner, one, f"{place}.{key}")
            for key, one in _of_kind(found, dict, place).items()
        }
    if dataclasses.is_dataclass(kind):
        return _object(cast("type", kind), _of_kind(found, dict, place), place)
    return _plain_value(kind, found, place)


def _of_union(kinds: tuple[Any, ...], found: object, place: str) -> object:
    if found is None and types.NoneType in kinds:
        return None
    (kind,) = (one for one in kinds if one is not types.NoneType)
    return _value(kind, found, place)


def _tuple(kinds: tuple[Any, ...], found: object, place: str) -> tuple[object, ...]:
    items = _of_kind(found, list, place)
    each = (kinds[0],) * len(items) if kinds[1:] == (Ellipsis,) else kinds
    if len(each) != len(items):
        raise NoReportError(f"{place} has {len(items)} values, not {len(each)}")
    return tuple(
        _value(kind, one, f"{place}.{number}")
        for number, (kind, one) in enumerate(zip(each, items, strict=True))
    )


def _object(kind: type, found: Mapping[str, object], place: str) -> object:
    hints, values = _hints(kind), {}
    for field in dataclasses.fields(cast("Any", kind)):
        if field.name in found:
            values[field.name] = _value(
                hints[field.name], found[field.name], f"{place}.{field.name}"
            )
        elif _is_required(field):
            raise NoReportError(f"{place}.{field.name} is missing")
    return kind(**values)


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is field.default_factory is dataclasses.MISSING


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _plain_value(kind: Any, found: object, place: str) -> object:  # noqa: ANN401
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        try:
            return kind(found)
        except ValueError:
            raise NoReportError(f"{place} is {found!r}, which this version does not know") from None
    if kind is float and isinstance(found, int):
        # A whole number may have been written without its point; it stays one.
        return found
    return _of_kind(found, kind, place)


def _of_kind(found: object, kind: Any, place: str) -> Any:  # noqa: ANN401
    if kind is object or isinstance(found, kind):
        return found
    raise NoReportError(f"{place} is {found!r:.80}, not {kind.__name__}")
