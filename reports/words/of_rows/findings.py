"""What a run without images found, told of rows."""

from __future__ import annotations

from reports.findings.run import RunFindings
from reports.words.of_rows.sentences import in_rows
from reports.words.sentences import with_sentences


def told_in_rows(findings: RunFindings) -> RunFindings:
    """Return the findings with every sentence about rows where no images were compared."""
    return findings if findings.has_images else with_sentences(findings, in_rows)
