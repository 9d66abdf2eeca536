"""``docs/report-schema.md``: the JSON Schema of the report as a page for people.

``python -m reports.json_report.schema_page docs/report-schema.md`` writes it anew after a change.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from reports.json_report.report import report_schema

_HEAD = """# report.json

For programs that read what a run found, and for the people who write them.

Each run writes `report.json` beside its page, and `latest.json` is a copy of the newest one.
The JSON Schema (2020-12) `reports/json_report/report.schema.json` ships with the package;
`reports.json_report.report.report_schema()` returns it. This page is made from it.
"""


def schema_page() -> str:
    """Return the schema as Markdown: one table for the report, one for each type in it."""
    schema = cast("dict[str, Any]", report_schema())
    parts = [_HEAD, f"{schema['description']}\n", *_table("The report", schema)]
    for name, definition in schema["$defs"].items():
        parts += _table(name, definition)
    return "\n".join(parts)


def _table(title: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {title}\n"
    if title != "The report":
        yield f"{schema['description']}\n"
    yield "| Key | Type | Meaning |\n|---|---|---|"
    yield from _lines("", schema["properties"])
    yield ""


def _lines(prefix: str, properties: Mapping[str, Any]) -> Iterator[str]:
    for key, schema in properties.items():
        yield f"| `{prefix}{key}` | {_kind(schema)} | {schema['description']}{_choices(schema)} |"
        yield from _lines(f"{prefix}{key}.", schema.get("properties", {}))


def _kind(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    kind = schema.get("type", "any")
    if kind == "array":
        return f"array of {_kind(schema['items'])}"
    if kind == "object" and "additionalProperties" in schema:
        return f"object of {_kind(schema['additionalProperties'])}"
    return kind if isinstance(kind, str) else " or ".join(kind)


def _choices(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return f" Always `{schema['const']}`."
    values = schema.get("enum", [])
    return f" One of {', '.join(f'`{value}`' for value in values)}." if values else ""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_page(), encoding="utf-8")
