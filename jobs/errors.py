"""The error tree: the class of an error fixes the exit code of the program."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from jobs.endpoints import without_known_secrets
from jobs.visible_text import visible


class ExitCode(enum.IntEnum):
    """What the exit status of the program means; every value is used for one thing only."""

    FINISHED = 0
    BUG = 1
    USAGE = 2
    DRIFT = 3
    INCONCLUSIVE = 4
    INPUT = 5
    PUBLISH = 6
    LOCKED = 7
    WORSE = 8
    LATE = 9
    INTERRUPTED = 130
    OUT_OF_MEMORY = 137
    OUTPUT = 141
    TERMINATED = 143


class DriftError(Exception):
    """A failure that the person who runs the job can act on.

    Parameters
    ----------
    message
        What failed, on which thing, what was expected and what to do, in plain sentences. It is on
        one line: what it quotes can neither act on a terminal nor begin a line of its own. Logins
        and keys in the addresses that it names are not shown.
    """

    exit_code: ExitCode = ExitCode.BUG

    def __init__(self, message: str) -> None:
        self.message = visible(without_known_secrets(message))
        super().__init__(self.message)


class UsageError(DriftError):
    """The command was called in a way that cannot work."""

    exit_code = ExitCode.USAGE


class JobFileError(UsageError):
    """The job file has faults; all of them are named at once.

    Parameters
    ----------
    source
        The job file as the user named it.
    faults
        One sentence per fault, each with key, value, expectation and suggestion.
    """

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        self.source = source
        self.faults = tuple(visible(without_known_secrets(fault)) for fault in faults)
        lines = [f"{visible(source)}: {fault}" for fault in self.faults]
        super().__init__("; ".join(lines))
        self.message = "\n".join(lines)

    def __reduce__(self) -> tuple[type[JobFileError], tuple[str, tuple[str, ...]]]:
        return type(self), (self.source, self.faults)


class ProfileDefinitionError(UsageError):
    """A profile was made with another definition of a feature than this version computes."""


class InputError(DriftError):
    """An input could not be reached or read."""

    exit_code = ExitCode.INPUT


class PublishError(DriftError):
    """The report could not be published."""

    exit_code = ExitCode.PUBLISH


class LockedError(DriftError):
    """Another run of the job holds the lock."""

    exit_code = ExitCode.LOCKED


class TerminatedError(BaseException):
    """The run was ended by SIGTERM.

    Like `KeyboardInterrupt` it is no `Exception`: it can arrive inside any library, and many catch
    every exception there.

    Parameters
    ----------
    message
        What was ended and what that means.
    """

    exit_code = ExitCode.TERMINATED

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ObjectError(InputError):
    """Something about one object in a bucket.

    Parameters
    ----------
    url
        The full URL of the object.
    problem
        What is wrong with it and what to do.
    """

    def __init__(self, url: str, problem: str) -> None:
        self.url = url
        self.problem = problem
        super().__init__(f"{url}: {problem}")

    def __reduce__(self) -> tuple[type[ObjectError], tuple[object, ...]]:
        return type(self), (self.url, self.problem)


class ModelError(InputError):
    """The model of ``[model]`` cannot be opened, or failed while it looked at images.

    Parameters
    ----------
    model
        The model as the job file names it.
    problem
        What is wrong with it, what was expected, and what to do.
    """

    def __init__(self, model: str, problem: str) -> None:
        self.model = model
        self.problem = problem
        super().__init__(f"{model}: {problem}")

    def __reduce__(self) -> tuple[type[ModelError], tuple[object, ...]]:
        return type(self), (self.model, self.problem)


class ObjectMissingError(ObjectError):
    """There is no object of that name."""


class ColumnMissingError(ObjectError):
    """A table has no column of a name that the job file uses.

    Parameters
    ----------
    url
        The full URL of the object.
    problem
        What is wrong with it and what to do.
    column
        The column that is not there.
    """

    def __init__(self, url: str, problem: str, column: str) -> None:
        super().__init__(url, problem)
        self.column = column

    def __reduce__(self) -> tuple[type[ColumnMissingError], tuple[str, str, str]]:
        return type(self), (self.url, self.problem, self.column)


class TooManyRowsError(ObjectError):
    """A window of the log holds more rows than `window.most_rows`.

    Parameters
    ----------
    url
        The full URL of the object in which the last of them was met.
    found
        How many rows there were when reading ended; the log may hold more.
    most
        What was allowed.
    """

    def __init__(self, url: str, found: int, most: int) -> None:
        self.found = found
        self.most = most
        super().__init__(
            url,
            f"the window holds {found:,} rows or more up to here, and the rest of the log was not "
            f"read. Expected at most {most:,} (window.most_rows). Take a shorter window "
            "(window.last; reference.window for a reference), or raise window.most_rows and give "
            "the run more memory.",
        )

    def __reduce__(self) -> tuple[type[ObjectError], tuple[object, ...]]:
        return type(self), (self.url, self.found, self.most)


class TooManyBoxesError(TooManyRowsError):
    """The rows of a window hold more boxes than `window.most_rows`; arguments as of its base."""

    def __init__(self, url: str, found: int, most: int) -> None:
        self.found = found
        self.most = most
        ObjectError.__init__(
            self,
            url,
            f"the window's rows hold {found:,} boxes, each of which is kept as a row. Expected at "
            f"most {most:,} (window.most_rows). Take a shorter window (window.last; "
            "reference.window for a reference), or raise window.most_rows and give the run more "
            "memory.",
        )


class TooManyObjectsError(ObjectError):
    """A window needs more small objects of the log than `predictions.most_objects`.

    Parameters
    ----------
    url
        The log's path as a URL.
    found
        How many it needs, or needs at least.
    most
        What was allowed.
    """

    def __init__(self, url: str, found: int, most: int) -> None:
        self.found = found
        self.most = most
        super().__init__(
            url,
            f"the window needs {found:,} small objects. Expected at most {most:,} "
            "(predictions.most_objects). Pack them: let what writes them, or a scheduled job, put "
            "the objects of an hour or a day one a line into one object that ends in .jsonl; or "
            "name them by day, such as requests/2025-03-04/..., so that only those of the window "
            "are fetched.",
        )

    def __reduce__(self) -> tuple[type[ObjectError], tuple[object, ...]]:
        return type(self), (self.url, self.found, self.most)


class ObjectTooLargeError(ObjectError):
    """An object is larger than the call allowed; no more of it than that was held.

    Parameters
    ----------
    url
        The full URL of the object.
    size_bytes
        Its size, or as much of it as had come; more than `most_bytes`.
    most_bytes
        What was allowed.
    version
        The object's version; empty where it was not known yet.
    """

    def __init__(self, url: str, size_bytes: int, most_bytes: int, version: str) -> None:
        self.size_bytes = size_bytes
        self.most_bytes = most_bytes
        self.version = version
        super().__init__(url, f"it has {size_bytes} bytes or more; {most_bytes} are allowed.")

    def __reduce__(self) -> tuple[type[ObjectError], tuple[object, ...]]:
        return type(self), (self.url, self.size_bytes, self.most_bytes, self.version)


class ObjectExistsError(ObjectError):
    """An object of that name is there already, and the call was to create it."""


class ObjectChangedError(ObjectError):
    """The object is not the version that the call was to replace."""


class BucketAccessError(ObjectError):
    """The store refused or could not be reached, after all retries."""


class ImagesRefusedError(BucketAccessError):
    """A bucket refused every image that it was asked for first."""


class UnsafeNameError(ObjectError):
    """The name would leave the folder that the bucket was opened on, or is no name at all."""
