"""What a message says of the model's quality."""

from __future__ import annotations

from collections.abc import Iterator

from reports.findings.model_quality.quality import ModelQuality
from reports.findings.model_quality.scores import ClassifierScores, WrongImage
from reports.findings.runs import Notice, NoticeKind
from reports.telling.content import Fact, NumberedList
from reports.telling.detector_message import detector_scores_facts, fallen_lists
from reports.words.harmless_text import harmless
from reports.words.numbers import counted, day, moment

QUALITY_OPENINGS = {
    NoticeKind.QUALITY_DROPPED: "Worse model in {job}",
    NoticeKind.QUALITY_REMINDER: "Still a worse model in {job}",
    NoticeKind.QUALITY_RECOVERED: "Model recovered: {job}",
}
"""How a title begins that tells of the quality alone."""
AND_THE_MODEL = {
    NoticeKind.QUALITY_DROPPED: "and the model is worse",
    NoticeKind.QUALITY_REMINDER: "and the model is still worse",
    NoticeKind.QUALITY_RECOVERED: "and the model is as good as before again",
}
"""What follows the opening of a title that tells of the verdict first."""
_MOST_WRONG = 2
_LONGEST_NAME = 160
_LONGEST_SENTENCE = 700


def quality_paragraph(quality: ModelQuality) -> str:
    """Return what labels say of the model, as one paragraph."""
    return quality.summary


def quality_line(quality: ModelQuality) -> Fact:
    """Return what is said of the model in a message that is about the verdict."""
    return Fact(name="Model", words=harmless(quality.headline.rstrip("."), _LONGEST_SENTENCE))


def quality_facts(quality: ModelQuality, notice: Notice, window_end: str) -> Iterator[Fact]:
    """Yield since when, and on how many labels of which days that rests."""
    if notice.since != window_end:
        yield Fact(name="", words=_since(notice))
    drop = quality.drop
    if notice.kind is not NoticeKind.QUALITY_RECOVERED and drop is not None and drop.since:
        yield Fact(name="", words=f"The drop began with the predictions of {day(drop.since)}")
    if quality.detection is not None:
        yield from detector_scores_facts(quality, quality.detection)
    newest = quality.newest
    if newest is not None:
        labelled = _labelled(quality, newest.scores)
        words = f"{labelled.words} between {moment(newest.start)} and {moment(newest.end)}"
        yield Fact(name=labelled.name, words=words)


def wrong_answers(quality: ModelQuality, notice: Notice) -> Iterator[NumberedList]:
    """Yield the wrong answers that the model was most sure of; none where it has recovered.

    Of a detector the classes that fell most, and the images on which it did worst.
    """
    if notice.kind is NoticeKind.QUALITY_RECOVERED:
        return
    if quality.detection is not None:
        yield from fallen_lists(quality, quality.detection)
    if quality.wrong:
        yield NumberedList(
            heading="The wrong answers that the model was most sure of",
            lines=tuple(
                harmless(_wrong(one), _LONGEST_NAME) for one in quality.wrong[:_MOST_WRONG]
            ),
        )


def _wrong(one: WrongImage) -> str:
    sure = "" if one.confidence is None else f", confidence {one.confidence:.2f}"
    name = one.image or one.id or one.timestamp
    return f"{name}: {one.true}, called {one.predicted}{sure}"


def _labelled(quality: ModelQuality, scores: ClassifierScores) -> Fact:
    if quality.detection is not None:
        words = f"{scores.labelled:,} of {scores.predictions:,}"
        return Fact(name="Labelled images", words=words)
    words = f"{scores.labelled:,} of {counted(scores.predictions, 'prediction')}"
    return Fact(name="Labels", words=words)


def _since(notice: Notice) -> str:
    end = moment(notice.since)
    if notice.kind is NoticeKind.QUALITY_RECOVERED:
        return f"The model was called worse first by the run of the window that ended {end}"
    return f"The model is called worse since the run of the window that ended {end}"
