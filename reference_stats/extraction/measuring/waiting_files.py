"""Small ordinary files of a batch: decoded one by one, they wait to be measured together."""

from __future__ import annotations

import threading
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from reference_stats.decoding import fast_jpeg, fast_png
from reference_stats.file_facts.ends import ends_in_zeros
from reference_stats.file_facts.facts import FileFacts
from reference_stats.file_facts.gather import FoundFacts, facts_of_jpeg, plain_facts
from reference_stats.file_facts.kinds import ImageKind, image_kind
from reference_stats.sums.image_columns import MOST_PIXELS

# What is decoded is still in the processor's second cache when its sums are taken.
_FULL_BYTES = 1 << 17
# With one picture more: lines of a PNG with alpha, one pixel each, take five bytes a pixel.
_MEMORY_BYTES = _FULL_BYTES + 5 * MOST_PIXELS
# By the bytes per pixel: what a plain PNG is without and with transparent pixels.
_PNG_FACTS = {
    samples: tuple(
        plain_facts(ImageKind.PNG, mode, transparent=transparent) for transparent in (False, True)
    )
    for samples, mode in fast_png.MODES.items()
}
_kept = threading.local()


class WaitingFiles:
    """Files whose pixels, or filtered lines, lie in memory one behind the other.

    The memory is the thread's own and is used again: a thread has one such object at a time.

    Attributes
    ----------
    memory
        uint8, of one dimension.
    PLACE
        Where in a row the file's place is.
    rows
        Of each file where in the memory it begins, its height and width, the bytes per pixel, 1 for
        the lines of a PNG that are still filtered and 0 for pixels; then its place in the batch,
        its size in bytes and the pixels of all its frames.
    facts
        What each file is where all its pixels are opaque, and where some are not.
    """

    PLACE: ClassVar = 5

    def __init__(self) -> None:
        memory: NDArray[np.uint8] | None = getattr(_kept, "memory", None)
        if memory is None:
            memory = _kept.memory = np.empty(_MEMORY_BYTES, np.uint8)
        self.memory = memory
        self.rows: list[tuple[int, ...]] = []
        self.facts: list[tuple[FileFacts, ...]] = []
        self._bytes = memory.data
        self._used = 0

    @property
    def is_full(self) -> bool:
        """Whether the files are to be measured before another one is taken."""
        return self._used >= _FULL_BYTES

    def clear(self) -> None:
        """Forget the files."""
        self.rows.clear()
        self.facts.clear()
        self._used = 0

    def pixels(self, number: int) -> NDArray[np.uint8] | None:
        """Return the pixels of a file that waits, as `DecodedImage.pixels` or a plane of grey.

        None where the lines of a PNG cannot be made out. Pixels of a JPEG are in the memory that
        the next files are decoded to.
        """
        start, height, width, samples, is_filtered = self.rows[number][:5]
        size = height * (is_filtered + width * samples)
        stored = self.memory[start : start + size]
        if is_filtered:
            return fast_png.pixels_of(stored, height, width, samples)
        return stored.reshape((height, width) if samples == 1 else (height, width, samples))

    def take(self, place: int, data: bytes, max_pixels: int) -> bool:
        """Decode a file; return False, and take nothing, where it is no small ordinary one.

        That a file is broken, and how, is not found out here.
        """
        most_pixels = min(max_pixels, MOST_PIXELS)
        kind = image_kind(data)
        if kind is ImageKind.PNG:
            return self._take_png(place, data, most_pixels)
        return kind is ImageKind.JPEG and self._take_jpeg(place, data, most_pixels)

    def _take_png(self, place: int, data: bytes, most_pixels: int) -> bool:
        plain = fast_png.lines_of(data, most_pixels)
        if plain is None:
            return False
        lines, height, width, samples = plain
        start, self._used = self._used, self._used + len(lines)
        self._bytes[start : self._used] = lines
        self.rows.append((start, height, width, samples, 1, place, len(data), height * width))
        self.facts.append(_PNG_FACTS[samples])
        return True

    def _take_jpeg(self, place: int, data: bytes, most_pixels: int) -> bool:
        header = fast_jpeg.size_of(data)
        if header is None or not 0 < header[0] * header[1] <= most_pixels:
            return False
        height, width, colours = header
        mode = fast_jpeg.mode_of(colours)
        found = _facts_of_jpeg(data, mode, height * width)
        if found is None:
            return False
        samples = len(mode)
        start, end = self._used, self._used + height * width * samples
        if not fast_jpeg.decode_into(data, colours, self.memory[start:end]):
            return False
        self._used = end
        self.rows.append((start, height, width, samples, 0, place, len(data), found.frame_pixels))
        self.facts.append((found.facts, found.facts))
        return True


def _facts_of_jpeg(data: bytes, mode: str, pixels: int) -> FoundFacts | None:
    """Return the facts about a file; None for one that may be turned or lacks its end."""
    if ends_in_zeros(data, ImageKind.JPEG):
        return None
    if fast_jpeg.has_only_pixels(data):
        return FoundFacts(facts=plain_facts(ImageKind.JPEG, mode), frame_pixels=pixels)
    return None if fast_jpeg.may_be_turned(data) else facts_of_jpeg(data, mode, pixels)
