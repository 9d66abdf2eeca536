"""Errors of the machine while an image is decoded: they say nothing of the image."""

from __future__ import annotations

import errno
import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from reference_stats.decoding import decode_image
from reference_stats.outcomes import UnreadableImage, UnreadableReason, accident_of
from tests.support.command import ROOT

# In a process that has no file left the module that makes grey levels cannot be loaded.
_WITHOUT_FILES = """
import resource, sys
from reference_stats.decoding import decode_image
data = sys.stdin.buffer.read()
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, most))
print([decode_image(data, max_pixels=10_000).reason.name for _ in range(2)])
"""


def picture(kind: str) -> bytes:
    """Return a small photograph-like file."""
    out = io.BytesIO()
    Image.effect_noise((64, 64), 50).convert("RGB").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF", "WEBP"])
def test_an_image_is_not_broken_because_the_process_has_no_more_files(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_FILES],
        input=picture(kind),
        capture_output=True,
        cwd=ROOT,
        check=False,
        timeout=120,
    )
    assert done.stdout.decode().strip() == "['MACHINE', 'MACHINE']", done.stderr.decode()


def test_an_error_that_the_system_numbers_is_the_machines() -> None:
    with pytest.raises(OSError, match="Input/output error") as caught:
        Path("/proc/self/mem").read_bytes()
    found = accident_of(caught.value)
    assert found is not None
    assert found.reason is UnreadableReason.MACHINE
    assert "Input/output error" in found.detail
    assert accident_of(OSError(errno.ENOSPC, "No space left on device")) is not None


def test_what_pillow_says_of_a_file_is_not_the_machines() -> None:
    for data in (picture("JPEG")[:700], picture("PNG")[:300], picture("TIFF")[:900]):
        found = decode_image(data, max_pixels=10_000)
        assert isinstance(found, UnreadableImage)
        assert found.reason in {UnreadableReason.TRUNCATED, UnreadableReason.BROKEN}
    assert accident_of(OSError("broken data stream when reading image file")) is None
    assert accident_of(ValueError("no")) is None
