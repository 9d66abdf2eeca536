"""After the warm-up no image waits for machine code to be compiled: that takes up to a minute."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from tests.support.command import ROOT
from tests.support.images import noise

CODE = """
import json, sys
from numba.core.dispatcher import Dispatcher
from reference_stats.extraction.measuring.measure_many import measure_many
from reference_stats.extraction.warm_up import warm_up
from reference_stats.features.registry import FEATURES
from reference_stats.size_limits import SizeLimits
from tests.reference_stats.extraction.test_warm_up import kinds

def compiled():
    return {
        f"{name}.{one.py_func.__name__}{kind}"
        for name, module in list(sys.modules.items()) if name.startswith("reference_stats")
        for one in vars(module).values() if isinstance(one, Dispatcher)
        for kind in one.signatures
    }

warm_up()
before, found = compiled(), {}
for name, data in kinds():
    for together in (1, 6):
        measured = measure_many([data] * together, SizeLimits(), FEATURES)
        assert not measured.unreadable, (name, measured.unreadable)
        now = compiled()
        found |= {name: sorted(now - before)} if now - before else {}
        before = now
print(json.dumps([len(before), found]))
"""


def kinds() -> Iterator[tuple[str, bytes]]:
    """Yield an image of every kind of pixels and every way of reading them, small and large."""
    for side in (30, 600):
        colour, grey = noise((side, side + 3, 3)), noise((side, side + 3))
        clear = Image.fromarray(noise((side, side + 3, 4)))
        rgb, plain = Image.fromarray(colour), Image.fromarray(grey)
        pictures = {
            "RGB": rgb,
            "L": plain,
            "RGBA": clear,
            "LA": clear.convert("LA"),
            "P": rgb.convert("P"),
            "1": plain.convert("1"),
            "I;16": Image.fromarray(grey.astype(np.uint16) * 200),
            "F": Image.fromarray(grey.astype(np.float32)),
            "CMYK": rgb.convert("CMYK"),
        }
        formats = {
            "PNG": ("RGB", "L", "RGBA", "LA", "P", "1", "I;16"),
            "JPEG": ("RGB", "L", "CMYK"),
            "TIFF": ("RGB", "L", "LA", "P", "1", "I;16", "F", "CMYK"),
            "BMP": ("RGB", "L", "P", "1"),
            "GIF": ("RGB", "L"),
            "WEBP": ("RGB", "RGBA"),
        }
        for file_format, modes in formats.items():
            for mode in modes:
                yield f"{file_format} {mode} {side}", _file(pictures[mode], file_format)
        for orientation in range(2, 9):
            turned = Image.Exif()
            turned[0x0112] = orientation
            for mode in ("RGB", "L"):
                data = _file(pictures[mode], "JPEG", exif=turned)
                yield f"JPEG {mode} turned {orientation}", data


def _file(picture: Image.Image, file_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


@pytest.mark.slow
def test_no_kind_of_image_compiles_anything_after_the_warm_up() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    kernels, compiled_late = json.loads(done.stdout)
    # Of kernels that others call and that were compiled before nothing is loaded.
    assert kernels > 5
    assert compiled_late == {}
