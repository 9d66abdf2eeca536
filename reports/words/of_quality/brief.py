"""Whether the model is still right, in the few words that fit beside a verdict."""

from __future__ import annotations

from reports.findings.model_quality.quality import ModelQuality, QualityBasis, QualityState
from reports.words.of_quality.scores import before_of, decimals_of, measure_words, score_words

STATE_LABELS = {
    QualityState.HOLDS: "Model still right",
    QualityState.DROPPED: "Model got worse",
    QualityState.UNKNOWN: "Model: not known yet",
}


def quality_in_brief(quality: ModelQuality) -> str:
    """Return the scores of a model's state: ``accuracy 0.92, 0.95 before``.

    Where the state is not known it is the reason, as the headline says it.
    """
    score, before = quality.score, before_of(quality)
    if score is None or before is None or quality.state is QualityState.UNKNOWN:
        return quality.headline
    decimals = decimals_of(score)
    when = "in the reference" if quality.basis is QualityBasis.REFERENCE else "before"
    now = score_words(score.value, decimals)
    return f"{measure_words(quality)} {now}, {score_words(before, decimals)} {when}"
