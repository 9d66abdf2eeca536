"""What is odd about columns: those that were not tested, and classes under other names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from drift.comparison.columns.columns import Column, ColumnKind
from drift.comparison.describe import rarity, renaming, untested_state
from reports.findings.columns import Finding
from reports.findings.remarks import Remark, RemarkWeight


def column_remarks(
    columns: Sequence[Column], findings: Mapping[str, Finding], scored: Collection[str] = ()
) -> Iterator[Remark]:
    """Yield each thing once, however many columns it is about.

    Parameters
    ----------
    scored
        Columns that have scores, whether they were tested here or something else judges them.
    """
    said: dict[str, Remark] = {}
    for column in columns:
        for remark in _remarks(column, findings[column.name], has_score=column.name in scored):
            said.setdefault(remark.text, remark)
    yield from said.values()


def _remarks(column: Column, finding: Finding, *, has_score: bool) -> Iterator[Remark]:
    if column.doubt is not None:
        yield column.doubt
    elif not has_score and _has_no_score(column, finding):
        yield rarity(finding)
    if column.renamed and column.doubt is None:
        yield renamed_remark(column)


def renamed_remark(column: Column) -> Remark:
    """Return which classes of a column are likely others, spelled anew."""
    return Remark(
        code="classes_renamed",
        text=(
            f"{renaming(column.renamed)} Is that right? Then write these classes of "
            f"{column.name} alike on both sides, or run drift profile build with predictions "
            "under the new names."
        ),
        weight=RemarkWeight.NOT_STEADY,
        headline="Classes were likely renamed",
    )


def _has_no_score(column: Column, finding: Finding) -> bool:
    is_classes = column.kind is ColumnKind.CLASSES
    return is_classes and untested_state(column) is None and finding.p_value is None
