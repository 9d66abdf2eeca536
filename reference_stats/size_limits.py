"""How large an image may be."""

from __future__ import annotations

from dataclasses import dataclass

from reference_stats.outcomes import UnreadableReason


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLimits:
    """The settings that an image may be refused by; None where nothing is.

    Attributes
    ----------
    max_pixels, max_bytes
        ``images.max_pixels`` and ``images.max_bytes`` of the job.
    """

    max_pixels: int | None = None
    max_bytes: int | None = None

    def of(self, reason: UnreadableReason) -> int | None:
        """Return the limit that leads to refusals for this reason."""
        if reason is UnreadableReason.TOO_MANY_PIXELS:
            return self.max_pixels
        return self.max_bytes if reason is UnreadableReason.TOO_LARGE else None
