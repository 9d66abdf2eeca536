"""The program ``drift``: finds the command, and turns its result or error into an exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from drift.cli.process import is_out_of_memory, is_out_of_room, leave, multiply_in_one_thread
from drift.cli.shadowing import find_shadowed
from drift.cli.streams import Output, open_missing_streams
from drift.cli.termination import release_locks, sigterm_raises
from drift.program_log.setup import set_up_logs, tell_failure

if TYPE_CHECKING:
    import click

# ExitCode.USAGE, which cannot be imported while our packages may be hidden.
_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command that the arguments name, and exit with the code for its result."""
    open_missing_streams()
    multiply_in_one_thread()
    set_up_logs(os.environ)
    shadowed = find_shadowed(Path(__file__).resolve().parents[2])
    if shadowed is not None:
        name, place = shadowed
        tell_failure(
            f"drift: {place} hides the package {name!r} of this program. Run from another folder, "
            "use the command `drift`, or set PYTHONSAFEPATH=1.",
            _USAGE,
        )
        sys.exit(_USAGE)
    leave(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: Sequence[str]) -> int:
    import click  # noqa: PLC0415 - nothing of ours or others' before the check for shadowing

    from drift.cli.commands.group import program  # noqa: PLC0415
    from jobs.errors import DriftError, ExitCode, TerminatedError  # noqa: PLC0415

    output = Output()
    try:
        with sigterm_raises():
            code = program.main(list(arguments), prog_name="drift", standalone_mode=False)
            output.finish()
    except click.ClickException as error:
        return _fail(_usage_text(error), error.exit_code)
    except (DriftError, TerminatedError) as error:
        release_locks()
        return _fail(f"drift: {error.message}", error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        release_locks()
        return _fail("drift: interrupted", ExitCode.INTERRUPTED)
    except (Exception, SystemExit) as error:
        # click and rich exit by themselves if the pipe is closed.
        if output.failure is not None:
            return _tell_unwritten(output)
        if isinstance(error, SystemExit):
            raise
        return _tell_unforeseen(error)
    return int(code or 0)


def _tell_unforeseen(error: Exception) -> int:
    from jobs.errors import ExitCode  # noqa: PLC0415

    found = f"{type(error).__name__}: {error}"
    if is_out_of_memory(error):
        return _fail(
            f"drift: there is not enough memory ({found}). Give the run more, or a shorter window.",
            ExitCode.OUT_OF_MEMORY,
        )
    if is_out_of_room(error):
        return _fail(
            f"drift: a disk of this machine is full ({found}). Make room, or let the variable "
            "TMPDIR name another folder.",
            ExitCode.INPUT,
        )
    if _has_lost_its_folder(error):
        return _fail(
            "drift: the working directory was deleted. Change to a folder that is there, and run "
            "again.",
            ExitCode.INPUT,
        )
    return _fail(f"drift: a bug in image-drift, please report it: {found}", ExitCode.BUG, bug=True)


def _has_lost_its_folder(error: Exception) -> bool:
    if not isinstance(error, FileNotFoundError):
        return False
    try:
        Path.cwd()
    except FileNotFoundError:
        return True
    return False


def _fail(message: str, exit_code: int, *, bug: bool = False) -> int:
    tell_failure(message, int(exit_code), bug=bug)
    return int(exit_code)


def _tell_unwritten(output: Output) -> int:
    from jobs.errors import ExitCode  # noqa: PLC0415

    output.discard()
    # A reader that closes the pipe early, as `head` does, has read enough: nothing is reported.
    if output.failure is not None and not isinstance(output.failure, BrokenPipeError):
        problem = output.failure.strerror
        _fail(f"drift: stdout cannot be written to ({problem}). Make room.", ExitCode.OUTPUT)
    return ExitCode.OUTPUT


def _usage_text(error: click.ClickException) -> str:
    """Return click's text on a wrong call: the usage, a hint, and the error."""
    text = io.StringIO()
    error.show(text)
    return text.getvalue().strip()
