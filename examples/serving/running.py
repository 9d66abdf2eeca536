"""How an example starts and ends: its settings, its failures, and signals in between."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_ENDED_BY = (signal.SIGTERM, signal.SIGHUP)


class ExampleError(RuntimeError):
    """An example cannot go on, or did not show what it is there to show; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where an example writes, and which environment its server runs in.

    Attributes
    ----------
    folder
        Left behind to be looked at; what was there before is removed.
    programs
        The environment's folder of programs.
    """

    folder: Path
    programs: Path


def run_example(name: str, description: str, go: Callable[[Settings], None]) -> None:
    """Run an example as a program of its own, which leaves no server behind when it is ended.

    Parameters
    ----------
    name
        What its folder is called.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--folder", type=Path, default=ROOT / "serving_bucket" / name)
    parser.add_argument("--programs", type=Path, default=ROOT / ".venv-serving" / "bin")
    options = parser.parse_args()
    end_by_exceptions()
    try:
        check_programs(options.programs)
        shutil.rmtree(options.folder, ignore_errors=True)
        options.folder.mkdir(parents=True)
        go(Settings(folder=options.folder.resolve(), programs=options.programs.absolute()))
    except ExampleError as error:
        sys.exit(str(error))


def end_by_exceptions() -> None:
    """Make signals that end the process raise `SystemExit`, so that servers are ended first."""
    for number in _ENDED_BY:
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))


def check_programs(programs: Path) -> None:
    """Raise `ExampleError` where the servers' environment is not there."""
    for name in ("torchserve", "torch-model-archiver", "uvicorn"):
        if not (programs / name).exists():
            raise ExampleError(
                f"There is no {name} in {programs}. Run `make torchserve`, which installs it."
            )
