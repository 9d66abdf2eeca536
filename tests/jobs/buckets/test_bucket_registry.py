"""Which kind of bucket serves which URL."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

from jobs.buckets.registry import BUCKET_KINDS, open_bucket
from jobs.errors import UsageError


@pytest.mark.parametrize("scheme", sorted(BUCKET_KINDS))
def test_every_registered_kind_opens_its_own_urls(scheme: str) -> None:
    if scheme == "s3":
        pytest.importorskip("botocore", reason="the extra s3 is not installed")
    assert open_bucket(f"{scheme}:///tmp" if scheme == "file" else f"{scheme}://some-name").url


def test_an_unknown_scheme_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"nothing here reads ftp://.*file://, gs://, s3://"):
        open_bucket("ftp://server/folder")


@pytest.mark.parametrize(
    "url",
    [
        "s3://user:hunter2@bucket/folder",
        "gs://user:hunter2@bucket",
        "ftp://user:hunter2@server/folder",
        "https://key:hunter2@host/path?signature=hunter2",
        "file://user:hunter2@host/path",
    ],
)
def test_no_secret_of_a_wrong_url_is_repeated(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_bucket(url)
    assert "hunter2" not in str(caught.value)
    assert "***" in str(caught.value)


def test_without_its_client_a_kind_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['botocore'] = None;"
        "from jobs.buckets.registry import open_bucket; open_bucket('s3://some-name')"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert finished.returncode == 1
    assert "pip install 'image-drift[s3]'" in finished.stderr


def test_a_folder_is_opened_without_loading_a_clouds_client() -> None:
    program = (
        "import sys; from jobs.buckets.registry import open_bucket; open_bucket('/tmp');"
        "print([name for name in sys.modules if name.startswith(('google', 'botocore'))])"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert finished.stdout == "[]\n"


def test_where_ci_is_set_no_kind_of_bucket_is_skipped() -> None:
    if "CI" in os.environ:
        assert importlib.util.find_spec("botocore"), "install the extra s3: its tests are skipped"
        assert importlib.util.find_spec("moto"), "install the extra dev: its tests are skipped"
