"""Remarks about the reference: whether the window can be compared with it at all."""

from __future__ import annotations

from collections.abc import Iterator

from drift.comparison.compare import Comparison
from drift.remarks.facts import RunData
from reference_stats.profiles.build import settings_digest
from reports.findings.answers import State
from reports.findings.columns import Finding
from reports.findings.remarks import Remark
from reports.words.numbers import counted, listed


def reference_remarks(data: RunData) -> Iterator[Remark]:
    """Yield what is odd about the reference."""
    profile, images = data.profile, data.counts.images
    if profile.settings_digest != settings_digest(data.job):
        yield Remark(
            code="reference_settings_changed",
            text=(
                "The job file's [reference] has changed since the profile was built; the profile "
                "stays pinned until drift profile build."
            ),
        )
    different = data.counted.images
    kind = "image" if different == profile.images else "different picture"
    if different < images.analysed:
        yield Remark(
            code="reference_smaller",
            text=(
                f"The reference ({counted(different, kind)}) is smaller than the window "
                f"({images.analysed:,}); a larger reference would show smaller shifts."
            ),
        )
    if profile.left_out:
        parts = ", ".join(f"{count:,} {reason}" for reason, count in profile.left_out.items())
        yield Remark(code="left_out_of_reference", text=f"Left out of the reference: {parts}.")


def unknown_to_reference(data: RunData, comparison: Comparison) -> Iterator[Remark]:  # noqa: ARG001
    """Yield which columns of predictions the reference does not know."""
    unknown = [one.name for one in comparison.predictions if _is_unknown_to_reference(one)]
    if unknown:
        yield Remark(
            code="unknown_to_reference",
            text=(
                f"Not compared, because the reference does not know it: {listed(unknown)}. Set "
                "reference.log to the model's predictions on the reference and run drift profile "
                "build."
            ),
        )


def _is_unknown_to_reference(finding: Finding) -> bool:
    if finding.state is not State.MISSING:
        return False
    then, now = finding.reference, finding.current
    categories = finding.categories or ()
    known_then = (then.count if then else 0) + sum(one.reference for one in categories)
    known_now = (now.count if now else 0) + sum(one.current for one in categories)
    return known_then == 0 and known_now > 0
