"""What was found in two sets, told without a window and a job file."""

from __future__ import annotations

from reports.findings.run import RunFindings
from reports.words.of_rows.findings import with_sentences
from reports.words.of_sets.sentences import in_sets


def told_of_sets(findings: RunFindings) -> RunFindings:
    """Return the findings with every sentence about the current set."""
    return with_sentences(findings, in_sets)
