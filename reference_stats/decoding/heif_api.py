"""HEIC photographs, as iPhones take them: the only file that imports `pillow_heif`.

It is an optional extra, and never in the container: its wheels contain parts under the GPL.
"""

from __future__ import annotations

import importlib.util
from typing import BinaryIO

from PIL import ImageFile


def can_read_heif() -> bool:
    """Tell whether `pillow_heif` is installed."""
    return importlib.util.find_spec("pillow_heif") is not None


def open_heif(file: BinaryIO) -> ImageFile.ImageFile:
    """Return a HEIC or HEIF file as an image of PIL that is not decoded yet.

    Raises
    ------
    ImportError
        If `pillow_heif` is not installed: ask `can_read_heif` first.
    """
    from pillow_heif import HeifImageFile  # noqa: PLC0415 - an extra, and slow to import

    opened: ImageFile.ImageFile = HeifImageFile(file)
    return opened
