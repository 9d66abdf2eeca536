"""Which task of which array this process is, as options or the environment say it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

from drift.run_request import RunOptions
from jobs.errors import UsageError
from jobs.job_file.job import Job

_INDEX, _COUNT, _EXECUTION = (
    "CLOUD_RUN_TASK_INDEX",
    "CLOUD_RUN_TASK_COUNT",
    "CLOUD_RUN_EXECUTION",
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_TASK = re.compile(r"(\d{1,6})/(\d{1,6})", re.ASCII)
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayTask:
    """One task of an array job.

    Attributes
    ----------
    index
        Its number, from 0.
    count
        How many tasks the array has.
    execution
        The name of the execution; empty where it follows from the run.
    """

    index: int
    count: int
    execution: str = ""

    def __str__(self) -> str:
        """Return it as the option is written."""
        return f"{self.index}/{self.count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastStep:
    """The step that does the run of an execution whose tasks are done.

    Attributes
    ----------
    execution
        As of `ArrayTask`.
    """

    execution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedArray:
    """What the command line says of an array.

    Attributes
    ----------
    task
        ``--task``, such as ``0/4``.
    collect
        ``--collect``.
    execution
        ``--execution``.
    """

    task: str | None = None
    collect: bool = False
    execution: str | None = None

    @property
    def options(self) -> list[str]:
        """The options that were given."""
        given = {
            "--task": self.task is not None,
            "--collect": self.collect,
            "--execution": self.execution is not None,
        }
        return [name for name, is_given in given.items() if is_given]


def part_of_array(
    job: Job, asked: AskedArray, options: RunOptions, environment: Mapping[str, str]
) -> ArrayTask | LastStep | None:
    """Return which part of an array this process does; None for a whole run.

    Parameters
    ----------
    environment
        Cloud Run sets in it which task of which execution a process is. An array of one task, as
        every ordinary Cloud Run Job is, counts only where the option names it.

    Raises
    ------
    UsageError
        If the options or the environment contradict each other or the job file.
    """
    given = asked.options
    if job.execution.engine != "tasks":
        if given:
            raise UsageError(
                f'{given[0]}: expected execution.engine = "tasks" in the job file (found: '
                f'"{job.execution.engine}").'
            )
        return None
    part = _part(asked, environment)
    if part is not None and options.dry_run:
        raise UsageError(
            "--dry-run: a task of an array writes what it measured. Expected it without --task and "
            "--collect, and outside of an array."
        )
    if part is None:
        logger.info(
            'execution.engine is "tasks", and this process is no task of an array: this machine '
            "measures all images"
        )
    return part


def _part(asked: AskedArray, environment: Mapping[str, str]) -> ArrayTask | LastStep | None:
    name = checked_name(asked.execution or "")
    if asked.collect:
        if asked.task is not None:
            raise UsageError("--task and --collect: expected at most one of them.")
        return LastStep(execution=name)
    if asked.task is not None:
        index, count = _task_of(asked.task)
    else:
        index, count = _task_of_environment(environment)
        if count <= 1:
            if name:
                raise UsageError("--execution: expected --task or --collect with it.")
            return None
    name = name or checked_name(environment.get(_EXECUTION, ""))
    return ArrayTask(index=index, count=count, execution=name)


def _task_of(text: str) -> tuple[int, int]:
    found = _TASK.fullmatch(text)
    if found is None or int(found[1]) >= int(found[2]):
        raise UsageError(
            f"--task: {text!r}. Expected the number of the task, from 0, and how many there are, "
            "such as 0/4 to 3/4."
        )
    return int(found[1]), int(found[2])


def _task_of_environment(environment: Mapping[str, str]) -> tuple[int, int]:
    """Return the task that Cloud Run says this process is; 0 of 1 outside of it."""
    index, count = environment.get(_INDEX, "0"), environment.get(_COUNT, "1")
    are_numbers = _NUMBER.fullmatch(index) and _NUMBER.fullmatch(count)
    if not are_numbers or int(index) >= int(count):
        raise UsageError(
            f"{_INDEX} is {index!r} and {_COUNT} is {count!r}. Expected two numbers, the first "
            "from 0 on and less than the second."
        )
    return int(index), int(count)


def checked_name(name: str) -> str:
    """Return the name of an execution; empty stays empty.

    Raises
    ------
    UsageError
        If it cannot be the name of a folder.
    """
    if name and not _NAME.fullmatch(name):
        raise UsageError(
            f"the execution is called {name!r}. Expected at most 128 letters, digits, dots, "
            "hyphens and underscores, the first one a letter or a digit."
        )
    return name
