"""Scenes of which a folder of reference images holds several near-copies, seen in the window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drift.observations.near_copies.links import Linkable, link_components
from drift.observations.same_pictures import reference_fingerprints, reference_pictures
from drift.observations.window_images import WindowImages
from reference_stats.profiles.profile import ReferenceProfile

Numbers = NDArray[np.int64]

# Two points of a share are the least that matters (`detection.minimum_effect`).
_FEWEST = 3
_PART = 0.02


def scenes_of_reference(profile: ReferenceProfile, window: WindowImages) -> Numbers:
    """Return a number for the scene that each analysed image of the window shows.

    A scene is what near-copies show, through others too, whenever they were sent: a camera that
    stands still shows one every night. Those of which the reference has a picture or two more are
    left alone: they move nothing that anyone would see.

    Returns
    -------
    One number per image, from 0; -1 for an image that few pictures of the reference look like.
    """
    theirs, ours = reference_fingerprints(profile), window.fingerprints
    none = np.full(len(window.features), -1, dtype=np.int64)
    if theirs is None or ours is None or not len(ours):
        return none
    both = np.concatenate([ours, theirs[np.unique(reference_pictures(profile))]])
    alike = Linkable(
        fingerprints=both,
        clients=np.full(len(both), -1, dtype=np.int64),
        moments=np.zeros(len(both), dtype=np.int64),
        reach=None,
    )
    labels = link_components(alike)
    times = np.bincount(labels[len(ours) :], minlength=len(both))
    fewest = max(_FEWEST, _PART * (len(both) - len(ours)))
    scenes = labels[: len(ours)]
    return np.where(times[scenes] >= fewest, scenes, none)
