"""Example findings about the model's quality: of every state, and of every odd kind."""

from __future__ import annotations

from dataclasses import replace

from reports.findings.model_quality.labels import LabelExample
from reports.findings.model_quality.quality import (
    ModelKind,
    ModelQuality,
    QualityState,
)
from reports.findings.model_quality.scores import (
    Confusion,
    Estimate,
    EstimatedScore,
    VersionScores,
    WrongImage,
)
from reports.findings.run import RunFindings
from reports.words.of_quality.sentences import quality_headline, quality_summary
from tests.support import findings as examples
from tests.support.detector_findings import DETECTOR_EXAMPLES
from tests.support.findings import HOSTILE_LABELS
from tests.support.model_qualities import (
    DAYS,
    METHOD,
    class_score,
    classifier_scores,
    fallen,
    label_input,
    right,
    scored_day,
    scored_weeks,
    stretch,
)
from tests.support.row_findings import drifted_rows


def still_right() -> RunFindings:
    """Return an ordinary day whose labels say that the model is as good as before."""
    return with_quality(examples.steady(), right())


def worse_with_drift() -> RunFindings:
    """Return a day with a camera fault on which the model is worse as well."""
    withheld = EstimatedScore(
        method=METHOD,
        score=None,
        withheld="The images differ from the reference, and what confidences say of accuracy does "
        "not hold there.",
    )
    return with_quality(examples.drifted(), replace(fallen(), estimate=withheld))


def worse_without_drift() -> RunFindings:
    """Return an ordinary day on which the model is worse."""
    return with_quality(examples.steady(), fallen())


def few_labels() -> RunFindings:
    """Return a day of which 12 labels came so far, and 50 are needed."""
    quality = ModelQuality(
        kind=ModelKind.CLASSIFIER,
        state=QualityState.UNKNOWN,
        headline="",
        summary="",
        labels=label_input(used=12, newest="2025-03-12T10:00:00Z"),
        window=classifier_scores(0.9, 5, 980, bare=True),
        days=tuple(
            scored_day(back, 0.9, 3 if back in {4, 5, 6} else 0) for back in range(DAYS, 0, -1)
        ),
        weeks=scored_weeks(lambda back: 0.9, labelled=1),
    )
    return with_quality(examples.steady(), quality)


def first_labels() -> RunFindings:
    """Return a day with enough labels, and nothing yet to compare them with."""
    quality = replace(
        right(), state=QualityState.UNKNOWN, basis=None, before=None, drop=None, reference=None
    )
    return with_quality(examples.steady(), quality)


def other_classes() -> RunFindings:
    """Return a day whose labels name other classes than the model's answers."""
    classes = [class_score(name, 30, 0, None, known=False) for name in ("dog", "cat")]
    classes += [class_score(name, 0, 30, None) for name in ("0", "1")]
    quality = replace(
        right(),
        state=QualityState.UNKNOWN,
        basis=None,
        before=None,
        drop=None,
        newest=stretch(7, 0.0, 60),
        classes=tuple(classes),
        confusions=(),
        reliability=(),
        days=(),
        weeks=(),
        wrong=(),
        estimate=None,
    )
    return with_quality(examples.steady(), quality)


def thousand_classes() -> RunFindings:
    """Return a drop of a model with a thousand classes."""
    classes = tuple(
        class_score(f"class {number:04d}", 4, 4, number / 1000, before=0.9)
        for number in range(1000)
    )
    confusions = tuple(
        Confusion(true=f"class {n:04d}", predicted=f"class {n + 1:04d}", count=2, share=0.5)
        for n in range(500)
    )
    return with_quality(
        examples.drifted(), replace(fallen(), classes=classes, confusions=confusions)
    )


def two_versions() -> RunFindings:
    """Return a day on which two versions of the model answered."""
    versions = (
        VersionScores(version="7", scores=classifier_scores(0.71, 130, 410)),
        VersionScores(version="6", scores=classifier_scores(0.92, 150, 520)),
        VersionScores(version=None, scores=classifier_scores(0.85, 20, 50, bare=True)),
    )
    return with_quality(examples.steady(), replace(fallen(), versions=versions))


def hostile_classes() -> RunFindings:
    """Return a drop whose classes, versions, files and labels are named to break a page."""
    names = HOSTILE_LABELS
    labels = replace(
        label_input(),
        source=names[0],
        left_out={names[1]: 3},
        noted={names[2]: 2},
        examples=tuple(
            LabelExample(source=name, line=None, key=name, reason=name) for name in names
        ),
    )
    quality = replace(
        fallen(),
        labels=labels,
        classes=tuple(class_score(name, 20, 20, 0.5, before=0.9) for name in names),
        confusions=tuple(
            Confusion(true=name, predicted=other, count=3, share=0.4, share_before=0.1, grew=True)
            for name, other in zip(names, reversed(names), strict=True)
        ),
        versions=tuple(
            VersionScores(version=name, scores=classifier_scores(0.8, 50, 90)) for name in names
        ),
        wrong=tuple(
            WrongImage(
                image=f"images/{name}.jpg",
                id=name,
                timestamp=name,
                true=name,
                predicted=names[0],
                confidence=0.99,
            )
            for name in names
        ),
        remarks=names,
        estimate=EstimatedScore(method=names[0], score=None, withheld=names[1]),
    )
    return with_quality(examples.hostile(), quality)


def worse_rows() -> RunFindings:
    """Return a drop in a job without images."""
    quality = fallen()
    wrong = tuple(replace(one, image="") for one in quality.wrong)
    return with_quality(drifted_rows(), replace(quality, wrong=wrong))


def estimated() -> RunFindings:
    """Return an ordinary day without labels of its own, whose accuracy is estimated."""
    estimate = EstimatedScore(method=METHOD, score=Estimate(value=0.915, low=0.89, high=0.94))
    quality = replace(right(), window=classifier_scores(0.0, 0, 980, bare=True), estimate=estimate)
    return with_quality(examples.steady(), quality)


QUALITY_EXAMPLES = (
    still_right,
    worse_with_drift,
    worse_without_drift,
    few_labels,
    first_labels,
    other_classes,
    thousand_classes,
    two_versions,
    hostile_classes,
    worse_rows,
    estimated,
    *DETECTOR_EXAMPLES,
)


def with_quality(run: RunFindings, quality: ModelQuality) -> RunFindings:
    """Return a run with what labels say, told as a run tells it."""
    told = replace(quality, headline=quality_headline(quality), summary=quality_summary(quality))
    return replace(run, model_quality=told)
