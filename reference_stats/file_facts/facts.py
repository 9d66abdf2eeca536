"""The facts about an image file that explain why its numbers differ from those of others."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from functools import lru_cache

_LONGEST_TEXT = 80
_MOST_BITS = 64
_FACTS_KEPT = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What a file is, as its header and its decoded pixels say.

    Attributes
    ----------
    kind
        PIL's name of the format, such as ``"JPEG"``.
    mode
        PIL's mode of the first frame before any conversion, such as ``"RGBA"``.
    bits
        Bits per sample in the file; those of the colours, 8, where samples are places in a palette.
    is_float
        Whether samples are floating-point numbers.
    transparent
        Whether any pixel of the first frame is transparent, if only partly.
    frames
        Frames of an animation, pages of a document or pictures in one file; 1 for most.
    profile
        The name of a colour profile that is wider than sRGB, such as ``"Display P3"``; empty for
        sRGB, for narrower profiles and where there is none.
    """

    kind: str
    mode: str
    bits: int = 8
    is_float: bool = False
    transparent: bool = False
    frames: int = 1
    profile: str = ""

    @property
    def is_deep(self) -> bool:
        """Whether samples are whole numbers of more than 8 bits when PIL has opened the file.

        Of colours PIL keeps 8 bits only, whatever the file holds.
        """
        return is_deep(self.mode)

    def as_text(self) -> str:
        """Return the facts as one line of JSON, the same for equal facts."""
        return _text_of(self)


def is_deep(mode: str) -> bool:
    """Tell whether PIL's mode holds whole numbers of more than 8 bits, which its grey clips."""
    return mode.startswith("I")


@lru_cache(maxsize=_FACTS_KEPT)
def _text_of(facts: FileFacts) -> str:
    return json.dumps(asdict(facts), separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=_FACTS_KEPT)
def facts_from_text(text: str) -> FileFacts:
    """Return the facts that `FileFacts.as_text` wrote; equal texts give one and the same object.

    Raises
    ------
    ValueError
        If the text is anything else.
    """
    try:
        said = json.loads(text)
        facts = FileFacts(**said)
    except (TypeError, RecursionError) as error:
        raise ValueError(f"no facts about a file: {text[:80]!r}") from error
    if not _is_possible(facts):
        raise ValueError(f"no facts about a file: {text[:80]!r}")
    return facts


def _is_possible(facts: FileFacts) -> bool:
    kinds = {"str": str, "int": int, "bool": bool}
    typed = all(type(getattr(facts, one.name)) is kinds[str(one.type)] for one in fields(facts))
    return (
        typed
        and facts.frames >= 1
        and 1 <= facts.bits <= _MOST_BITS
        and max(len(facts.kind), len(facts.mode), len(facts.profile)) <= _LONGEST_TEXT
    )
