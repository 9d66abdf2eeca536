"""The reference page of the job file, made from the model so that it is never out of date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from jobs.job_file.job import Job
from jobs.times.windows import format_duration

_INTRODUCTION = """\
# The job file

For looking a key up: `drift init` writes a job file with the few that are needed.

One TOML file says what to watch. Unknown keys are refused with the nearest known one, and all
faults are reported at once. Every value can also come from the environment:
`DRIFT__WINDOW__LAST=1d` sets `window.last`; lists are written as JSON. A relative `bucket.url` is
taken from the job file's own folder. There are no keys for credentials: the cloud's default
credentials are used, and for `s3://` the usual chain of AWS (`AWS_PROFILE`, a role, a web
identity). Where a store of one's own speaks S3, `AWS_ENDPOINT_URL` names it; see
[operations.md](operations.md#s3-and-what-speaks-it).

## In an editor

`drift init URL --schema` writes `job.schema.json` beside the job file and names it in the file's
first line:

```toml
#:schema ./job.schema.json
```

Editors then complete keys, show what each means and its default, and mark unknown ones: VS Code
with the extension Even Better TOML, and any editor with the language server taplo; `taplo lint
JOB.toml` checks a file without an editor. Nothing has to be set there. For a job file that is there
already, `drift schema > job.schema.json` writes the schema, and you add the line; write it again
after an upgrade. What several keys are together, and what is in the bucket, only
`drift check JOB.toml` can say. [job.schema.json](job.schema.json) is the schema of this version.

## Every key

This page is made from the code: `python -m jobs.job_file.reference_page > docs/job-file.md`.

| key | kind | default | meaning |
|---|---|---|---|
"""
_KINDS = {str: "text", int: "whole number", float: "number", bool: "true or false"}


def job_reference() -> str:
    """Return the page as Markdown."""
    rows = [
        f"| `{key}` | {_kind(field.annotation)} | {_default(field)} | {_meaning(field)} |"
        for key, field in _keys(Job)
    ]
    return _INTRODUCTION + "\n".join(rows) + "\n"


def job_keys() -> tuple[str, ...]:
    """Return every key of the job file as it is written in messages, such as ``window.last``."""
    return tuple(key for key, _ in _keys(Job))


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        inner = _table(field.annotation)
        if inner is None:
            yield prefix + name, field
        else:
            yield from _keys(inner, f"{prefix}{name}.")


def _table(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any annotation
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _kind(annotation: Any) -> str:  # noqa: ANN401
    for kind in (annotation, *get_args(annotation)):
        if get_origin(kind) is Literal:
            return " or ".join(f"`{value}`" for value in get_args(kind))
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0])
    if annotation is timedelta or timedelta in get_args(annotation):
        return "length of time"
    if "dict" in str(annotation):
        return "list or table" if "tuple" in str(annotation) else "table"
    if "tuple" in str(annotation):
        return "list"
    inner = [_without_check(kind) for kind in (annotation, *get_args(annotation))]
    plain = [kind for kind in inner if kind in _KINDS]
    return _KINDS[plain[0]] if plain else "length of time"


def _without_check(annotation: Any) -> Any:  # noqa: ANN401
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if default is None or default in ((), {}):
        return "unset"
    if isinstance(default, timedelta):
        return f'`"{format_duration(default)}"`'
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default}`"


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    print(job_reference(), end="")  # noqa: T201 - a page for the shell to redirect
