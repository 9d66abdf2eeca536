"""The package as it is installed into a serving image: alone, small, quick to import."""

import ast
import json
import os
import shutil
import statistics
import subprocess
import sys

import pytest

from tests.support.recorded import ROOT, rows_in

MOST_STARTS = 2.0


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return a folder with nothing but what pip installs."""
    folder = tmp_path_factory.mktemp("distribution")
    source = folder / "prediction_log"
    left_out = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    shutil.copytree(ROOT / "prediction_log", source, ignore=left_out)
    target = folder / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target]
    subprocess.run([*command, "--no-build-isolation", "--no-index", source], check=True)
    return target


def alone(installed, code, *arguments):
    """Run code with the package and the standard library."""
    program = f"import sys; sys.path.insert(0, {str(installed)!r})\n{code}"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_every_file_is_installed(installed):
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "prediction_log").rglob("*.py")
        if "build" not in path.parts
    }

    assert {path for path in sources if not (installed / path).exists()} == set()
    assert (installed / "prediction_log/py.typed").exists()
    assert next(installed.glob("image_drift_log-*.dist-info")).is_dir()


def test_it_records_without_anything_else(installed, tmp_path):
    alone(
        installed,
        "from prediction_log import PredictionLog\n"
        "import prediction_log.integrations.asgi, prediction_log.integrations.torchserve\n"
        "log = PredictionLog(sys.argv[1], spool=sys.argv[2])\n"
        "log.log(b'BM', prediction='beagle')\n",
        tmp_path / "bucket",
        tmp_path / "spool",
    )

    assert [row["prediction"] for row in rows_in(tmp_path / "bucket")] == ["beagle"]


def test_importing_it_imports_nothing_large(installed):
    names = json.loads(
        alone(installed, "import prediction_log, json; print(json.dumps(list(sys.modules)))")
    )

    assert {"typing", "dataclasses", "logging", "asyncio", "google", "botocore"} & {*names} == set()


def test_only_the_stores_of_clouds_import_what_is_not_in_the_standard_library():
    found = {}
    for path in (ROOT / "prediction_log").rglob("*.py"):
        if "build" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            tops = {one.partition(".")[0] for one in modules}
            if others := tops - sys.stdlib_module_names - {"prediction_log"}:
                found.setdefault(path.name, set()).update(others)

    assert found == {"gcs_store.py": {"google"}, "s3_store.py": {"botocore"}}


def test_importing_it_costs_less_than_two_starts_of_python(installed):
    """Processor time, medians of eleven, in turn."""
    bare, with_log = [], []
    for _ in range(11):
        bare.append(processor_s("pass", installed))
        with_log.append(processor_s("import prediction_log", installed))
    start = statistics.median(bare)

    assert statistics.median(with_log) - start < MOST_STARTS * start


def processor_s(code, installed):
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(installed)!r}); {code}"],
        {},
    )
    _, status, used = os.wait4(pid, 0)
    assert status == 0
    return used.ru_utime + used.ru_stime
