"""Runs the command in processes of its own that have all imports behind them.

A process that was started afresh spends most of its time on importing Evidently. This one does
that once and forks for each command: arguments, environment, folder, streams, signals and the end
of the process are real, the way from ``python -m drift`` to the imports is not, nor is that of its
decoding processes to theirs (`tests.support.forked_decoders`).
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from typing import Any

PACKAGES = ("jobs", "reference_stats", "reports", "drift")
# A program, which does something when it is imported, and what is heavy and seldom needed.
NOT_AHEAD = ("drift.__main__", "reports.metrics.otlp", "reference_stats.profiles.from_tensors")


def import_all() -> None:
    """Import whatever a command may, and what that imports when it is first used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in PACKAGES:
            package = importlib.import_module(name)
            for module in pkgutil.walk_packages(package.__path__, f"{name}."):
                if module.name not in NOT_AHEAD:
                    # Some need what only some installations have; who asks for these is told.
                    with contextlib.suppress(ModuleNotFoundError):
                        importlib.import_module(module.name)
        _rehearse()
    gc.freeze()


def _rehearse() -> None:
    """Do what takes longer the first time: machine code, templates and Plotly's own imports."""
    from drift.comparison.compare import compare  # noqa: PLC0415 - imported ahead
    from drift.evidently.report import render  # noqa: PLC0415
    from jobs.job_file.job import DetectionSettings  # noqa: PLC0415
    from reference_stats.extraction.warm_up import warm_up  # noqa: PLC0415
    from reports.pages.page import _environment  # noqa: PLC0415
    from tests.support.columns import classes, lined_up, numeric  # noqa: PLC0415

    warm_up()
    environment = _environment()
    for name in environment.list_templates(extensions=["j2"]):
        environment.get_template(name)
    values = [float(value) for value in range(40)]
    columns = [numeric("x", values, values), classes("y", ["a", "b"] * 20, ["a", "b"] * 20)]
    found = compare(lined_up(*columns), DetectionSettings()).findings
    render(columns, {one.name: one for one in found})


def become_command(request: dict[str, Any]) -> None:
    """Be a process that was started for one command: run it and end."""
    os.setsid()
    for descriptor, path in enumerate((os.devnull, request["stdout"], request["stderr"])):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC if descriptor else os.O_RDONLY
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["cwd"])
    sys.argv = ["drift", *request["arguments"]]

    tempfile.tempdir = None

    from drift.cli.program import main  # noqa: PLC0415 - imported ahead
    from tests.support.forked_decoders import fork_decoders  # noqa: PLC0415

    fork_decoders()

    try:
        main()
    except SystemExit as end:
        # Taking four thousand modules apart takes longer than most commands.
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(end.code or 0))


def serve(prepare: Callable[[dict[str, Any]], None] | None = None) -> None:
    """Read a request per line, answer with the process's id, then with how it ended.

    What `prepare` does with a request is done in the forked process, before it is the command.
    """
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    import_all()
    print(json.dumps("ready"), file=answers)
    for line in requests:
        process = os.fork()
        if not process:
            requests.close()
            answers.close()
            request = json.loads(line)
            if prepare is not None:
                prepare(request)
            become_command(request)
        print(json.dumps(process), file=answers)
        _process, status = os.waitpid(process, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), file=answers)


if __name__ == "__main__":
    serve()
