"""Putting together what a run found: the content of ``report.json``."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version

from drift.comparison import Comparison
from drift.data_health import with_health
from drift.options import as_text
from drift.reference_overlap import overlaps_reference
from drift.segments import Concentration
from drift.verdict import Decision
from drift.window_images import WindowImages
from jobs.job import Job
from jobs.predictions.rows import PredictionRows
from reference_stats.features.registry import feature_set, feature_set_id
from reference_stats.profiles.build import settings_digest
from reference_stats.profiles.profile import ReferenceProfile
from reports.findings import (
    Evidence,
    Finding,
    Offender,
    ProfileSummary,
    RunFindings,
    State,
    Trend,
    Verdict,
    WindowSpan,
)
from reports.wording import listed

_PACKAGES = ("image-drift", "evidently", "numpy", "pandas", "pillow", "scikit-image", "scipy")
_MANY_LOST = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What the stages of a run delivered."""

    job: Job
    run_id: str
    generated_at: datetime
    timings: dict[str, float]
    history_digest: str
    predictions: PredictionRows
    window: WindowImages
    profile: ReferenceProfile
    comparison: Comparison
    decision: Decision
    affected: int | None
    offenders: Sequence[Offender]
    concentration: Concentration
    trend: Trend | None
    accepted_runs: int


def assemble(facts: RunFacts) -> RunFindings:
    """Return everything that the run found."""
    span = facts.predictions.window
    return RunFindings(
        job=facts.job.name,
        run_id=facts.run_id,
        generated_at=as_text(facts.generated_at),
        versions=_versions(),
        timings=facts.timings,
        history_digest=facts.history_digest,
        window=WindowSpan(start=as_text(span.start), end=as_text(span.end)),
        assumed_timezone=facts.predictions.assumed_timezone,
        verdict=facts.decision.verdict,
        headline=facts.decision.headline,
        summary=facts.decision.summary,
        affected=facts.affected if facts.decision.verdict is Verdict.DRIFT else None,
        warnings=tuple(_warnings(facts)),
        images=facts.window.counts,
        log=facts.window.log,
        profile=ProfileSummary(
            id=facts.profile.id,
            images=facts.profile.images,
            feature_set=feature_set_id(feature_set(facts.job.images.canonical_size)),
            created_at=as_text(facts.profile.created_at),
            source=facts.profile.source,
        ),
        false_alarm_rate=facts.job.detection.false_alarm_rate,
        smallest_effect=facts.comparison.smallest_effect,
        minimum_effect=facts.job.detection.minimum_effect,
        images_needed=facts.comparison.images_needed,
        features=facts.comparison.features,
        predictions=facts.comparison.predictions,
        quality=with_health(
            facts.window.quality,
            facts.predictions.fields,
            facts.window.features,
            facts.profile.features,
        ),
        offenders=tuple(facts.offenders),
        multivariate=facts.comparison.multivariate,
        segments=facts.concentration.segments,
        onset=facts.concentration.onset,
        segment_scan=facts.concentration.scan,
        trend=facts.trend,
        evidence=_evidence(facts),
    )


def _evidence(facts: RunFacts) -> Evidence | None:
    evidence = facts.comparison.evidence
    return None if evidence is None else replace(evidence, accepted_runs=facts.accepted_runs)


def _versions() -> dict[str, str]:
    versions = {package: version(package) for package in _PACKAGES}
    return {"python": platform.python_version(), **versions}


def _warnings(facts: RunFacts) -> list[str]:
    return [*_data_warnings(facts), *_image_warnings(facts), *_reference_warnings(facts)]


def _is_unknown_to_reference(finding: Finding) -> bool:
    if finding.state is not State.MISSING:
        return False
    then, now = finding.reference, finding.current
    categories = finding.categories or ()
    known_then = (then.count if then else 0) + sum(one.reference for one in categories)
    known_now = (now.count if now else 0) + sum(one.current for one in categories)
    return known_then == 0 and known_now > 0


def _data_warnings(facts: RunFacts) -> Iterator[str]:
    log, images = facts.window.log, facts.window.counts
    if facts.predictions.assumed_timezone is not None:
        yield (
            f"Timestamps without a zone were taken as {facts.predictions.assumed_timezone} "
            "(predictions.timezone)."
        )
    if log.rejected > _MANY_LOST * log.rows:
        yield f"{log.rejected:,} of {log.rows:,} log rows were rejected; see data health."
    lost = images.logged - images.analysed
    if lost > _MANY_LOST * images.logged:
        yield f"{lost:,} of {images.logged:,} images could not be analysed; see data health."


def _image_warnings(facts: RunFacts) -> Iterator[str]:
    quality = facts.window.quality
    if quality.duplicated_rows:
        yield (
            f"{quality.duplicated_rows:,} rows name an image that an earlier row names too; each "
            "image counts once among the image features."
        )
    if quality.deep_images:
        yield (
            f"{quality.deep_images:,} images have more than 8 bits per sample: the seven "
            "grey-level features clip them at 255, all others scale them."
        )
    for name, count in quality.cross_check.items():
        if count:
            yield f"The log's own {name} differs from the recomputed one in {count:,} rows."


def _reference_warnings(facts: RunFacts) -> Iterator[str]:
    profile, images = facts.profile, facts.window.counts
    if overlaps_reference(facts.job, facts.predictions.window):
        yield (
            "The window overlaps reference.window: images on both sides hide a drift. Let "
            "reference.window end before the window, then run drift profile build."
        )
    unknown = [one.name for one in facts.comparison.predictions if _is_unknown_to_reference(one)]
    if unknown:
        yield (
            f"Not compared, because the reference does not know it: {listed(unknown)}. Set "
            "reference.log to the model's predictions on the reference and run drift profile build."
        )
    if profile.settings_digest != settings_digest(facts.job):
        yield (
            "The job file's [reference] has changed since the profile was built; the profile stays "
            "pinned until drift profile build."
        )
    if profile.images < images.analysed:
        yield (
            f"The reference ({profile.images:,} images) is smaller than the window "
            f"({images.analysed:,}); a larger reference would show smaller shifts."
        )
    if profile.left_out:
        parts = ", ".join(f"{count:,} {reason}" for reason, count in profile.left_out.items())
        yield f"Left out of the reference: {parts}."
