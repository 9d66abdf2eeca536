"""Example findings: a drifted, a steady, an inconclusive, a bare and a hostile run."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from reports.findings.answers import State, Verdict
from reports.findings.columns import (
    Category,
    Distribution,
    Finding,
    Histogram,
    Multivariate,
    Statistic,
)
from reports.findings.images import ImageCounts, Offender, OffenderReason, Quality, Trouble
from reports.findings.of_log.counts import LogCounts, LostValues
from reports.findings.of_log.server import EarlierServing, ServedModelFigures, ServerFigures
from reports.findings.places import Onset, Segment, SegmentScan
from reports.findings.run import ProfileSummary, RunFindings, WindowSpan
from reports.findings.runs import Evidence, Trend, TrendColumn
from reports.history.history import HistoryRow

HOSTILE_LABELS = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "\"'><style>*{display:none}</style>",
    "\u202egpj.exe\u202c",
    "{{ 7 * 7 }}",
    "a" * 300,
    "null\x00byte\x1b[31m and \ud800",
)
SIGMA = "\N{GREEK SMALL LETTER SIGMA}"
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
# Column: unit, mean, deviation, shift in deviations on the bad day.
COLUMNS = {
    "mean": ("grey level (0-255)", 141.0, 32.0, -1.34),
    "std_dev": ("grey levels", 58.0, 12.0, -0.42),
    "median": ("grey level (0-255)", 146.0, 45.0, -1.1),
    "entropy": ("bits", 7.1, 0.5, -0.07),
    "edge_density": ("mean gradient (0-1)", 0.061, 0.021, -0.05),
    "mean_red": ("level (0-255)", 147.0, 34.0, -1.2),
    "saturation": ("share (0-1)", 0.24, 0.11, 0.03),
    "colourfulness": ("Hasler-Suesstrunk scale (about 0-110)", 31.0, 12.0, 0.02),
    "sharpness": ("log10(1 + grey levels squared)", 3.1, 0.4, -1.12),
    "noise_level": ("grey levels", 2.1, 1.1, 0.06),
    "size_bytes": ("bytes", 61000.0, 19000.0, -0.04),
}


def drifted() -> RunFindings:
    """Return a day with a camera fault: darker, blurrier, and another mix of classes."""
    return _run(
        verdict=Verdict.DRIFT,
        summary=(
            "Images are darker and blurrier than the reference: mean brightness down "
            f"1.3 {SIGMA}, sharpness down 1.1 {SIGMA}, in 5,190 images."
        ),
        features=_features(bad_day=True),
        predictions=_predictions(bad_day=True),
        offenders=tuple(_offender(number) for number in range(12)),
        images=ImageCounts(logged=5210, analysed=5190, missing=14, unreadable=5, unfetched=1),
        quality=Quality(
            troubles=(
                Trouble(name="images/20250314_091200_cat 1.jpg", reason="not found"),
                Trouble(name="images/20250314_091733_IMG_0042.PNG", reason="empty file"),
            ),
            reasons={"not found": 14, "empty file": 3, "truncated": 2, "store timed out": 1},
            duplicated_rows=7,
            near_duplicates=31,
            deep_images=2,
            cross_check={"mean": 0, "entropy": 0, "edge_density": 412},
        ),
        log=LogCounts(
            rows=5213,
            rejected=3,
            reasons={"timestamp cannot be read": 2, "id is empty": 1},
            examples=(
                Trouble(name="predictions_log.csv, line 8113", reason="id is empty"),
                Trouble(
                    name="predictions_log.csv, line 9020", reason="timestamp cannot be read: n/a"
                ),
            ),
        ),
        warnings=("Timestamps carry no time zone and were read as UTC.",),
        trend=Trend(
            state=State.DRIFT,
            summary=f"Slow drift since 3 Mar 2025: mean_red down by 0.24 {SIGMA} on average.",
            runs=11,
            run_length=1000,
            evidence=8123.4,
            columns=(
                TrendColumn(
                    name="mean_red",
                    direction="down",
                    evidence=90211.0,
                    shift=-0.24,
                    since="2025-03-03T00:00:00Z",
                ),
            ),
        ),
        evidence=evidence(current_units=5100),
        multivariate=Multivariate(
            state=State.DRIFT,
            statistic=Statistic(name="direction", value=9.1),
            p_value=0.0005,
            adjusted_p_value=0.0005,
            threshold=0.01,
            effect=1.62,
            because="brightness, sharpness and noise no longer go together as they did",
        ),
        segments=(segment("model_version", "7"), segment("camera", "B", "model_version: 7")),
        segment_scan=SegmentScan(columns=("model_version", "camera"), segments=9, passed_over=3),
        onset=Onset(
            since="2025-03-11T14:00:05Z",
            effect_before=0.02,
            effect_after=0.31,
            adjusted_p_value=0.0005,
        ),
    )


def steady() -> RunFindings:
    """Return an ordinary day."""
    return _run(
        verdict=Verdict.STEADY,
        summary="No drift: 980 images look like the reference in all 14 compared columns.",
        features=_features(bad_day=False),
        predictions=_predictions(bad_day=False),
        images=ImageCounts(logged=980, analysed=980, missing=0, unreadable=0, unfetched=0),
        trend=Trend(
            state=State.STEADY,
            summary="No slow drift over the last 12 runs.",
            runs=12,
            run_length=1000,
            evidence=0.4,
        ),
        evidence=evidence(),
        multivariate=Multivariate(
            state=State.STEADY,
            statistic=Statistic(name="hotelling", value=0.5),
            p_value=0.31,
            adjusted_p_value=0.62,
            threshold=0.01,
            effect=0.04,
        ),
    )


def segment(column: str, value: str, echo_of: str = "") -> Segment:
    """Return a tenth of the window that is nearly all of its shift."""
    return Segment(
        column=column,
        value=value,
        images=519,
        share_of_images=0.1,
        share_of_shift=0.92,
        effect=2.1,
        rest_effect=-0.05,
        adjusted_p_value=0.0005,
        echo_of=echo_of,
    )


def evidence(current_units: int = 960) -> Evidence:
    """Return what a test of two columns rested on."""
    return Evidence(
        reference_units=1190,
        current_units=current_units,
        resamples=2000,
        statistics={"mean.location": -1.25, "joint.t2": 0.5},
    )


def inconclusive() -> RunFindings:
    """Return a day with too few images to say anything."""
    return _run(
        verdict=Verdict.INCONCLUSIVE,
        summary="Not enough to say: 23 images would not show a shift of half a deviation.",
        features=tuple(
            dataclasses.replace(column, state=State.INCONCLUSIVE)
            for column in _features(bad_day=False, images=23)
        ),
        predictions=(missing_column("breed"),),
        images=ImageCounts(logged=41, analysed=23, missing=18, unreadable=0, unfetched=0),
        quality=Quality(reasons={"not found": 18}),
        smallest_effect=1.06,
        images_needed=88,
    )


def empty_window() -> RunFindings:
    """Return a run whose window holds no row, with columns that could not be compared."""
    return _run(
        verdict=Verdict.INCONCLUSIVE,
        summary="The log holds no row in this window.",
        features=(
            missing_column("mean"),
            Finding(name="max_pixel", unit="", state=State.CONSTANT, note="Always 255."),
            Finding(name="aspect", unit="", state=State.FAILED, note="All values are missing."),
        ),
        predictions=(),
        images=ImageCounts(logged=0, analysed=0, missing=0, unreadable=0, unfetched=0),
        log=LogCounts(rows=0, rejected=0, reasons={}),
        smallest_effect=None,
        images_needed=None,
    )


def hostile() -> RunFindings:
    """Return a run in which every text that comes from outside tries to break the page."""
    label = HOSTILE_LABELS[0]
    return dataclasses.replace(
        drifted(),
        summary=f"New class {HOSTILE_LABELS[1]} after {HOSTILE_LABELS[3]}",
        warnings=HOSTILE_LABELS,
        predictions=(
            dataclasses.replace(
                _predictions(bad_day=True)[0],
                name=label,
                note=f"New classes: {', '.join(HOSTILE_LABELS)}",
                categories=tuple(
                    Category(name=name, reference=index, current=9 - index)
                    for index, name in enumerate(HOSTILE_LABELS)
                ),
            ),
        ),
        features=(
            *drifted().features,
            Finding(name="b" * 200, unit="c" * 80, state=State.MISSING, note=label),
        ),
        offenders=tuple(
            Offender(
                image=name,
                id=name,
                timestamp=name,
                score=1.0,
                because=name,
                reasons=(OffenderReason(look=name, measure=name, value=1.0, low=2.0, high=3.0),),
            )
            for name in HOSTILE_LABELS
        ),
        quality=Quality(
            troubles=tuple(Trouble(name=name, reason=name) for name in HOSTILE_LABELS),
            reasons=dict.fromkeys(HOSTILE_LABELS, 1),
            cross_check=dict.fromkeys(HOSTILE_LABELS, 1),
        ),
        segments=tuple(segment(name, name, f"{name}: {name}") for name in HOSTILE_LABELS),
        multivariate=Multivariate(state=State.DRIFT, because=label),
        onset=Onset(
            since=label, effect_before=0.0, effect_after=1.0, adjusted_p_value=0.1, within=label
        ),
        log=LogCounts(
            rows=9,
            rejected=7,
            reasons=dict.fromkeys(HOSTILE_LABELS, 1),
            examples=tuple(Trouble(name=name, reason=name) for name in HOSTILE_LABELS),
            lost_values=tuple(
                LostValues(
                    column=name,
                    values=9,
                    lost=1,
                    reasons={"not a number": 1},
                    examples=(Trouble(name=name, reason=name),),
                )
                for name in HOSTILE_LABELS
            ),
        ),
        serving=_hostile_server(),
    )


def _hostile_server() -> ServerFigures:
    figures = {"mean_ms": 98_765.4, "p50_ms": 12.3, "p99_ms": None, "queue_share": 0.999}
    earlier = EarlierServing(
        run_id="20250314T000000Z-1a2b3c4d",
        window_end="2025-03-14T00:00:00Z",
        requests=123_456_789,
        restarts=1_234,
        rows=123_456_789,
        **figures,
    )
    return ServerFigures(
        path="d" * 300,
        formats=("ts_metrics.log", "scrapes"),
        objects=9,
        samples=9,
        first="2025-03-08T00:00:00Z",
        last="2025-03-15T00:00:00Z",
        requests=123_456_789,
        restarts=1_234,
        rows=9,
        models=tuple(
            ServedModelFigures(model=name, version=name, requests=123_456_789, **figures)
            for name in HOSTILE_LABELS
        ),
        earlier=(earlier,) * 7,
        unread=tuple(Trouble(name=name, reason=name) for name in HOSTILE_LABELS),
        **figures,
    )


def missing_column(name: str) -> Finding:
    """Return a column that the reference knows nothing about."""
    return Finding(
        name=name,
        unit="",
        state=State.MISSING,
        note="The reference has no such column. Name a log of its own as reference.log.",
    )


def past_rows(findings: RunFindings, runs: int = 12) -> tuple[HistoryRow, ...]:
    """Return the rows of quiet daily runs before `findings`, oldest first, one of them drifted."""
    random = np.random.default_rng(5)
    end = datetime.fromisoformat(findings.window.end)
    columns = [column.name for column in (*findings.features, *findings.predictions)]
    return tuple(
        _past_row(end - timedelta(days=back), columns, random, drift=back == 4)
        for back in range(runs, 0, -1)
    )


def _past_row(
    end: datetime, columns: list[str], random: np.random.Generator, *, drift: bool
) -> HistoryRow:
    verdict = Verdict.DRIFT if drift else Verdict.STEADY
    effects = np.abs(random.normal(0, 0.06, len(columns))) + (0.6 if drift else 0)
    return HistoryRow(
        run_id=f"{end:%Y%m%dT%H%M%SZ}-1a2b3c4d",
        window_start=_iso(end - timedelta(days=7)),
        window_end=_iso(end),
        verdict=verdict,
        summary="Images are darker." if drift else "No drift: 960 images look like the reference.",
        images=960,
        false_alarm_rate=0.01,
        effects={name: float(size) for name, size in zip(columns, effects, strict=True)},
        states=dict.fromkeys(columns, State.DRIFT if drift else State.STEADY),
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _run(**parts: object) -> RunFindings:
    values: dict[str, object] = {
        "job": "dogs",
        "run_id": "20250315T000000Z-1a2b3c4d",
        "generated_at": "2025-03-15T03:15:42Z",
        "versions": {"image-drift": "0.1.0", "evidently": "0.7.23", "python": "3.11.9"},
        "timings": {"predictions": 0.41, "images": 21.7, "comparison": 3.2},
        "history_digest": "0" * 64,
        "window": WindowSpan(start="2025-03-08T00:00:00Z", end="2025-03-15T00:00:00Z"),
        "assumed_timezone": "UTC",
        "warnings": (),
        "log": LogCounts(rows=980, rejected=0, reasons={}),
        "profile": ProfileSummary(
            id="p-7f21c09be4d1",
            images=1204,
            feature_set="fs-4b1d7f2a90ce",
            created_at="2025-02-01T10:00:00Z",
            source="reference/",
        ),
        "false_alarm_rate": 0.01,
        "smallest_effect": 0.18,
        "images_needed": 88,
        "quality": Quality(cross_check={"mean": 0, "entropy": 0}),
    }
    return RunFindings(**{**values, **parts})  # type: ignore[arg-type]


def _features(*, bad_day: bool, images: int = 900) -> tuple[Finding, ...]:
    random = np.random.default_rng(20250315)
    columns = []
    for name, (unit, mean, std, shift) in COLUMNS.items():
        moved = shift if bad_day else random.normal(0, 0.03)
        reference = random.normal(mean, std, 1204)
        current = random.normal(mean + moved * std, std, images)
        columns.append(_numeric(name, unit, reference, current, moved))
    return (*columns, missing_column("blockiness"))


def _numeric(
    name: str,
    unit: str,
    reference: NDArray[np.float64],
    current: NDArray[np.float64],
    moved: float,
) -> Finding:
    edges = np.histogram_bin_edges(np.concatenate([reference, current]), 30)
    drifts = abs(moved) > 0.3
    return Finding(
        name=name,
        unit=unit,
        state=State.DRIFT if drifts else State.STEADY,
        statistic=Statistic(name="Kolmogorov-Smirnov", value=min(abs(moved) / 2, 1.0)),
        p_value=1e-22 if drifts else 0.41,
        adjusted_p_value=1.4e-21 if drifts else 1.0,
        threshold=0.01,
        effect=abs(moved),
        direction="up" if moved > 0 else "down",
        shift=moved,
        reference=_side(reference, edges),
        current=_side(current, edges),
    )


def _side(values: NDArray[np.float64], edges: NDArray[np.float64]) -> Distribution:
    points = np.quantile(values, QUANTILES)
    return Distribution(
        count=len(values),
        mean=float(values.mean()),
        std=float(values.std(ddof=1)),
        quantiles={str(q): float(point) for q, point in zip(QUANTILES, points, strict=True)},
        histogram=Histogram(
            edges=tuple(float(edge) for edge in edges),
            counts=tuple(int(count) for count in np.histogram(values, edges)[0]),
        ),
    )


def _predictions(*, bad_day: bool) -> tuple[Finding, ...]:
    random = np.random.default_rng(11)
    names = ("beagle", "collie", "dachshund", "poodle", "husky", "boxer", "pug", "terrier")
    before = dict(zip(names, (310, 228, 190, 150, 130, 96, 60, 40), strict=True))
    now = {name: 4 * count for name, count in before.items()}
    if bad_day:
        now |= {"beagle": 2260, "collie": 402, "pug": 0, "wolf": 118}
    shares = Finding(
        name="breed",
        unit="class",
        state=State.DRIFT if bad_day else State.STEADY,
        statistic=Statistic(name="chi-square", value=812.0 if bad_day else 3.1),
        p_value=1e-40 if bad_day else 0.87,
        adjusted_p_value=1.4e-39 if bad_day else 1.0,
        threshold=0.01,
        effect=0.21 if bad_day else 0.004,
        direction="shares",
        note="New: wolf. No longer predicted: pug." if bad_day else "",
        categories=tuple(
            Category(name=name, reference=before.get(name, 0), current=now.get(name, 0))
            for name in sorted({*before, *now}, key=lambda name: (-now.get(name, 0), name))
        ),
    )
    confidence = _numeric(
        "confidence",
        "share (0-1)",
        random.beta(9, 1.6, 1204),
        random.beta(5, 1.8, 900) if bad_day else random.beta(9, 1.6, 900),
        -0.7 if bad_day else 0.02,
    )
    return shares, confidence


def _offender(number: int) -> Offender:
    return Offender(
        image=f"images/20250314_09{number:02d}11_IMG 0{number:02d}.jpg",
        id=f"20250314_09{number:02d}11",
        timestamp=f"2025-03-14T09:{number:02d}:11Z",
        score=9.5 - number / 2,
        because=(
            f"darker (brightness {34 + number}, reference 60.5 to 156), "
            f"blurrier (sharpness {0.36 + number / 100:.3g}, reference 2.39 to 3.72)"
        ),
        reasons=(
            OffenderReason(
                look="darker", measure="brightness", value=34.0 + number, low=60.5, high=156.0
            ),
            OffenderReason(
                look="blurrier",
                measure="sharpness",
                value=0.36 + number / 100,
                low=2.39,
                high=3.72,
            ),
        ),
    )
