"""``drift completion``: the script by which a shell completes ``drift``."""

from __future__ import annotations

import click

_VARIABLE = "_DRIFT_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script by which SHELL completes commands, options, job files and runs.

    For this shell only: eval "$(drift completion bash)", the same with zsh, and
    drift completion fish | source. docs/completion.md says where it goes for good.
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"{shell}: this version of click completes no such shell.")
    program = context.find_root().command
    click.echo(made(program, {}, "drift", _VARIABLE).source())
