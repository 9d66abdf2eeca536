"""What is said of a detector's boxes: images, classes, scores that were cut."""

from __future__ import annotations

from reports.findings.model_quality.detection import (
    BoxConfidences,
    DetectedClassScore,
    WorstImage,
)
from reports.words.numbers import counted
from reports.words.of_quality.scores import score_words

_OTHER_CUT = 0.05
"""Cuts that differ by less change next to nothing."""
AP50_EXPLAINED = (
    "AP50, the average precision, says how good the boxes are: 1 where every true box was found "
    "and the model was surer of these than of any wrong box, 0 where none was found. A true box is "
    "found where a predicted box of its class overlaps it enough: what both cover is at least half "
    "of what either covers."
)


def boxes_counted(number: int, kind: str = "") -> str:
    """Return a number of boxes: ``1 box``, ``3 true boxes``."""
    noun = f"{kind} box" if kind else "box"
    return counted(number, noun, f"{noun}es")


def worst_image_words(image: WorstImage) -> str:
    """Return what was found in an image: ``1 of 3 true boxes found; 2 boxes match none``."""
    found = "no true box"
    if image.true_boxes == 1:
        found = f"the true box is {'found' if image.found else 'missed'}"
    elif image.true_boxes:
        found = f"{image.found or 'none'} of {boxes_counted(image.true_boxes, 'true')} found"
    if not image.strangers:
        return found
    verb = "matches" if image.strangers == 1 else "match"
    return f"{found}; {boxes_counted(image.strangers, 'predicted')} {verb} none"


def fallen_class_words(one: DetectedClassScore) -> str:
    """Return a class's AP50 now and before: ``AP50 0.31, 0.85 before``."""
    now = score_words(None if one.ap50 is None else one.ap50.value)
    was = "" if one.ap50_before is None else f", {score_words(one.ap50_before)} before"
    return f"AP50 {now}{was}"


def cut_words(now: BoxConfidences | None, before: BoxConfidences | None) -> str:
    """Return what it means that boxes of a low score were left out; empty where none were.

    Parameters
    ----------
    now, before
        The scores that are given now, and in what that is compared with.
    """
    cut, was = _shown_cut(now, before), _shown_cut(before, now)
    is_other = before is not None and abs((cut or 0.0) - (was or 0.0)) >= _OTHER_CUT
    if cut is None:
        if was is None or not is_other or not _reaches_below(now, was):
            return ""
        return (
            f"Boxes with a score below {was:g} were left out before, and are not any more: AP50 of "
            "then is too low beside that of now."
        )
    said = (
        f"No box has a score below {cut:g}, and many lie just above it, so boxes with lower scores "
        "seem to be left out of the log. Average precision is truncated then: objects that only "
        "such boxes find count as missed. Log boxes with scores from 0.05 on."
    )
    if is_other:
        other = "none were left out" if was is None else f"those below {was:g} were"
        if was is None and not _reaches_below(before, cut):
            return said
        said += f" Before, {other}: part of the difference is that of the cut."
    return said


def _shown_cut(one: BoxConfidences | None, beside: BoxConfidences | None) -> float | None:
    """Return the cut of scores; of few boxes, which show none, that beside if they begin there."""
    if one is None or one.cut is not None or one.lowest is None:
        return None if one is None else one.cut
    cut = None if beside is None else beside.cut
    return cut if cut is not None and 0 <= one.lowest - cut < _OTHER_CUT else None


def _reaches_below(one: BoxConfidences | None, cut: float) -> bool:
    """Tell whether scores are there that are clearly lower than a cut."""
    return one is not None and one.lowest is not None and cut - one.lowest >= _OTHER_CUT
