"""What holds for every test: no telemetry, no real credentials, nothing beyond loopback."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest

# Before any import of the libraries that read them; processes that tests start inherit them.
os.environ["DO_NOT_TRACK"] = "1"
os.environ["NO_GCE_CHECK"] = "true"
os.environ["NO_PROXY"] = "127.0.0.1,localhost"
os.environ["CLOUDSDK_CONFIG"] = "/nonexistent"
# What processes say is read as people read it; the tests of JSON lines take this away again.
os.environ["DRIFT__LOG_FORMAT"] = "plain"
# There is a test process per core already: more threads only wait for each other, which doubles the
# processor time of what multiplies small matrices.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
# Where it is set, every process that a test starts compiles the whole project anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
for _name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "STORAGE_EMULATOR_HOST"):
    os.environ.pop(_name, None)
for _name in [_name for _name in os.environ if _name.startswith("AWS_")]:
    os.environ.pop(_name)
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent"

pytest_plugins = ["tests.support.gcs_server", "tests.support.s3_server"]
# Begun first, so that the test processes, which take a file at a time, end together.
SLOWEST_FILES = (
    "test_chaos.py",
    "test_run_command.py",
    "test_index_in_browser.py",
    "test_page_accessibility.py",
    "test_init_layouts.py",
    "test_evidently_workspace.py",
    "test_comparison.py",
    "test_run_details.py",
    "test_detection_runs.py",
    "test_reference_system.py",
    "test_run_on_gcs.py",
    "test_segments.py",
    "test_notebook.py",
    "test_units.py",
    "test_log_lines.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the slowest files to the front, and leave out of the coverage what runs for ever.

    What a property's hundreds of examples go through, single tests go through too; following them
    line by line takes as long again.
    """
    place = {name: number for number, name in enumerate(SLOWEST_FILES)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(autouse=True)
def _log_level() -> Iterator[None]:
    """Undo the log level that a command which runs inside the test process has set."""
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)
