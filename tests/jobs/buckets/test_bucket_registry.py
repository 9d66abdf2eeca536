"""Which kind of bucket serves which URL."""

from __future__ import annotations

import subprocess
import sys

import pytest

from jobs.buckets.registry import BUCKET_KINDS, open_bucket
from jobs.errors import UsageError


@pytest.mark.parametrize("scheme", sorted(BUCKET_KINDS))
def test_every_registered_kind_opens_its_own_urls(scheme: str) -> None:
    assert open_bucket(f"{scheme}:///tmp" if scheme == "file" else f"{scheme}://some-name").url


def test_an_unknown_scheme_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"nothing here reads ftp://.*file://, gs://"):
        open_bucket("ftp://server/folder")


def test_a_folder_is_opened_without_loading_googles_client() -> None:
    program = (
        "import sys; from jobs.buckets.registry import open_bucket; open_bucket('/tmp');"
        "print([name for name in sys.modules if name.startswith('google')])"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert finished.stdout == "[]\n"
