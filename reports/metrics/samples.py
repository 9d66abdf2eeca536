"""From what a run found to the samples of its metrics."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from reports.findings.answers import State, Verdict
from reports.findings.columns import Finding
from reports.findings.days import Basis
from reports.findings.effect_sizes import capped, in_deviations
from reports.findings.run import RunFindings
from reports.metrics import catalogue
from reports.metrics.of_model.quality_samples import quality_samples
from reports.metrics.of_model.view_samples import view_samples
from reports.metrics.sample import Metric, Sample, label_text

MAX_COLUMNS = 200
"""So many columns have samples of their own, ten each: a log with a thousand classes has a thousand
probability columns, and a time series costs for ever."""
_JOINT = "all features together"


def samples_of(findings: RunFindings, late_after: str = "") -> tuple[Sample, ...]:
    """Return the samples of a run: the same labels at every run of a job, as far as can be.

    Numbers that are not known have no sample. Of more than `MAX_COLUMNS` columns the first ones are
    kept, image features before the model's view and predictions. In labels, characters that cannot
    be printed are question marks, and what is longer than 100 characters is cut.

    Parameters
    ----------
    late_after
        By when the next run must be there, ISO 8601; empty where that is not known.
    """
    columns, left_out = _columns(findings)
    return (
        *_run_samples(findings),
        *_known(findings, catalogue.NEXT_RUN, _seconds(late_after) if late_after else None),
        *_image_samples(findings),
        *_state_samples(findings),
        *_segment_samples(findings),
        *view_samples(findings),
        *quality_samples(findings.job, findings.model_quality),
        _sample(findings, catalogue.COLUMNS_LEFT_OUT, left_out),
        *(sample for column in columns for sample in _column_samples(findings, column)),
    )


def _sample(findings: RunFindings, metric: Metric, value: float, *labels: str) -> Sample:
    texts = (findings.job, *labels)
    return Sample(metric=metric, labels=tuple(map(label_text, texts)), value=float(value))


def _known(
    findings: RunFindings, metric: Metric, value: float | None, *labels: str
) -> Iterator[Sample]:
    if value is not None and math.isfinite(value):
        yield _sample(findings, metric, value, *labels)


def _run_samples(findings: RunFindings) -> Iterator[Sample]:
    for verdict in Verdict:
        yield _sample(findings, catalogue.VERDICT, verdict is findings.verdict, verdict)
    yield _sample(findings, catalogue.LAST_RUN, _seconds(findings.generated_at))
    yield _sample(findings, catalogue.WINDOW_START, _seconds(findings.window.start))
    yield _sample(findings, catalogue.WINDOW_END, _seconds(findings.window.end))
    yield _sample(findings, catalogue.FALSE_ALARM_RATE, findings.false_alarm_rate)
    yield from _known(findings, catalogue.MINIMUM_EFFECT, findings.minimum_effect)
    yield from _known(findings, catalogue.SMALLEST_EFFECT, findings.smallest_effect)
    if findings.trend is not None:
        yield _sample(findings, catalogue.TREND_ALARM, findings.trend.state is State.DRIFT)
    yield from _day_samples(findings)
    for stage, seconds in findings.timings.items():
        yield _sample(findings, catalogue.STAGE_DURATION, seconds, stage)
    version = findings.versions.get("image-drift", "")
    yield _sample(findings, catalogue.INFO, 1, version, findings.profile.id)


def _day_samples(findings: RunFindings) -> Iterator[Sample]:
    for basis in Basis:
        yield _sample(findings, catalogue.BASIS, basis is findings.basis, basis)
    if findings.level is not None:
        yield _sample(findings, catalogue.LEVEL_DIFFERS, findings.level.stands_out)
    if findings.baseline is not None:
        yield _sample(findings, catalogue.BASELINE_BLOCKS, findings.baseline.blocks)


def _seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _image_samples(findings: RunFindings) -> Iterator[Sample]:
    counts, quality = findings.images, findings.quality
    yield _sample(findings, catalogue.IMAGES_LOGGED, counts.logged)
    for outcome in ("analysed", "missing", "unreadable", "unfetched", "overwritten"):
        yield _sample(findings, catalogue.IMAGES, getattr(counts, outcome), outcome)
    # Always there: the number of an earlier run would be shown in its place.
    yield _sample(findings, catalogue.IMAGES_AFFECTED, findings.affected or 0)
    if quality.pictures is not None:
        for fault in ("dark", "blown_out", "blurred", "tiny"):
            images = getattr(quality.pictures, fault).images
            yield _sample(findings, catalogue.IMAGES_POOR, images, fault)
    yield _sample(findings, catalogue.IMAGES_NEAR_DUPLICATE, quality.near_duplicates)
    yield from _known(findings, catalogue.IMAGES_NEEDED, findings.images_needed)
    yield _sample(findings, catalogue.REFERENCE_IMAGES, findings.profile.images)
    yield _sample(findings, catalogue.ROWS, findings.log.rows)
    yield _sample(findings, catalogue.ROWS_REJECTED, findings.log.rejected)


def _state_samples(findings: RunFindings) -> Iterator[Sample]:
    counts = Counter(column.state for column in findings.columns)
    for state in State:
        yield _sample(findings, catalogue.COLUMNS, counts[state], state)


def _segment_samples(findings: RunFindings) -> Iterator[Sample]:
    tests = findings.segment_tests
    if tests is None:
        return
    counts = Counter(one.state for one in tests.tested)
    for state in (State.STEADY, State.DRIFT, State.INCONCLUSIVE):
        yield _sample(findings, catalogue.SEGMENTS, counts[state], state)
    # Names that were cut may be the same, and two samples of the same labels are refused.
    drifts: dict[tuple[str, str], bool] = {}
    for one in tests.tested:
        labels = (label_text(one.column), label_text(one.value))
        drifts[labels] = drifts.get(labels, False) or one.state is State.DRIFT
    for labels, is_drift in drifts.items():
        yield _sample(findings, catalogue.SEGMENT_DRIFT, is_drift, *labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    kind: str
    name: str
    state: State
    effect: float | None
    shift: float | None
    beside_days: float | None
    adjusted_p_value: float | None

    @property
    def labels(self) -> tuple[str, str]:
        return self.kind, label_text(self.name)


def _columns(findings: RunFindings) -> tuple[list[_Column], int]:
    """Return the columns that get samples, and how many do not."""
    candidates = [
        *_joint(findings),
        *(_column("feature", column) for column in findings.features),
        *(_column("view", column) for column in findings.view),
        *(_column("prediction", column) for column in findings.predictions),
        *(_column("number", column) for column in findings.numbers),
    ]
    # Names that were cut may be the same, and two samples of the same labels are refused.
    distinct = list({column.labels: column for column in reversed(candidates)}.values())[::-1]
    kept = distinct[:MAX_COLUMNS]
    return kept, len(candidates) - len(kept)


def _joint(findings: RunFindings) -> Iterator[_Column]:
    joint = findings.multivariate
    if joint is not None:
        yield _Column(
            kind="joint",
            name=_JOINT,
            state=joint.state,
            effect=joint.effect,
            shift=None,
            beside_days=None,
            adjusted_p_value=joint.adjusted_p_value,
        )


def _column(kind: str, column: Finding) -> _Column:
    effect, beside = column.effect, column.beside_days
    is_number = beside is not None and not beside.usual_shares
    return _Column(
        kind=kind,
        name=column.name,
        state=column.state,
        effect=None if effect is None else in_deviations(effect, column.direction),
        shift=column.shift,
        beside_days=capped(beside.difference) if beside is not None and is_number else None,
        adjusted_p_value=column.adjusted_p_value,
    )


def _column_samples(findings: RunFindings, column: _Column) -> Iterator[Sample]:
    for state in State:
        value = state is column.state
        yield _sample(findings, catalogue.COLUMN_STATE, value, *column.labels, state)
    for metric, number in (
        (catalogue.COLUMN_EFFECT, column.effect),
        (catalogue.COLUMN_SHIFT, column.shift),
        (catalogue.COLUMN_BESIDE_DAYS, column.beside_days),
        (catalogue.COLUMN_P_VALUE, column.adjusted_p_value),
    ):
        yield from _known(findings, metric, number, *column.labels)
