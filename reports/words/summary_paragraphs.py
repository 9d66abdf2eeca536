"""The summary of a run in paragraphs: the cause of a drift, then what drifted."""

from __future__ import annotations

from reports.findings.remarks import RemarkWeight, of_weight
from reports.findings.run import RunFindings


def summary_paragraphs(findings: RunFindings) -> tuple[str, ...]:
    """Return the summary in paragraphs; a cause at its beginning is a paragraph of its own."""
    summary = findings.summary
    for cause in of_weight(findings.remarks, RemarkWeight.CAUSE):
        rest = summary.removeprefix(cause.text).strip()
        if summary.startswith(cause.text) and rest:
            return cause.text, rest
    return (summary,)
