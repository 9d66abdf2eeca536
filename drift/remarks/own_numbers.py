"""Remarks about features that the log holds itself, where the images say something else."""

from __future__ import annotations

from collections.abc import Iterator

from drift.remarks.facts import RunData
from reports.findings.remarks import Remark
from reports.words.numbers import counted, listed

_NAMES = 4


def own_number_remarks(data: RunData) -> Iterator[Remark]:
    """Yield which of the features that the job says its log holds differ from the images' own."""
    named = data.job.predictions.columns.numbers
    columns = named if isinstance(named, dict) else {}
    checked = data.counts.quality.cross_check
    differing = [name for name in columns if checked.get(name)]
    if not differing:
        return
    first = differing[0]
    pairs = listed([f"{columns[one]} and the images' own {one}" for one in differing], _NAMES)
    yield Remark(
        code="numbers_disagree",
        text=(
            f"The log's {pairs} differ by more than rounding, {columns[first]} in "
            f"{counted(checked[first], 'row')}: the log's producer computes it in another way, or "
            "from other images. Both are compared, each with its own reference."
        ),
    )
