"""The one test of the model's quality, as people say it."""

from __future__ import annotations

from reports.findings.model_quality.quality import ModelQuality
from reports.words.numbers import percent
from reports.words.of_quality.counts import LABELS
from reports.words.of_quality.scores import MEASURES, score_words


def one_test_words(quality: ModelQuality) -> str:
    """Return rate, limits and p-value of the test; empty where nothing was compared."""
    drop = quality.drop
    if drop is None:
        return ""
    rate, least = percent(drop.false_alarm_rate), score_words(drop.minimum_drop)
    measure = MEASURES.get(drop.measure, drop.measure)
    said = (
        f"One test, of {measure}: a drop is said where chance explains it in less than {rate} of "
        f"cases and it is at least {least}."
    )
    if drop.smallest is not None:
        labels = LABELS[quality.kind]
        said += (
            f" With these {labels}s, a drop of {score_words(drop.smallest)} is seen 4 times of 5."
        )
    return f"{said} p = {drop.p_value:.2g}. The verdict about the images rests on another test."
