"""A reference that mostly shows one scene: a camera that stands still, or a picture saved anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drift.observations.reference.shared_images import Part
from drift.observations.same_pictures import FEWEST_GRADIENTS, reference_fingerprints
from drift.observations.window_images import WindowImages
from reference_stats.fingerprint import (
    Fingerprints,
    are_near_copies,
    count_gradients,
)
from reference_stats.profiles.profile import ReferenceProfile

# So many images are each compared with all: a scene that half of them show is among them.
_TRIED = 50
_MOST_COMPARED = 20_000
_MOST = 0.5
_GONE = 0.25
_FEWEST = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class OneScene:
    """The scene that most of the reference shows.

    Attributes
    ----------
    example
        An image of it.
    reference, window
        How many different pictures of either side are near-copies of that image.
    """

    example: str
    reference: Part
    window: Part

    @property
    def is_gone(self) -> bool:
        """Whether the window shows it far more seldom than the reference."""
        return self.window.share < _GONE * self.reference.share


def find_one_scene(counted: ReferenceProfile, window: WindowImages) -> OneScene | None:
    """Return the scene that at least half of the reference's pictures show; None without one.

    Parameters
    ----------
    counted
        The reference with each picture once: `drift.observations.reference.copies.without_copies`.
    """
    fingerprints, current = reference_fingerprints(counted), window.fingerprints
    if fingerprints is None or current is None or counted.records is None or not len(current):
        return None
    theirs = _sample(np.arange(len(fingerprints)), _MOST_COMPARED)
    tried = _sample(theirs[count_gradients(fingerprints[theirs]) >= FEWEST_GRADIENTS], _TRIED)
    if len(theirs) < _FEWEST or not len(tried):
        return None
    alike = [_alike(fingerprints[one], fingerprints[theirs]) for one in tried]
    best = int(np.argmax(alike))
    if alike[best] < max(_FEWEST, _MOST * len(theirs)):
        return None
    ours = _sample(np.arange(len(current)), _MOST_COMPARED)
    return OneScene(
        example=str(counted.records["image"].iloc[tried[best]]),
        reference=Part(count=alike[best], total=len(theirs)),
        window=Part(count=_alike(fingerprints[tried[best]], current[ours]), total=len(ours)),
    )


def _alike(one: Fingerprints, others: Fingerprints) -> int:
    return int(np.count_nonzero(are_near_copies(one[None, :], others)))


def _sample(positions: np.ndarray, most: int) -> np.ndarray:
    """Return at most so many positions, evenly spread."""
    if len(positions) <= most:
        return positions
    return positions[np.arange(most) * len(positions) // most]
