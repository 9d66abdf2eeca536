"""Example findings about a detector's quality: of every state, and of every odd kind."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

from reports.findings.images import BoxKind, PictureBoxes
from reports.findings.model_quality.detection import (
    DetectorQuality,
    DetectorVersionScores,
    WorstImage,
)
from reports.findings.model_quality.labels import LabelExample
from reports.findings.model_quality.quality import ModelQuality, QualityState
from reports.findings.run import RunFindings
from reports.words.of_quality.sentences import quality_headline, quality_summary
from tests.support import findings as examples
from tests.support.boxed_findings import crowd, drawn
from tests.support.detector_qualities import (
    box_labels,
    confidences,
    counts,
    detected_class,
    detector_days,
    detector_scores,
    fallen_detector,
    points,
    right_detector,
)
from tests.support.findings import HOSTILE_LABELS


def detector_still_right() -> RunFindings:
    """Return an ordinary day on which a detector is as good as before."""
    return told_of(examples.steady(), right_detector())


def detector_worse_with_drift() -> RunFindings:
    """Return a day with blurred images on which AP50 fell and the scores given hardly did."""
    return _boxed(told_of(examples.drifted(), fallen_detector()))


def detector_worse_without_drift() -> RunFindings:
    """Return an ordinary day on which a detector is worse."""
    return _boxed(told_of(examples.steady(), fallen_detector()))


def detector_few_labels() -> RunFindings:
    """Return a day of which 12 labelled images came so far, and 50 are needed."""
    right = right_detector()
    detection = DetectorQuality(
        window=detector_scores(None, 0, 980),
        window_confidences=confidences(980, 0.8),
        days=tuple(
            replace(one, scores=detector_scores(None, 0, 140), classes=())
            for one in detector_days(0.84, 0.84)
        ),
    )
    quality = replace(
        right,
        state=QualityState.UNKNOWN,
        labels=box_labels(used=12),
        window=counts(detection.window),
        newest=None,
        basis=None,
        before=None,
        reference=None,
        drop=None,
        days=points(detection.days),
        weeks=(),
        detection=detection,
    )
    return told_of(examples.steady(), quality)


def detector_cut_scores() -> RunFindings:
    """Return a detector whose log has no box below 0.5."""
    remark = (
        "No box has a score below 0.5, so that boxes with lower scores seem to be left out of the "
        "log. Average precision is truncated then."
    )
    return told_of(
        examples.steady(),
        with_detection(
            replace(right_detector(), remarks=(remark,)),
            window_confidences=confidences(980, 0.86, cut=0.5),
            newest_confidences=confidences(980, 0.86, cut=0.5),
            before_confidences=confidences(2940, 0.86, cut=0.5),
            days=tuple(
                replace(one, confidences=confidences(140, 0.86, cut=0.5))
                for one in detector_days(0.84, 0.84)
            ),
        ),
    )


def detector_eighty_classes() -> RunFindings:
    """Return a drop of a detector with eighty classes."""
    names = tuple(f"class {number:02d}" for number in range(80))
    days = detector_days(0.84, 0.55, names)
    classes = tuple(
        detected_class(name, 400 - 5 * number, 0.4 + number / 200, before=0.85)
        for number, name in enumerate(names)
    )
    return _boxed(
        told_of(examples.drifted(), with_detection(fallen_detector(), classes=classes, days=days)),
        full=True,
    )


def detector_two_versions() -> RunFindings:
    """Return a day on which two versions of a detector answered."""
    versions = (
        DetectorVersionScores(version="7", scores=detector_scores(0.5, 130, 410)),
        DetectorVersionScores(version="6", scores=detector_scores(0.82, 140, 520)),
        DetectorVersionScores(version=None, scores=detector_scores(0.61, 10, 50)),
    )
    return told_of(examples.steady(), with_detection(fallen_detector(), versions=versions))


def detector_without_true_boxes() -> RunFindings:
    """Return a detector whose labelled images are all empty."""
    right = right_detector()
    newest = detector_scores(None, 280, 980)
    quality = replace(
        with_detection(
            right,
            window=detector_scores(None, 24, 980),
            newest=newest,
            before=None,
            before_confidences=None,
            reference=None,
            classes=(),
            worst=(),
            worst_cut=None,
            days=tuple(
                replace(one, scores=detector_scores(None, 40, 140), classes=())
                for one in detector_days(0.84, 0.84)
            ),
            weeks=(),
        ),
        window=counts(detector_scores(None, 24, 980)),
        state=QualityState.UNKNOWN,
        basis=None,
        before=None,
        reference=None,
        drop=None,
        weeks=(),
    )
    assert quality.detection is not None
    return told_of(examples.steady(), replace(quality, days=points(quality.detection.days)))


def detector_other_classes() -> RunFindings:
    """Return a detector whose true boxes name other classes than its own."""
    classes = [detected_class(name, 30, 0.0, predicted=0, known=False) for name in ("dog", "cat")]
    classes += [detected_class(name, 0, None, predicted=40) for name in ("17", "18")]
    quality = replace(
        with_detection(
            right_detector(), classes=tuple(classes), before=None, before_confidences=None
        ),
        state=QualityState.UNKNOWN,
        basis=None,
        before=None,
        drop=None,
    )
    return told_of(examples.steady(), quality)


def detector_hostile() -> RunFindings:
    """Return a drop whose classes, versions, files and reasons are named to break a page."""
    names = HOSTILE_LABELS
    labels = replace(
        box_labels(),
        source=names[0],
        left_out={names[1]: 3},
        noted={names[2]: 2},
        examples=tuple(
            LabelExample(source=name, line=None, key=name, reason=name) for name in names
        ),
    )
    quality = with_detection(
        replace(fallen_detector(), labels=labels, remarks=names),
        classes=tuple(detected_class(name, 60, 0.4, before=0.9) for name in names),
        days=detector_days(0.84, 0.55, names),
        versions=tuple(
            DetectorVersionScores(version=name, scores=detector_scores(0.6, 50, 90))
            for name in names
        ),
        worst=tuple(
            WorstImage(
                image=f"images/{name}.jpg",
                id=name,
                timestamp=name,
                true_boxes=2,
                found=0,
                missed=2,
                strangers=1,
                f1=0.0,
            )
            for name in names
        ),
        lost_boxes=dict.fromkeys(names, 2),
        noted_boxes=dict.fromkeys(names, 3),
    )
    return told_of(examples.hostile(), quality)


DETECTOR_EXAMPLES = (
    detector_still_right,
    detector_worse_with_drift,
    detector_worse_without_drift,
    detector_few_labels,
    detector_cut_scores,
    detector_eighty_classes,
    detector_two_versions,
    detector_without_true_boxes,
    detector_other_classes,
    detector_hostile,
)


def with_detection(quality: ModelQuality, **values: object) -> ModelQuality:
    """Return the same quality with other values of its detector."""
    assert quality.detection is not None
    detection = dataclasses.replace(quality.detection, **values)  # type: ignore[arg-type]
    return replace(quality, detection=detection)


def told_of(run: RunFindings, quality: ModelQuality) -> RunFindings:
    """Return a run with what labels say, told as a run tells it."""
    told = replace(quality, headline=quality_headline(quality), summary=quality_summary(quality))
    return replace(run, model_quality=told)


def _boxed(run: RunFindings, *, full: bool = False) -> RunFindings:
    """Return a run with the boxes of its worst images, few or as many as can be drawn."""
    assert run.model_quality is not None
    assert run.model_quality.detection is not None
    boxes = {
        one.image: _picture(one, crowd(24) if full else ())
        for one in run.model_quality.detection.worst
    }
    return replace(run, boxes={**(run.boxes or {}), **boxes})


def _picture(one: WorstImage, predicted: tuple[object, ...]) -> PictureBoxes:
    step = 0.9 / one.true_boxes
    true = tuple(
        drawn(0.05 + step * place, 0.2, step * (place + 1), 0.8, "dog", kind=BoxKind.TRUE)
        for place in range(one.true_boxes)
    )
    said = predicted or tuple(
        drawn(0.1 + place / 4, 0.05, 0.3 + place / 4, 0.4, "person", score=0.91 - place / 10)
        for place in range(one.found + one.strangers)
    )
    return PictureBoxes(predicted=len(said), true=len(true), drawn=(*said, *true))  # type: ignore[arg-type]
