"""``report.json``: the findings for programs, the same bytes for the same findings."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
import numbers
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from importlib import resources
from typing import cast

from jobs.visible_text import escaped_json
from reports.findings.run import RunFindings

REPORT_KEYS = (
    "schema_version",
    "job",
    "job_file",
    "run_id",
    "generated_at",
    "versions",
    "timings",
    "history_digest",
    "job_settings",
    "window",
    "assumed_timezone",
    "verdict",
    "summary",
    "headline",
    "named",
    "affected",
    "affected_table",
    "warnings",
    "remarks",
    "observed",
    "images",
    "compared_images",
    "log",
    "log_times",
    "serving",
    "profile",
    "false_alarm_rate",
    "smallest_effect",
    "minimum_effect",
    "images_needed",
    "basis",
    "baseline",
    "level",
    "episode",
    "features",
    "predictions",
    "numbers",
    "view",
    "multivariate",
    "segments",
    "segment_scan",
    "onset",
    "segment_tests",
    "trend",
    "quality",
    "model_quality",
    "offenders",
    "boxes",
    "grown_class",
    "model_view",
    "evidence",
    "notification",
    "quality_notification",
)
"""The order of the keys at the top of the report; everything below is in the order of its type."""


def report_json(findings: RunFindings) -> bytes:
    """Return ``report.json``: UTF-8, two spaces of indent, a newline at the end.

    Floats are written so that they read back as the same number; NaN and infinities become null.
    Mappings are sorted by key, so that the order in which reasons were counted does not show. A
    lone surrogate in a file name is written as its JSON escape.
    """
    report = {key: plain(getattr(findings, key)) for key in REPORT_KEYS}
    return json_bytes(report)


def report_schema() -> dict[str, object]:
    """Return the JSON Schema (2020-12) of ``report.json`` that ships with the package."""
    schema = resources.files("reports.json_report").joinpath("report.schema.json")
    text = schema.read_text(encoding="utf-8")
    return cast("dict[str, object]", json.loads(text))


def json_bytes(value: object) -> bytes:
    """Return plain JSON types as indented UTF-8 text with a newline at its end."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    return escaped_json(text).encode()


def plain(value: object) -> object:
    """Return `value` as JSON types: frozen types as objects, numbers that are not finite as None.

    Raises
    ------
    TypeError
        For a value that JSON cannot hold.
    """
    # Strings and floats are nearly all of a long history; asking for abstract types takes longer.
    if value is None or isinstance(value, bool) or type(value) is str:
        return value
    if type(value) is float:
        return value if math.isfinite(value) else None
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, numbers.Real):
        return _plain_number(value)
    return _plain_container(value)


def _plain_number(value: numbers.Real) -> int | float | None:
    if isinstance(value, numbers.Integral):
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else None


def _plain_container(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, AbstractSet):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [plain(item) for item in value]
    raise TypeError(f"a {type(value).__name__} has no place in a report: {value!r}")
