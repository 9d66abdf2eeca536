"""Which format the predicted boxes are written in, as the true boxes of the same images tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from drift.model_quality.detection.format_by_truths import (
    FormatAgreement,
    WrittenBoxes,
    agree_by_format,
)
from drift.model_quality.detection.joining.choosing import repeated
from drift.setup.columns.boxes.guess import BoxGuess
from drift.setup.labels.boxes.joining import JoinedLabels
from drift.setup.labels.boxes.sampled import SampledBoxes
from jobs.boxes.formats import BoxFormat, BoxOrder, BoxUnit

_FEWEST_BOXES = 10
_MOST_IMAGES = 400
# So many of the true boxes have to be met, and so many times those that are met otherwise.
_FEWEST_MET = 0.2
_TIMES = 2.0


def formats_by_truths(sampled: SampledBoxes, labels: JoinedLabels) -> tuple[FormatAgreement, ...]:
    """Return how many true boxes are met in each format, the best first; empty for too few."""
    images = np.flatnonzero(labels.keys.place >= 0)[:_MOST_IMAGES]
    true = repeated(labels.read.boxes, labels.keys.place[images])
    if len(true) < _FEWEST_BOXES:
        return ()
    detected = sampled.detected
    sizes = np.where(np.isfinite(true.sizes), true.sizes, detected.sizes[images])
    # Shares of an image of unknown size are compared as they are.
    unknown = ~np.isfinite(sizes).all(axis=1) & true.in_shares
    sizes = np.where(unknown[:, np.newaxis], 1.0, sizes)
    sides = np.where(true.in_shares[:, np.newaxis], sizes, 1.0)[true.image]
    place = np.full(len(detected), -1)
    place[images] = np.arange(len(images))
    image = place[sampled.written.image]
    kept = image >= 0
    return agree_by_format(
        WrittenBoxes(image=image[kept], numbers=sampled.written.numbers[kept]),
        WrittenBoxes(image=true.image, numbers=true.corners * np.hstack([sides, sides])),
        sizes,
    )


def said_format(guess: BoxGuess) -> BoxFormat:
    """Return the format of a guess."""
    return BoxFormat(order=BoxOrder(guess.settings.format), unit=BoxUnit(guess.settings.unit))


def share_of(agreements: tuple[FormatAgreement, ...], said: BoxFormat) -> float:
    """Return how many true boxes are met in a format."""
    order = BoxOrder.XYWH if said.order is BoxOrder.LTWH else said.order
    same = BoxFormat(order=order, unit=said.unit)
    return next((one.share for one in agreements if one.box_format == same), 0.0)


def is_clear(agreements: tuple[FormatAgreement, ...], said: BoxFormat) -> bool:
    """Tell whether true boxes are met clearly more often in another format than is said."""
    if not agreements:
        return False
    best = agreements[0].share
    return best >= _FEWEST_MET and best >= _TIMES * share_of(agreements, said)


def told_by_truths(guess: BoxGuess, agreements: tuple[FormatAgreement, ...]) -> BoxGuess:
    """Return the guess with the format that true boxes tell; as it is where they tell none."""
    if not agreements or agreements[0].share < _FEWEST_MET:
        return guess
    best, said = agreements[0], said_format(guess)
    own = share_of(agreements, said)
    chosen = best.box_format if best.share >= _TIMES * own else said
    met = share_of(agreements, chosen)
    rivals = [one for one in agreements if one.share * _TIMES > met]
    if len(rivals) > 1:
        return guess
    if chosen is said and not guess.doubt:
        return guess
    settings = guess.settings.model_copy(
        update={"format": chosen.order.value, "unit": chosen.unit.value}
    )
    because = f"{guess.because}; read so, they meet {met:.0%} of the true boxes"
    return replace(guess, settings=settings, because=because, doubt="")
