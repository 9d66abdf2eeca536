"""What counts as a poor picture: fixed limits on features that every image has."""

from __future__ import annotations

from dataclasses import dataclass

from reports.findings.run import RunFindings
from reports.words.numbers import NOTHING, percent

DARK_BELOW = 40.0
BLOWN_OUT_ABOVE = 0.5
# Measured on 150 photographs of clothes: those of smooth things have 1.3 at least, and about 0.8
# after a blur of two pixels.
BLURRED_BELOW = 1.2
TINY_BELOW_PX = 64.0

_KINDS = (
    ("Dark", "dark", f"mean grey level below {DARK_BELOW:.0f} of 255"),
    ("Blown out", "blown_out", f"{BLOWN_OUT_ABOVE:.0%} of the pixels or more nearly white"),
    ("Blurred", "blurred", f"sharpness below {BLURRED_BELOW}"),
    ("Tiny", "tiny", f"shorter side below {TINY_BELOW_PX:.0f} pixels"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PoorPictures:
    """One kind of poor picture, as the page shows it."""

    name: str
    rule: str
    images: int
    reference: str
    worth_a_look: bool


def poor_pictures(findings: RunFindings) -> tuple[PoorPictures, ...]:
    """Return one line for each kind of poor picture; empty if no image was analysed."""
    pictures = findings.quality.pictures
    if pictures is None:
        return ()
    counts = [(name, rule, getattr(pictures, kind)) for name, kind, rule in _KINDS]
    return tuple(
        PoorPictures(
            name=name,
            rule=rule,
            images=count.images,
            reference=NOTHING if count.reference_share is None else percent(count.reference_share),
            worth_a_look=count.images > 0 or bool(count.reference_share),
        )
        for name, rule, count in counts
    )
