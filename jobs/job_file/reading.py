"""Reading a job file: TOML and the environment in, a checked `Job` or all of its faults out."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from jobs.endpoints import without_secrets
from jobs.errors import JobFileError
from jobs.job_file.job import Job

ENVIRONMENT_PREFIX = "DRIFT__"
_LONGEST_VALUE = 200

# Keys that hold a path or a URL.
_FOLDERS = (
    ("bucket", "url"),
    ("evidently", "workspace"),
    ("metrics", "textfile"),
    ("model", "path"),
)
# Any other path of a model is an object of the bucket.
_HERE = ("./", "../", "~/")

# What pydantic calls a fault, in words for the person who mends it.
_EXPECTED = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": 'a list such as ["gs://uploads/"]',
    "model_type": "a table",
    "time_delta_type": 'a number followed by m, h, d or w, such as "7d"',
    "time_delta_parsing": 'a number followed by m, h, d or w, such as "7d"',
    "string_too_short": "a text that is not empty",
}


def load_job(path: Path, environment: Mapping[str, str]) -> Job:
    """Return the job that a TOML file and the environment describe.

    A variable such as ``DRIFT__WINDOW__LAST=1d`` overrides the key ``window.last``; lists are
    written as JSON. A relative folder in ``bucket.url`` and ``evidently.workspace``, and a
    ``model.path`` that begins with a dot, are taken from the job file's own folder.

    Parameters
    ----------
    path
        The job file.
    environment
        The environment variables.

    Raises
    ------
    JobFileError
        With one sentence for every fault: a file that cannot be read, text that is not TOML,
        unknown keys with the nearest known one, values of the wrong kind, required keys missing.
    """
    tables = _read_toml(path)
    overridden = _override(tables, environment)
    if isinstance(overridden, list):
        raise JobFileError(str(path), overridden)
    faults = _anchor_folders(overridden, path)
    if faults:
        raise JobFileError(str(path), faults)
    try:
        return Job.model_validate(overridden).read_from(path.name)
    except ValidationError as error:
        sources = _variables_by_key(environment)
        faults = [_describe(fault, sources) for fault in error.errors()]
        raise JobFileError(str(path), list(dict.fromkeys(faults))) from None


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        problem = "there is no such file. Expected a job file in TOML; see docs/job-file.md."
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})."
    except UnicodeDecodeError:
        problem = "the file is not UTF-8 text. Save it as UTF-8."
    except (ValueError, RecursionError) as error:
        problem = f"the file is not TOML: {error}."
    raise JobFileError(str(path), [problem])


def _variables_by_key(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        ".".join(_key_parts(name)): name
        for name in environment
        if name.startswith(ENVIRONMENT_PREFIX)
    }


def _key_parts(variable: str) -> list[str]:
    return variable.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")


def _override(
    tables: dict[str, object], environment: Mapping[str, str]
) -> dict[str, object] | list[str]:
    """Lay the environment over the file; return faults where a variable runs through a value."""
    faults = []
    for name in sorted(environment):
        if not name.startswith(ENVIRONMENT_PREFIX):
            continue
        *parents, last = _key_parts(name)
        table: object = tables
        for parent in parents:
            table = table.setdefault(parent, {}) if isinstance(table, dict) else None
        if isinstance(table, dict):
            table[last] = _parse_variable(environment[name])
        else:
            faults.append(
                f"the environment variable {name} names a key below one that is no table."
            )
    return faults or tables


def _parse_variable(text: str) -> object:
    """Return a list where the text is one; pydantic reads numbers and truth values itself."""
    if not text.lstrip().startswith("["):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _anchor_folders(tables: Mapping[str, object], path: Path) -> list[str]:
    """Make relative folders absolute, from the job file's folder; return faults."""
    faults = []
    for name, key in _FOLDERS:
        table = tables.get(name)
        folder = table.get(key) if isinstance(table, dict) else None
        if not isinstance(table, dict) or not isinstance(folder, str) or not folder:
            continue
        if "\0" in folder:
            faults.append(f"{name}.{key} holds a NUL character. Expected a path or a URL.")
        elif "://" not in folder and (name != "model" or folder.startswith(_HERE)):
            table[key] = str((path.parent / Path(folder).expanduser()).resolve())
    return faults


def _describe(fault: ErrorDetails, sources: Mapping[str, str]) -> str:
    location = tuple(str(part) for part in fault["loc"])
    key = printable(".".join(location))
    variable = sources.get(key) or _variable_below(key, sources)
    shown = f"the environment variable {variable} ({key})" if variable else key
    if fault["type"] == "extra_forbidden":
        return f"{shown} is not a known key.{_suggestion(location)}"
    if fault["type"] == "missing":
        return f"{shown} is missing. Add it; docs/job-file.md says what it means."
    if not location:
        return _expected(fault)
    if isinstance(fault["input"], dict):
        return f"{shown}: expected {_expected(fault)}."
    if _may_be_secret(location):
        return (
            f"{shown} holds something else than expected, not shown here because it may be "
            f"secret. Expected {_expected(fault)}."
        )
    value = without_secrets(json.dumps(fault["input"], default=str))
    if len(value) > _LONGEST_VALUE:
        value = f"{value[:_LONGEST_VALUE]}... ({len(value)} characters)"
    return f"{shown} is {value}. Expected {_expected(fault)}."


def printable(text: str) -> str:
    """Return a text whose control characters are written as escapes."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def _may_be_secret(location: tuple[str, ...]) -> bool:
    """Tell whether a key, or one below it, is kept out of the job's own repr.

    What stands there in error need not look like a URL, so that no pattern finds the login in it.
    """
    inner: type[BaseModel] | None = Job
    field = None
    for part in location:
        field = None if inner is None else inner.model_fields.get(part)
        inner = None if field is None else _model_in(field.annotation)
    below = () if inner is None else inner.model_fields.values()
    return any(not one.repr for one in (field, *below) if one is not None)


def _variable_below(key: str, sources: Mapping[str, str]) -> str | None:
    """Return the variable that made a table of this name, if one did."""
    below = (name for path, name in sources.items() if path.startswith(f"{key}."))
    return next(below, None)


def _expected(fault: ErrorDetails) -> str:
    if fault["type"] in _EXPECTED:
        return _EXPECTED[fault["type"]]
    message = fault["msg"].removeprefix("Value error, ")
    for prefix in ("Input should be ", "Expected "):
        message = message.removeprefix(prefix)
    return message


def _suggestion(location: tuple[str, ...]) -> str:
    known = tuple(_keys_of(Job, location[:-1]))
    near = get_close_matches(location[-1], known, n=1)
    if near:
        return f" Did you mean {'.'.join((*location[:-1], near[0]))}?"
    elsewhere = [key for key in _all_keys(Job) if key.rpartition(".")[2] == location[-1]]
    if elsewhere:
        return f" Did you mean {elsewhere[0]}?"
    return f" Known here: {', '.join(known)}."


def _keys_of(model: type[BaseModel], path: tuple[str, ...]) -> Iterable[str]:
    for part in path:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        inner = _model_in(annotation)
        if inner is None:
            return ()
        model = inner
    return model.model_fields


def _model_in(annotation: object) -> type[BaseModel] | None:
    candidates = (annotation, *getattr(annotation, "__args__", ()))
    for candidate in candidates:
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _all_keys(model: type[BaseModel], prefix: str = "") -> Iterable[str]:
    for name, field in model.model_fields.items():
        inner = _model_in(field.annotation)
        if inner is None:
            yield prefix + name
        else:
            yield from _all_keys(inner, f"{prefix}{name}.")
