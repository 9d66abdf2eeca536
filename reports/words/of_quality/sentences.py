"""Whether the model is still right, in a few words and in full sentences."""

from __future__ import annotations

from reports.findings.model_quality.quality import (
    ModelKind,
    ModelQuality,
    QualityBasis,
    QualityState,
)
from reports.words.harmless_text import shortened
from reports.words.numbers import listed, sentence
from reports.words.of_quality.counts import LABELS, labels_words, predictions_words
from reports.words.of_quality.scores import (
    before_of,
    calendar_day,
    days_of,
    decimals_of,
    estimate_words,
    interval_words,
    measure_words,
    score_words,
)

STATE_WORDS = {
    QualityState.HOLDS: "still right",
    QualityState.DROPPED: "worse",
    QualityState.UNKNOWN: "not known yet",
}
_NAMED = 3
_LONGEST_NAME = 24


def quality_headline(quality: ModelQuality) -> str:
    """Return the state's numbers in a few words, to follow a colon: a first screen, a subject.

    ``accuracy 0.91 ± 0.02 on 180 labels, 0.93 before``, or of a detector
    ``AP50 0.83 ± 0.04 on 280 labelled images, 0.84 before``. The `headline` and `summary` of
    `quality` are not read.
    """
    if _has_other_classes(quality):
        return f"labels name other classes than the model: {_classes_words(quality)}"
    newest, measure, score = quality.newest, measure_words(quality), quality.score
    if newest is None or score is None:
        return _not_known_words(quality)
    labels = labels_words(newest.scores.labelled, quality.kind)
    before = score_words(before_of(quality), decimals_of(score))
    if quality.state is QualityState.DROPPED:
        since = _since(quality).rpartition(" ")[0]
        lasting = f" since {since}" if since else ""
        return f"{measure} fell from {before} to {estimate_words(score)} on {labels}{lasting}"
    said = f"{measure} {estimate_words(score)} on {labels}"
    if before_of(quality) is None:
        return f"{said}; there is nothing to compare it with yet"
    return f"{said}, {before} {_than(quality)}"


def quality_summary(quality: ModelQuality) -> str:
    """Return the same in full sentences, with what the test could have seen."""
    if _has_other_classes(quality):
        return _other_classes_words(quality)
    newest, score = quality.newest, quality.score
    if newest is None or score is None:
        because = _not_known_words(quality)
        return f"It is not known yet whether the model is still right: {because}."
    first = (
        f"{sentence(measure_words(quality))} is {estimate_words(score)} on "
        f"{labels_words(newest.scores.labelled, quality.kind)} of {days_of(newest)}"
    )
    if before_of(quality) is None:
        return f"{first}. There are no earlier {LABELS[quality.kind]}s to compare it with yet."
    before = score_words(before_of(quality), decimals_of(score))
    return f"{first}; it was {before} {_than(quality, days=True)}. {_test_words(quality)}".strip()


def coverage_counts(quality: ModelQuality) -> tuple[int, int]:
    """Return how many predictions have a label, of how many that waited for one."""
    return quality.labels.used, quality.labels.predictions


def _not_known_words(quality: ModelQuality) -> str:
    newest, detection = quality.newest, quality.detection
    if newest is None or detection is None:
        return _too_few_words(quality)
    labelled = labels_words(newest.scores.labelled, quality.kind)
    return f"no true box is in the {labelled} of {days_of(newest)}"


def _too_few_words(quality: ModelQuality) -> str:
    labelled, predictions = coverage_counts(quality)
    needed = labels_words(quality.min_labels, quality.kind)
    number = f"{labelled:,}" if labelled else "none"
    said = f"{number} of {predictions_words(predictions, quality.kind)} labelled so far"
    in_days = sum(one.labelled for one in quality.days)
    if labelled >= quality.min_labels > in_days:
        # The others are of a day that has not ended.
        return f"{said}, {in_days:,} on whole days; {needed} on whole days are needed"
    if in_days >= quality.min_labels and quality.detection is not None:
        # Images without any true box are labelled, and have no AP50.
        days = [one.scores for one in quality.detection.days if one.scores.ap50 is not None]
        scored = sum(one.labelled for one in days)
        return f"{said}, {scored:,} on days with true boxes; {needed} on such days are needed"
    if in_days >= quality.min_labels:
        # One image that was asked for often is one label for the test.
        return f"{said}, of fewer than {quality.min_labels:,} different images; so many are needed"
    return f"{said}; {needed} {'is' if quality.min_labels == 1 else 'are'} needed"


def _has_other_classes(quality: ModelQuality) -> bool:
    if quality.detection is not None:
        true = [one for one in quality.detection.classes if one.true_boxes]
        return bool(true) and not any(one.known_to_model or one.predicted_boxes for one in true)
    labelled = [one for one in quality.classes if one.labelled]
    return bool(labelled) and not any(one.known_to_model or one.predicted for one in labelled)


def _other_classes_words(quality: ModelQuality) -> str:
    first = f"The labels name other classes than the model: {_classes_words(quality)}. So no "
    if quality.kind is ModelKind.DETECTOR:
        return (
            f"{first}predicted box can match a true one. Write the same names on both sides, or "
            "say in labels.classes what the model calls the labels' classes."
        )
    return (
        f"{first}answer can be compared with its label. Write the same names on both sides, or "
        "name the column with the names of the model's classes as predictions.columns.prediction."
    )


def _classes_words(quality: ModelQuality) -> str:
    true, said = _true_and_said(quality)
    return f"{_names(true)} against {_names(said)}" if said else _names(true)


def _true_and_said(quality: ModelQuality) -> tuple[list[str], list[str]]:
    """Return the classes that labels name, and those that the model answered with."""
    if quality.detection is not None:
        boxes = quality.detection.classes
        true = [one.name for one in boxes if one.true_boxes]
        said = [one.name for one in boxes if one.predicted_boxes]
    else:
        true = [one.name for one in quality.classes if one.labelled]
        said = [one.name for one in quality.classes if one.predicted]
    return _shortened(true), _shortened(said)


def _shortened(names: list[str]) -> list[str]:
    return [shortened(name, _LONGEST_NAME) for name in names]


def _names(names: list[str]) -> str:
    if len(names) > _NAMED:
        return listed(names, _NAMED)
    return ", ".join(names)


def _than(quality: ModelQuality, *, days: bool = False) -> str:
    if quality.basis is QualityBasis.REFERENCE:
        return "in the reference"
    if not days or quality.before is None:
        return "before"
    labels = labels_words(quality.before.scores.labelled, quality.kind)
    return f"on {labels} of {days_of(quality.before)}"


def _since(quality: ModelQuality) -> str:
    since = None if quality.drop is None else quality.drop.since
    return calendar_day(since) if since else ""


def _test_words(quality: ModelQuality) -> str:
    drop = quality.drop
    if drop is None:
        return ""
    chance = f"what the number of {LABELS[quality.kind]}s and the differences between days explain"
    size = f"{score_words(drop.drop.value)} {interval_words(drop.drop)}".strip()
    if quality.state is QualityState.DROPPED:
        since = _since(quality)
        lasts = f" It lasts since {since}." if since else ""
        return f"The drop of {size} is more than {chance}.{lasts}"
    seen = ""
    if drop.smallest is not None:
        seen = f" A drop of {score_words(drop.smallest)} or more would have been seen."
    if drop.drop.value <= 0:
        return f"It has not dropped.{seen}"
    if drop.p_value < drop.false_alarm_rate:
        return f"The drop of {size} is smaller than {score_words(drop.minimum_drop)}.{seen}"
    return f"The difference is within {chance}.{seen}"
