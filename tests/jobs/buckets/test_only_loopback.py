"""With an emulator set, nothing but loopback is turned to: no credentials, no metadata, no news."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.gcs_server import GcsServer, skip_or_fail

PROGRAM = [sys.executable, "-m", "tests.support.loopback_only"]


def run(command: list[str]) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "NO_GCE_CHECK"}
    finished = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_a_gcs_bucket_and_its_lock_turn_to_no_other_address(
    gcs_server: GcsServer, tmp_path: Path
) -> None:
    assert run([*PROGRAM, str(tmp_path)]) == "done\n"


def test_a_gcs_bucket_and_its_lock_work_where_there_is_only_loopback(
    gcs_server: GcsServer, tmp_path: Path
) -> None:
    isolated = _isolation()
    assert run([*isolated, *PROGRAM, str(tmp_path), "namespace"]) == "done\n"


def _isolation() -> list[str]:
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        try:
            subprocess.run([*command, "true"], check=True, capture_output=True, timeout=10)
        except (OSError, subprocess.CalledProcessError):
            continue
        return command
    skip_or_fail("network namespaces are not allowed here")
    pytest.fail("not reached")
