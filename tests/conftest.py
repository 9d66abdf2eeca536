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
for _name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "STORAGE_EMULATOR_HOST"):
    os.environ.pop(_name, None)

pytest_plugins = ["tests.support.gcs_server"]


@pytest.fixture(autouse=True)
def _log_level() -> Iterator[None]:
    """Undo the log level that a command which runs inside the test process has set."""
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)
