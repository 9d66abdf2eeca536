"""How a process starts and ends: imports in the background, and what becomes of those that fail."""

import gc
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drift.cli.process import few_collections, import_ahead
from jobs.errors import ExitCode
from tests.support.command import JOB_FILE, ROOT, WITH_EVIDENTLY, drift
from tests.support.worlds import make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bucket with one day of few images, and its job file."""
    folder = tmp_path_factory.mktemp("process")
    make_world(folder / "bucket", lights=(1.0,), requests=12, references=20)
    (folder / "job.toml").write_text(JOB_FILE, encoding="utf-8")
    return folder


@pytest.fixture
def own_world(world: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(world, tmp_path / "world"))


def with_evidently(folder: Path, code: str) -> str:
    """Return a search path on which Evidently is `code`."""
    (folder / "stand-in").mkdir()
    (folder / "stand-in" / "evidently.py").write_text(code, encoding="utf-8")
    return f"{folder / 'stand-in'}:{ROOT}"


def test_an_import_that_fails_is_told_once_and_where_it_is_used(own_world: Path):
    path = with_evidently(own_world, "raise ImportError('broken on purpose')\n")
    done = drift(
        "run", "job.toml", "--until", "2025-03-04", cwd=own_world, PYTHONPATH=path, **WITH_EVIDENTLY
    )
    assert done.returncode == 1
    assert "a bug in image-drift, please report it: ImportError: broken on purpose" in done.stderr
    assert "the thread" not in done.stderr
    assert "in render" in done.stderr


def test_a_run_that_fails_does_not_wait_for_the_import(own_world: Path):
    (own_world / "bucket" / "predictions_log.csv").unlink()
    path = with_evidently(own_world, "import time\ntime.sleep(90)\n")
    started = time.monotonic()
    done = drift(
        "run", "job.toml", "--until", "2025-03-04", cwd=own_world, PYTHONPATH=path, **WITH_EVIDENTLY
    )
    assert done.returncode == 5, done.stderr
    assert "predictions_log.csv" in done.stderr
    assert time.monotonic() - started < 60


def test_a_dry_run_does_not_import_evidently(own_world: Path):
    path = with_evidently(own_world, "import os\nos._exit(77)\n")
    command = ("run", "job.toml", "--until", "2025-03-04", "--dry-run")
    done = drift(*command, cwd=own_world, PYTHONPATH=path, **WITH_EVIDENTLY)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def loading() -> Iterator[threading.Event]:
    """Imports something in the background that takes until the event is set."""
    go_on = threading.Event()
    import_ahead(go_on.wait)
    yield go_on
    go_on.set()


def test_garbage_is_seldom_looked_for_while_something_is_imported_and_as_usual_later(
    loading: threading.Event,
):
    usual = gc.get_threshold()
    wait_until(lambda: gc.get_threshold()[0] > 10_000)
    loading.set()
    wait_until(lambda: gc.get_threshold()[0] < 10_000)
    assert gc.get_threshold()[1:] == usual[1:]


def wait_until(reached) -> None:
    gives_up_at = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < gives_up_at
        time.sleep(0.01)


def test_an_error_within_leaves_the_usual_threshold():
    usual = gc.get_threshold()
    with pytest.raises(KeyError), few_collections():
        raise KeyError(sys.version)
    assert gc.get_threshold() == usual


@pytest.mark.parametrize(("said", "threads"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "2"}, "2")])
def test_matrices_are_multiplied_in_one_thread_unless_somebody_says_otherwise(
    said: dict[str, str], threads: str
):
    code = """
import contextlib, io, sys
from drift.cli import program
assert "numpy" not in sys.modules
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    program.main(["--help"])
import numpy
from threadpoolctl import threadpool_info
print({one["num_threads"] for one in threadpool_info() if one["internal_api"] == "openblas"})
"""
    variables = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=variables | said,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == f"{{{threads}}}"


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize("is_absolute", [False, True])
def test_a_working_directory_that_was_deleted_is_said(tmp_path, command, is_absolute):
    gone = tmp_path / "gone"
    gone.mkdir()
    job = tmp_path / "job.toml"
    job.write_text('name = "a"\n')
    named = str(job) if is_absolute else "job.toml"
    done = subprocess.run(
        [
            *("sh", "-c", 'cd "$1" && rmdir "$1" && exec "$2" -P -m drift "$3" "$4"', "sh"),
            *(str(gone), sys.executable, command, named),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), "DRIFT__LOG_FORMAT": "plain"},
        capture_output=True,
        text=True,
        check=False,
    )
    if is_absolute:
        assert done.returncode == ExitCode.USAGE
    else:
        assert done.returncode == ExitCode.INPUT == 5
        assert "job.toml: the working directory was deleted. Change to a folder" in done.stderr
