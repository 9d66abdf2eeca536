"""JPEG by libjpeg-turbo, into memory that is reused: PIL's pixels in half the time.

Only ordinary colour and grey JPEG files without a flaw are decoded here. PIL decodes the others: it
knows more kinds and tolerates more flaws. So PIL alone decides which files cannot be read, and why.
"""

from __future__ import annotations

import threading

import numpy as np
import simplejpeg
from numpy.typing import NDArray

# For each colour space in the file, by libjpeg's name: the one to decode to, and PIL's mode.
_WANTED = {"YCbCr": ("RGB", "RGB"), "Gray": ("GRAY", "L")}
# Larger memory is not kept between images: a thread would hold it for as long as it lives.
_MOST_KEPT_BYTES = 48_000_000
_SCAN_START, _EXIF_OR_XMP = 0xDA, 0xE1
_APP1, _APP2 = b"\xff\xe1", b"\xff\xe2"
# The orientation tag's number in both byte orders, and its name in XMP.
_ORIENTATION_SIGNS = (b"\x01\x12", b"\x12\x01", b"rientation")
_kept = threading.local()


def size_of(data: bytes) -> tuple[int, int, str] | None:
    """Return height, width and libjpeg's name of the colours; None to leave the file to PIL."""
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(data)
    except ValueError:
        return None
    return (height, width, colours) if colours in _WANTED else None


def decode(
    data: bytes, height: int, width: int, colours: str, *, reuse_memory: bool
) -> NDArray[np.uint8] | None:
    """Return the pixels, shape (height, width, 3) or (height, width); None to leave it to PIL.

    Parameters
    ----------
    height, width, colours
        As `size_of` returned them.
    reuse_memory
        Whether the pixels may lie in memory that the calling thread's next such call overwrites.
    """
    samples = 3 if mode_of(colours) == "RGB" else 1
    size = height * width * samples
    memory = _memory(size) if reuse_memory else np.empty(size, np.uint8)
    if not decode_into(data, colours, memory):
        return None
    return memory.reshape((height, width, samples) if samples > 1 else (height, width))


def decode_into(data: bytes, colours: str, memory: NDArray[np.uint8]) -> bool:
    """Write the pixels into memory of exactly their size; return False to leave the file to PIL."""
    try:
        simplejpeg.decode_jpeg(data, _WANTED[colours][0], buffer=memory)
    except ValueError:
        return False
    return True


def mode_of(colours: str) -> str:
    """Return PIL's mode by libjpeg's name of the colours."""
    return _WANTED[colours][1]


def has_only_pixels(data: bytes) -> bool:
    """Tell quickly of most files that they hold no EXIF, no XMP, no profile and no more pictures.

    A file that holds none of them may be taken for one that does.
    """
    return _APP1 not in data and _APP2 not in data


def may_be_turned(data: bytes) -> bool:
    """Tell whether an EXIF or XMP segment may hold an orientation."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != _SCAN_START:
        length = int.from_bytes(data[place + 2 : place + 4], "big")
        if data[place + 1] == _EXIF_OR_XMP:
            segment = data[place + 4 : place + 2 + length]
            if any(sign in segment for sign in _ORIENTATION_SIGNS):
                return True
        place += 2 + length
    return False


def _memory(size: int) -> NDArray[np.uint8]:
    if size > _MOST_KEPT_BYTES:
        return np.empty(size, np.uint8)
    memory: NDArray[np.uint8] | None = getattr(_kept, "memory", None)
    if memory is None or memory.size < size:
        memory = _kept.memory = np.empty(size, np.uint8)
    return memory[:size]
