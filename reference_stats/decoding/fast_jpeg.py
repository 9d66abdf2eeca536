"""JPEG by libjpeg-turbo into memory that is used again: the same pixels as PIL's, in half the time.

Whatever is not an ordinary colour or grey JPEG without a flaw is left to PIL, which knows more
kinds and is more patient; so there is one judge of what can be read and of why not.
"""

from __future__ import annotations

import math
import threading

import numpy as np
import simplejpeg
from numpy.typing import NDArray

# Libjpeg's name of the colours in the file, what is asked for, and PIL's mode of such a file.
_WANTED = {"YCbCr": ("RGB", "RGB"), "Gray": ("GRAY", "L")}
# More than this is not kept between images: a thread would hold it for ever.
_MOST_KEPT_BYTES = 48_000_000
_SCAN_START, _EXIF_OR_XMP = 0xDA, 0xE1
# The tag's number in both byte orders, and its name in XMP.
_ORIENTATION_SIGNS = (b"\x01\x12", b"\x12\x01", b"rientation")
_kept = threading.local()


def size_of(data: bytes) -> tuple[int, int, str] | None:
    """Return height, width and libjpeg's name of the colours; None for what is left to PIL."""
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
        What `size_of` said.
    reuse_memory
        Whether they may lie in memory of the calling thread that its next such call writes to.
    """
    wanted, mode = _WANTED[colours]
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    size = math.prod(shape)
    memory = _memory(size) if reuse_memory else np.empty(size, np.uint8)
    try:
        decoded = simplejpeg.decode_jpeg(data, wanted, buffer=memory)
    except ValueError:
        return None
    pixels: NDArray[np.uint8] = decoded.reshape(shape)
    return pixels


def may_be_turned(data: bytes) -> bool:
    """Whether some EXIF or XMP segment may hold an orientation."""
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
