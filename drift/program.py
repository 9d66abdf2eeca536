"""The program ``drift``: finds the command, and turns whatever happens into an exit code."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from drift.shadowing import find_shadowed

# ExitCode.USAGE, which cannot be imported while our packages may be hidden.
_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command that the arguments name and exit with the code that its end stands for."""
    shadowed = find_shadowed(Path(__file__).resolve().parent.parent)
    if shadowed is not None:
        name, place = shadowed
        print(  # noqa: T201 - the one clear line
            f"drift: {place} hides the package {name!r} of this program. Run from another folder, "
            "use the command `drift`, or set PYTHONSAFEPATH=1.",
            file=sys.stderr,
        )
        sys.exit(_USAGE)
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: Sequence[str]) -> int:
    import click  # noqa: PLC0415 - nothing of ours or others' before the check for shadowing

    from drift.commands.group import program  # noqa: PLC0415
    from jobs.errors import DriftError, ExitCode, TerminatedError  # noqa: PLC0415

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code = program.main(list(arguments), prog_name="drift", standalone_mode=False)
    except click.ClickException as error:
        error.show(sys.stderr)
        return error.exit_code
    except (DriftError, TerminatedError) as error:
        print(f"drift: {error.message}", file=sys.stderr)  # noqa: T201 - the one clear line
        return int(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        print("drift: interrupted", file=sys.stderr)  # noqa: T201
        return int(ExitCode.INTERRUPTED)
    return int(code or 0)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    from jobs.errors import TerminatedError  # noqa: PLC0415

    raise TerminatedError("ended by SIGTERM; run it again: a repeated run replaces what it wrote.")
