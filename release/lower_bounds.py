"""Try the oldest versions that pyproject.toml allows: ``python -m release.lower_bounds FOLDER``.

Installs the lowest allowed version of each dependency, as uv resolves them, into a new environment
in FOLDER, and runs ``drift demo`` and tests there. torch, and the embedder that needs it, take no
part: their builds have several gigabytes, and which one is wanted depends on the machine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from release.contents import ROOT
from release.trial import run_demo

EXTRAS = ("demo", "onnx", "s3", "dask", "otlp")
# What the tests themselves need. They are no dependencies of a user, so that the newest will do.
TEST_TOOLS = (
    "aiosmtpd",
    "hypothesis",
    "jsonschema",
    "pytest",
    "pytest-cov",
    "pytest-timeout",
    "pytest-xdist",
)
# Features, statistics, job files, logs, pages, messages and metrics; the demo uses the rest.
TESTS = (
    "tests/reference_stats/test_pixel_sums.py",
    "tests/reference_stats/test_feature_relations.py",
    "tests/drift/comparison/permutation",
    "tests/drift/comparison/segments",
    "tests/jobs/job_file",
    "tests/jobs/predictions/selection",
    "tests/reports/metrics",
    "tests/reports/pages",
    "tests/reports/telling",
)


def requirements_at_lower_bounds(uv: Path, folder: Path) -> Path:
    """Write the lowest allowed versions, and the newest of what these need, to a file."""
    written = folder / "lowest.txt"
    extras: list[str | Path] = [part for extra in EXTRAS for part in ("--extra", extra)]
    resolution = ("--resolution", "lowest-direct", "--no-annotate", "--no-header")
    _run(
        [uv, "pip", "compile", "--quiet", *resolution, *extras, "-o", written, "pyproject.toml"],
    )
    return written


def environment_at_lower_bounds(uv: Path, folder: Path, lowest: Path) -> Path:
    """Install these versions, the checkout and the tools of tests; return the environment."""
    environment = folder / "environment"
    into: list[str | Path] = [
        uv,
        "pip",
        "install",
        "--quiet",
        "--python",
        environment / "bin/python",
    ]
    _run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, environment])
    _run([*into, "--requirement", lowest])
    _run([*into, "--constraint", lowest, *TEST_TOOLS])
    _run([*into, "--no-deps", "--editable", "."])
    return environment


def _run(command: Sequence[str | Path]) -> None:
    """Run a command in the checkout; end with its output where it fails."""
    own = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=ROOT, env=own, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the environment, print its versions, and run the demo and the tests in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--uv", type=Path, default=ROOT / ".venv-dist/bin/uv")
    options = parser.parse_args(arguments)
    folder = options.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    lowest = requirements_at_lower_bounds(options.uv, folder)
    print(lowest.read_text(encoding="utf-8"))
    environment = environment_at_lower_bounds(options.uv, folder, lowest)
    programs = environment / "bin"
    fast = ("-q", "-m", "not slow", "--no-cov", "-p", "no:cacheprovider")
    _run([programs / "python", "-m", "pytest", *fast, *TESTS])
    run_demo(environment, folder)


if __name__ == "__main__":
    main()
