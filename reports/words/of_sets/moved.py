"""The columns that moved between two sets, in plain words."""

from __future__ import annotations

from dataclasses import replace

from reports.findings.run import RunFindings
from reports.words.moved import Moved, moved_in_words
from reports.words.of_rows.sentences import in_rows
from reports.words.of_sets.sentences import in_sets


def moved_in_sets(findings: RunFindings) -> tuple[Moved, ...]:
    """Return the columns that moved as `moved_in_words` does, told of rows where there are any."""
    moved = moved_in_words(findings, most=len(findings.columns))
    if findings.has_images:
        return tuple(replace(one, words=in_sets(one.words)) for one in moved)
    return tuple(replace(one, words=in_rows(in_sets(one.words))) for one in moved)
