"""By which endings of names images are known."""

from __future__ import annotations

_ENDINGS = ".avif .bmp .gif .heic .heif .hif .jfif .jpe .jpeg .jpg .png .tif .tiff .webp"
IMAGE_ENDINGS = frozenset({"", *_ENDINGS.split()})
"""Names with another ending are not taken for images; a name without an ending may be one."""
