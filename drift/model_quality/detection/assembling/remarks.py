"""What else a person should know of true boxes and predicted ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from drift.model_quality.detection.assembling.scored_days import ScoredDay
from drift.model_quality.detection.joining.joined import NO_SIZE
from reports.findings.model_quality.labels import LabelInput
from reports.words.harmless_text import shortened
from reports.words.numbers import counted, listed

_NAMED = 3
_LONGEST_NAME = 40


def remarks_on_unknown(unknown: Mapping[str, int], true_boxes: int) -> Iterator[str]:
    """Yield a sentence where true boxes are of classes that the model never predicted.

    Parameters
    ----------
    unknown
        How many true boxes each such class has.
    true_boxes
        How many there are of all classes.
    """
    if not unknown:
        return
    ranked = sorted(unknown, key=lambda name: (-unknown[name], name))
    names = listed([shortened(name, _LONGEST_NAME) for name in ranked], _NAMED)
    count = sum(unknown.values())
    yield (
        f"{count:,} of {counted(true_boxes, 'true box', 'true boxes')} are of "
        f"{counted(len(unknown), 'class', 'classes')} that the model never predicted: {names}. "
        "Each such class has an average precision of 0 and counts as much as any other. Where the "
        "model calls these classes otherwise, say so in labels.classes."
    )


def remarks_on_sizes(labels: LabelInput) -> Iterator[str]:
    """Yield how to have labelled images scored whose boxes are pixels on one side alone."""
    count = labels.left_out.get(NO_SIZE, 0)
    if not count:
        return
    images, are = counted(count, "labelled image"), "is" if count == 1 else "are"
    yield (
        f"{images} {are} not scored: one side's boxes are in pixels and the other's are shares of "
        "the image, and neither the log nor the labels say how large the image was. Name the "
        "columns with its width and height: predictions.columns.boxes.width and height where the "
        "log has them, or labels.columns.boxes.width and height where the labels do. The size of "
        "the stored image is not used: many are stored smaller than the model saw them."
    )


def without_sizes(labels: LabelInput) -> LabelInput:
    """Return the labels without the reason that `remarks_on_sizes` tells."""
    rest = {reason: count for reason, count in labels.left_out.items() if reason != NO_SIZE}
    return replace(labels, left_out=rest)


def remarks_on_drawn(days: Sequence[ScoredDay]) -> Iterator[str]:
    """Yield a sentence where days have more boxes than are kept."""
    drawn = [day for day in days if day.sums.labelled < day.record.scores.labelled]
    if not drawn:
        return
    kept = sum(day.sums.labelled for day in drawn)
    labelled = sum(day.record.scores.labelled for day in drawn)
    yield (
        f"{counted(len(drawn), 'day')} {'has' if len(drawn) == 1 else 'have'} more boxes than are "
        f"kept. Scores of several days together count {kept:,} of {labelled:,} labelled images of "
        "these days, which are drawn by chance; scores of a single day count all."
    )
