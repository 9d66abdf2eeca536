"""The JSON Schema of the job file, made from the model so that it is never out of date.

``python -m jobs.job_file.editors.schema > docs/job.schema.json`` writes it anew after a change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema

from jobs.job_file.job import Job
from jobs.times.windows import format_duration

DIALECT = "http://json-schema.org/draft-07/schema#"
_DEFINITIONS = "$defs"
# What only a reader of Python needs: class names, and names of keys made into words.
_LEFT_OUT = frozenset({"title", _DEFINITIONS})


class JobFileSchema(GenerateJsonSchema):
    """Says what a job file may hold as TOML has it, not as Python does."""

    def encode_default(self, dft: object) -> object:
        """Return a default as it is written in a job file."""
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def job_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 7) of a job file.

    It holds no references, as some editors do not follow them everywhere. What depends on several
    keys, such as that a window has either `last` or `rows`, is not in it: `drift check` says that.
    Required keys that come from the environment are missing in the eyes of an editor.
    """
    made = Job.model_json_schema(schema_generator=JobFileSchema)
    whole = _plain(made, cast("dict[str, Any]", made[_DEFINITIONS]))
    return {"$schema": DIALECT, "title": "image-drift: the job file", **whole}


def schema_text() -> str:
    """Return the schema as the text of a file."""
    return json.dumps(job_schema(), indent=2, ensure_ascii=False) + "\n"


def schema_line(name: str) -> str:
    """Return the first line of a job file that tells editors of a schema in the same folder."""
    return f"#:schema ./{name}\n"


def _plain(schema: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without references, unset defaults and choices of nothing."""
    if "$ref" in schema:
        table = tables[str(schema["$ref"]).rpartition("/")[2]]
        further = {name: one for name, one in schema.items() if name not in {"$ref", "default"}}
        return _plain({**table, **further}, tables)
    found = {name: one for name, one in schema.items() if name not in _LEFT_OUT}
    if found.get("default", ()) is None:
        del found["default"]
    if "description" in found:
        found["description"] = " ".join(str(found["description"]).split())
    if "properties" in found:
        found["properties"] = {key: _plain(one, tables) for key, one in found["properties"].items()}
    if "prefixItems" in found:
        # Draft 7 does not know it; all of them are of one kind.
        found["items"] = found.pop("prefixItems")[0]
    if isinstance(found.get("items"), dict):
        found["items"] = _plain(found["items"], tables)
    return _without_nothing(found, tables)


def _without_nothing(schema: dict[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return a choice without null, which TOML lacks; a choice of one thing is that thing."""
    choices = [_plain(one, tables) for one in schema.pop("anyOf", ())]
    choices = [one for one in choices if one.get("type") != "null"]
    if len(choices) == 1:
        return {**choices[0], **schema}
    return {**schema, "anyOf": choices} if choices else schema


if __name__ == "__main__":
    print(schema_text(), end="")  # noqa: T201 - a file for the shell to redirect
