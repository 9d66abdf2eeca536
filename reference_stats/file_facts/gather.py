"""Gathering the facts about a file, from its bytes and from its first frame as it was decoded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from reference_stats.file_facts.colour_profiles import wide_primaries, wide_profile
from reference_stats.file_facts.facts import FileFacts
from reference_stats.file_facts.frames import Frames, frames_of, frames_of_jpeg
from reference_stats.file_facts.jpeg_segments import segments_of
from reference_stats.file_facts.kinds import ImageKind
from reference_stats.file_facts.transparency import count_transparent_pixels

_PNG_DEPTH_AT = 24
_TIFF_DEPTH = 258
_PALETTES = {"P", "PA"}
_FACTS_KEPT = 1_024
_BITS_OF_MODE = {"1": 1, "I": 32, "F": 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFacts:
    """The facts about a file, the pixels of all its frames together and its transparent ones.

    Attributes
    ----------
    transparent_pixels
        Of the first frame, those that are only partly transparent among them.
    """

    facts: FileFacts
    frame_pixels: int
    transparent_pixels: int = 0


@lru_cache(maxsize=_FACTS_KEPT)
def plain_facts(
    kind: ImageKind, mode: str, *, transparent: bool = False, frames: int = 1, profile: str = ""
) -> FileFacts:
    """Return the facts about a file of 8 bits: one and the same object for equal ones."""
    return FileFacts(
        kind=kind.value, mode=mode, transparent=transparent, frames=frames, profile=profile
    )


def facts_of_jpeg(data: bytes, mode: str, pixels: int) -> FoundFacts:
    """Return the facts about an ordinary JPEG, without PIL.

    Parameters
    ----------
    mode
        PIL's mode of it.
    pixels
        How many it has.
    """
    segments = segments_of(data)
    frames = Frames(count=1, pixels=pixels)
    if segments.several_at:
        frames = frames_of_jpeg(data, pixels, segments.several_at)
    return FoundFacts(
        facts=plain_facts(
            ImageKind.JPEG,
            mode,
            frames=frames.count,
            profile=wide_profile(segments.icc) if segments.icc else "",
        ),
        frame_pixels=frames.pixels,
    )


def facts_of_png(mode: str, pixels: int, *, transparent_pixels: int) -> FoundFacts:
    """Return the facts about a PNG of 8 bits that has one frame and no profile, without PIL."""
    facts = plain_facts(ImageKind.PNG, mode, transparent=transparent_pixels > 0)
    return FoundFacts(facts=facts, frame_pixels=pixels, transparent_pixels=transparent_pixels)


def facts_of_pil(data: bytes, kind: ImageKind, image: Image.Image) -> FoundFacts:
    """Return the facts about a file that PIL has opened and loaded."""
    if kind is ImageKind.JPEG:
        return facts_of_jpeg(data, image.mode, image.width * image.height)
    frames = frames_of(data, kind, image)
    transparent_pixels = count_transparent_pixels(image)
    return FoundFacts(
        facts=FileFacts(
            kind=kind.value,
            mode=image.mode,
            bits=_bits(data, kind, image),
            is_float=image.mode == "F",
            transparent=transparent_pixels > 0,
            frames=frames.count,
            profile=_profile(data, kind, image),
        ),
        frame_pixels=frames.pixels,
        transparent_pixels=transparent_pixels,
    )


def _bits(data: bytes, kind: ImageKind, image: Image.Image) -> int:
    if image.mode in _PALETTES:
        return 8
    if kind is ImageKind.PNG:
        return data[_PNG_DEPTH_AT]
    if kind is ImageKind.TIFF:
        tag = image.tag_v2.get(_TIFF_DEPTH)  # type: ignore[attr-defined]
        depths = tag if isinstance(tag, tuple) else (tag,)
        known = [depth for depth in depths if isinstance(depth, int) and 1 <= depth <= 64]
        if known:
            return max(known)
    said = image.info.get("bit_depth")
    if kind is ImageKind.HEIF and isinstance(said, int) and 1 <= said <= 64:
        return said
    if image.mode in _BITS_OF_MODE:
        return _BITS_OF_MODE[image.mode]
    return 16 if image.mode.startswith("I;16") else 8


def _profile(data: bytes, kind: ImageKind, image: Image.Image) -> str:
    icc = image.info.get("icc_profile")
    named = wide_profile(icc) if isinstance(icc, bytes) else ""
    return named or wide_primaries(data, kind)
