"""Logins and keys in addresses reach nothing that the program prints, logs or publishes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import JOB_FILE, ROOT, WITH_EVIDENTLY, warm_drift
from tests.support.server_process import free_port
from tests.support.worlds import make_world

SECRET = "s3cr3t"
# Loggers of what is used here and may speak of requests, and of libraries that nobody thought of.
TALKATIVE = (
    *("apprise", "urllib3.connectionpool", "requests.sessions", "botocore.endpoint", "s3transfer"),
    *("google.auth.transport", "google.cloud.storage", "google.api_core", "asyncio", "evidently"),
    *("opentelemetry.exporter.otlp", "httpx", "a_library.of_later", "PIL.TiffImagePlugin"),
)
SPEAKING = f"""
import logging, os
from drift.program_log.setup import set_up_logs
set_up_logs(os.environ)
logging.getLogger().setLevel(logging.DEBUG)
for name in {TALKATIVE!r}:
    logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger(name).debug("POST /services/{SECRET}")
    logging.getLogger(name).warning("to https://team:{SECRET}@host/x?token={SECRET} by %s", name)
logging.getLogger("drift.pipeline").debug("our own detail")
try:
    raise ValueError("no answer of https://team:{SECRET}@host/?X-Amz-Signature={SECRET}")
except ValueError:
    logging.getLogger("drift").exception("failed")
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bucket with a day that drifted, and a job that sends to addresses with logins in them."""
    folder = tmp_path_factory.mktemp("secrets")
    make_world(folder / "bucket", lights=(0.3,), requests=40, references=40)
    workspace = f"https://team:{SECRET}@127.0.0.1/evidently?token={SECRET}"
    table = f'[evidently]\nworkspace = "{workspace}"\n'
    (folder / "job.toml").write_text(JOB_FILE + table, encoding="utf-8")
    return folder


@pytest.mark.parametrize("log_format", ["plain", "json"])
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_job_that_sends_to_addresses_with_logins_shows_none(
    world: Path, command: str, log_format: str
) -> None:
    closed = f"team:{SECRET}@127.0.0.1:{free_port()}"
    done = warm_drift(
        *(command, "job.toml", "--until", "2025-03-04"),
        cwd=world,
        **WITH_EVIDENTLY,
        DRIFT__LOG_LEVEL="debug",
        DRIFT__LOG_FORMAT=log_format,
        DRIFT__METRICS__PUSHGATEWAY=f"http://{closed}",
        DRIFT__METRICS__OTLP=f"http://{closed}",
        DRIFT_NOTIFY_URLS=f"json://{closed}/{SECRET}?token={SECRET}",
    )
    assert SECRET not in done.stdout + done.stderr
    if command == "check":
        assert "DRIFT_NOTIFY_URLS is set" in done.stdout
    if command == "run":
        assert done.returncode == 0, done.stderr
        assert "evidently.workspace is 'https://***@127.0.0.1/evidently?***'" in done.stderr
        assert done.stderr.count("the connection was refused") >= 2
    for path in (world / "bucket" / "data_drift_reports").rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("log_format", ["plain", "json"])
def test_no_library_is_heard_below_info_and_no_log_line_shows_a_login(log_format: str) -> None:
    said = {"PYTHONPATH": str(ROOT), "DRIFT__LOG_FORMAT": log_format}
    done = subprocess.run(
        [sys.executable, "-c", SPEAKING],
        env={**os.environ, **said},
        capture_output=True,
        text=True,
        check=True,
    )
    assert SECRET not in done.stderr
    assert "POST" not in done.stderr
    assert "our own detail" in done.stderr
    assert "to https://***@host/x?token=*** by a_library.of_later" in done.stderr
    assert "no answer of https://***@host/?X-Amz-Signature=***" in done.stderr
