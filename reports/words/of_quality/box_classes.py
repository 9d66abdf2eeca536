"""Classes of boxes: which of them fell, and which have another name on the other side."""

from __future__ import annotations

from reports.findings.model_quality.detection import DetectedClassScore, DetectorQuality
from reports.words.harmless_text import shortened
from reports.words.numbers import counted

_FEWEST_TRUE = 5
"""A class with fewer true boxes is not named among those that fell while others are."""
_FEWEST_STRANGE = 10
"""With fewer boxes, a class that one side alone names is rare, and no other name of another."""
_NAMED = 3
_LONGEST_NAME = 40


def fallen_classes(detection: DetectorQuality, most: int) -> tuple[DetectedClassScore, ...]:
    """Return the classes whose AP50 fell most, the worst first; AP50 is the mean of all classes.

    Where nothing is known of before, those with the lowest AP50.
    """
    scored = [one for one in detection.classes if one.ap50 is not None and one.true_boxes]
    frequent = [one for one in scored if one.true_boxes >= _FEWEST_TRUE] or scored
    if all(one.ap50_before is None for one in frequent):
        return tuple(sorted(frequent, key=lambda one: (_ap50(one), one.name))[:most])
    fallen = [one for one in frequent if _fall(one) > 0]
    return tuple(sorted(fallen, key=lambda one: (-_fall(one), one.name))[:most])


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


def _ap50(one: DetectedClassScore) -> float:
    return 1.0 if one.ap50 is None else one.ap50.value


def _fall(one: DetectedClassScore) -> float:
    return 0.0 if one.ap50_before is None else one.ap50_before - _ap50(one)


def _names(classes: list[tuple[str, int]]) -> str:
    ordered = sorted(classes, key=lambda one: (-one[1], one[0]))
    named = [f"{_quoted(name)} ({counted(boxes, 'box', 'boxes')})" for name, boxes in ordered]
    others = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (f" and {others} more" if others > 0 else "")


def _quoted(name: str) -> str:
    return f'"{shortened(name, _LONGEST_NAME)}"'
