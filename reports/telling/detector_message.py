"""What a message says of a detector: its scores, the classes that fell, the worst images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.findings.model_quality.detection import (
    BoxConfidences,
    DetectedClassScore,
    DetectorQuality,
    DetectorScores,
    WorstImage,
)
from reports.findings.model_quality.quality import ModelQuality, QualityBasis
from reports.findings.model_quality.scores import Estimate
from reports.history.run_detector import classes_that_fell
from reports.telling.content import Fact, NumberedList
from reports.words.harmless_text import harmless
from reports.words.of_quality.box_classes import names_apart
from reports.words.of_quality.detectors import boxes_counted, cut_words, worst_image_words
from reports.words.of_quality.scores import estimate_words, score_words

_MEASURES = (("ap50", "AP50"), ("ap", "AP"), ("ap75", "AP75"), ("ar100", "AR at 100"))
_MOST_CLASSES = 3
_MOST_IMAGES = 2
_LONGEST_NAME = 160
_LONGEST_SENTENCE = 700


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """What the newest scores stand beside, and how that is called."""

    scores: DetectorScores | None
    confidences: BoxConfidences | None
    words: str

    @classmethod
    def of(cls, quality: ModelQuality, detection: DetectorQuality) -> _Compared:
        if detection.before is None and quality.basis is QualityBasis.REFERENCE:
            return cls(scores=detection.reference, confidences=None, words="in the reference")
        return cls(
            scores=detection.before, confidences=detection.before_confidences, words="before"
        )

    def beside(self, words: str, before: float | None) -> str:
        return words if before is None else f"{words}, {score_words(before)} {self.words}"


def detector_scores_facts(quality: ModelQuality, detection: DetectorQuality) -> Iterator[Fact]:
    """Yield the scores of the labelled images and of all boxes, beside what they were before."""
    compared = _Compared.of(quality, detection)
    parts = [] if detection.newest is None else [*_measured(detection.newest, compared)]
    if parts:
        yield Fact(name="Scores", words="; ".join(parts))
    now, earlier = detection.newest_confidences, compared.confidences
    if now is not None and now.mean is not None:
        usual = None if earlier is None else earlier.mean
        words = compared.beside(score_words(now.mean), usual)
        yield Fact(name="Mean score of all boxes", words=words)
    cut = cut_words(now, earlier)
    if cut:
        yield Fact(name="", words=harmless(cut, _LONGEST_SENTENCE))


def fallen_lists(quality: ModelQuality, detection: DetectorQuality) -> Iterator[NumberedList]:
    """Yield the classes that fell most, what may be a class of two names, and the worst images."""
    compared = _Compared.of(quality, detection)
    classes = classes_that_fell(detection.classes)[:_MOST_CLASSES]
    if classes:
        yield NumberedList(
            heading="The classes whose AP50 fell, by how many true boxes that costs",
            lines=tuple(_class(one, compared) for one in classes),
        )
    apart = names_apart(detection)
    if apart:
        yield NumberedList(heading=harmless(apart, _LONGEST_SENTENCE))
    if detection.worst:
        yield NumberedList(
            heading="The images on which the model did worst",
            lines=tuple(map(_image, detection.worst[:_MOST_IMAGES])),
        )


def _measured(now: DetectorScores, compared: _Compared) -> Iterator[str]:
    for key, name in _MEASURES:
        found: Estimate | None = getattr(now, key)
        if found is not None:
            earlier: Estimate | None = getattr(compared.scores, key, None)
            words = estimate_words(found) if key == "ap50" else score_words(found.value)
            yield f"{name} {compared.beside(words, None if earlier is None else earlier.value)}"


def _class(one: DetectedClassScore, compared: _Compared) -> str:
    words = compared.beside(estimate_words(one.ap50), one.ap50_before)
    boxes = boxes_counted(one.true_boxes, "true")
    return f"{harmless(one.name, _LONGEST_NAME)}: AP50 {words}, on {boxes}"


def _image(one: WorstImage) -> str:
    name = one.image or one.id or one.timestamp
    return f"{harmless(name, _LONGEST_NAME)}: {worst_image_words(one)}"
