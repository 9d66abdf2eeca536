"""The one line that a run ends with."""

from __future__ import annotations

import logging

from reports.findings.answers import State
from reports.findings.columns import Finding
from reports.findings.run import RunFindings

logger = logging.getLogger(__name__)


def tell_end(findings: RunFindings, *, seconds: float, report_url: str | None) -> None:
    """Log the verdict, what it rests on, how long it took and where the report is.

    Parameters
    ----------
    findings
        What the run found.
    seconds
        How long the run took, follow-ups included.
    report_url
        Where its page is; None for a run that wrote nothing.
    """
    counts = findings.images
    images = f"{counts.analysed:,} of {counts.logged:,} {findings.observed} analysed"
    where = "nothing was written" if report_url is None else f"report: {report_url}"
    logger.info(
        "%s: %s, %s in %.1f s; %s",
        findings.job,
        findings.verdict,
        images,
        seconds,
        where,
        extra={"drift_run": _fields(findings, seconds, report_url)},
    )


def _fields(findings: RunFindings, seconds: float, report_url: str | None) -> dict[str, object]:
    counts, quality = findings.images, findings.model_quality
    of_model: dict[str, object] = {}
    if quality is not None:
        of_model = {"model_state": quality.state.value, "model_headline": quality.headline}
    return {
        "job": findings.job,
        "run_id": findings.run_id,
        "verdict": findings.verdict.value,
        "headline": findings.headline or findings.summary,
        "window_start": findings.window.start,
        "window_end": findings.window.end,
        "images_logged": counts.logged,
        "images_analysed": counts.analysed,
        "images_affected": findings.affected,
        "columns_drifted": sum(map(_has_drifted, findings.columns)),
        "segments_drifted": len(findings.segment_tests.drifted) if findings.segment_tests else 0,
        "seconds": round(seconds, 1),
        "report_url": report_url,
        **of_model,
    }


def _has_drifted(column: Finding) -> bool:
    return column.state is State.DRIFT
