"""Classes of boxes that may have another name on the other side."""

from __future__ import annotations

from reports.findings.model_quality.detection import DetectorQuality
from reports.words.harmless_text import shortened
from reports.words.of_quality.detectors import boxes_counted

_FEWEST_STRANGE = 10
"""With fewer boxes, a class that one side alone names is rare, and no other name of another."""
_NAMED = 3
_LONGEST_NAME = 40


def names_apart(detection: DetectorQuality) -> str:
    """Return in sentences that labels and model may call one class by two names; empty if not.

    A class that labels name often and the model does not, beside one that the model names often and
    labels do not: both are without a match, and AP50 is too low where they mean the same.
    """
    classes = detection.classes
    true = [one for one in classes if one.true_boxes >= _FEWEST_STRANGE and not one.predicted_boxes]
    predicted = [
        one for one in classes if one.predicted_boxes >= _FEWEST_STRANGE and not one.true_boxes
    ]
    if not true or not predicted:
        return ""
    is_renamed = any(one.known_to_model for one in true)
    true_words = _names([(one.name, one.true_boxes) for one in true])
    said_words = _names([(one.name, one.predicted_boxes) for one in predicted])
    said = (
        f"Labels name {true_words}, which the model {'no longer' if is_renamed else 'never'} "
        f"predicts; the model predicts {said_words}, which no label names. Where these mean the "
        "same, AP50 is too low"
    )
    if is_renamed:
        return (
            f"{said}: a class that a new version of the model calls otherwise counts as another "
            "one. Let the log keep the name that labels have."
        )
    example = f"{{ {_quoted(true[0].name)} = {_quoted(predicted[0].name)} }}"
    return f"{said}: name the model's class in the job file, such as labels.classes = {example}."


def _names(classes: list[tuple[str, int]]) -> str:
    ordered = sorted(classes, key=lambda one: (-one[1], one[0]))
    named = [f"{_quoted(name)} ({boxes_counted(boxes)})" for name, boxes in ordered]
    others = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (f" and {others} more" if others > 0 else "")


def _quoted(name: str) -> str:
    return f'"{shortened(name, _LONGEST_NAME)}"'
