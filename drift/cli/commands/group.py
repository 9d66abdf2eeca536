"""The group of subcommands: each is a module ``drift.cli.commands.<name>`` with a ``command``."""

from __future__ import annotations

import importlib
from typing import cast

import click

from drift.cli.commands.registry import COMMANDS


class LazyGroup(click.Group):
    """A group that imports a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order of the registry."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, or None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"drift.cli.commands.{cmd_name}")
        return cast("click.Command", module.command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 finished, whatever the verdict; 1 a bug; 2 usage or job file; "
    "3 drift and 4 inconclusive, only with --exit-code; 5 an input could not be read; "
    "6 the report could not be published; 7 another run holds the lock; "
    "8 steady, but labels say that the model is worse, only with --exit-code; "
    "9 a job has not run when it should have, only from drift status; "
    "143 ended by SIGTERM.",
)
@click.version_option(package_name="image-drift")
def program() -> None:
    """Tell whether today's images still look like the ones that the model was made for."""
