"""The reference of all commands as Markdown, for docs/commands.md."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from drift.cli.commands.group import program
from jobs.errors import ExitCode

_INTRODUCTION = """\
# Commands

For everybody who calls `drift` by hand, in a scheduler or in a script: every command with its
options, and what each exit code means and asks for. `drift COMMAND --help` prints the same.

This page is made from the code: `python -m docs_site.commands_page > docs/commands.md`.

"""
_EXIT_CODES = """
## Exit codes

A scheduler that retries on failure never retries because of drift: without `--exit-code` a run that
found drift ends with 0.

| code | meaning | what to do |
|---:|---|---|
"""
_MEANINGS = {
    0: (
        "the run finished and its report is published, **whatever the verdict**",
        "nothing",
    ),
    1: (
        "a bug",
        "report it with the traceback from the log",
    ),
    2: (
        "the options, the job file, or a profile of another feature definition",
        "read the message; a retry cannot help",
    ),
    3: (
        "drift, only with `--exit-code`",
        "look at the report",
    ),
    4: (
        "inconclusive, only with `--exit-code`",
        "look at the report",
    ),
    5: (
        (
            "an input could not be reached or read, a window has more rows than "
            "`window.most_rows`, or the job seems to have been "
            "[renamed](operations.md#renaming-a-job)"
        ),
        "look at the object that the message names",
    ),
    6: (
        "the report could not be published",
        "check the rights on `reports.path`, run again",
    ),
    7: (
        "another run of the job holds the lock",
        "wait for it; a lock left by a killed run runs out by itself in little more than a minute",
    ),
    8: (
        (
            "steady, but labels say that the model has become worse, only with `--exit-code`; "
            "drift (3) and inconclusive (4) go before"
        ),
        "look at the report, and at [model quality](model-quality.md)",
    ),
    9: (
        (
            "a job has not run when it should have; only from "
            "[`drift status`](operations.md#has-every-job-run)"
        ),
        "see the last line of its log, or why the scheduler did not start it",
    ),
    130: (
        "interrupted at the keyboard",
        "run again",
    ),
    137: (
        (
            "there was not enough memory: the system gave no more, or killed the run (which then "
            "says nothing)"
        ),
        "give it more, or a shorter window",
    ),
    141: (
        "stdout was closed, as by `head`, or is full",
        "nothing, or make room; a run had published its report before",
    ),
    143: (
        "ended by SIGTERM",
        "run again",
    ),
}


def commands_reference() -> str:
    """Return the page as Markdown."""
    commands = list(_leaves(program, click.Context(program, info_name="drift")))
    overview = "| command | what it does |\n|---|---|\n" + "".join(
        f"| [`{context.command_path}`](#{_anchor(context)}) | {_first_line(command)} |\n"
        for command, context in commands
    )
    sections = "".join(_section(command, context) for command, context in commands)
    codes = "".join(f"| {one.value} | {' | '.join(_MEANINGS[one])} |\n" for one in sorted(ExitCode))
    return _INTRODUCTION + overview + _EXIT_CODES + codes + sections


def _leaves(
    group: click.Group, context: click.Context
) -> Iterator[tuple[click.Command, click.Context]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _leaves(command, inner)
        else:
            yield command, inner


def _anchor(context: click.Context) -> str:
    return context.command_path.replace(" ", "-")


def _first_line(command: click.Command) -> str:
    return " ".join(_help(command).partition("\n\n")[0].split()).replace("|", "\\|")


def _help(command: click.Command) -> str:
    # click marks paragraphs that it shall not wrap with a backspace.
    return inspect.cleandoc(command.help or "").replace("\b\n", "")


def _section(command: click.Command, context: click.Context) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    records = [
        record
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option)
        and "--help" not in parameter.opts
        and (record := parameter.get_help_record(context)) is not None
    ]
    text = f"\n## {context.command_path}\n\n```text\n{usage}\n```\n\n{_help(command)}\n"
    if not records:
        return text
    rows = "".join(f"| `{name}` | {meaning} |\n" for name, meaning in records)
    return f"{text}\n| option | meaning |\n|---|---|\n{rows}"


if __name__ == "__main__":
    print(commands_reference(), end="")
