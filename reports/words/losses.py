"""The words for images and columns that a run lacks, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from reference_stats.outcomes import UnreadableReason
from reports.findings.answers import State, Verdict
from reports.findings.images import ImageCounts
from reports.findings.remarks import RemarkWeight
from reports.findings.run import RunFindings
from reports.words.numbers import counted


def what_is_missing(findings: RunFindings) -> list[str]:
    """Return what was missing for a verdict, one sentence each; empty if there is a verdict."""
    if findings.verdict is not Verdict.INCONCLUSIVE:
        return []
    return [
        *_images_wanting(findings),
        *_losses(findings),
        *_columns_wanting(findings),
    ]


def _images_wanting(findings: RunFindings) -> list[str]:
    images = findings.images
    if images.logged == 0:
        words = (
            "The log names no image in this window. "
            "Check that the API still writes its log, and that the window is the one you meant."
        )
        return [words]
    if images.analysed == 0:
        how, advice = ways_lost(images), losing_advice(images, findings.quality.reasons)
        if advice in findings.summary:
            return []
        return [f"None of the {counted(images.logged, 'image')} could be analysed: {how}. {advice}"]
    needed = findings.images_needed
    if needed is None or images.analysed >= needed or _has_other_reasons(findings):
        return []
    words = (
        f"The window has {counted(images.analysed, 'image')}; about {needed:,} are needed to "
        "notice a shift of the size that this job looks for. Make the window longer: see [window] "
        "in the job file."
    )
    return [words]


def _has_other_reasons(findings: RunFindings) -> bool:
    """Tell whether the run is inconclusive for what more images would not change."""
    baseline = findings.baseline
    if baseline is not None and baseline.is_learning:
        return True
    weights = {remark.weight for remark in findings.remarks}
    return bool(weights & {RemarkWeight.NOT_STEADY, RemarkWeight.NO_VERDICT})


def _losses(findings: RunFindings) -> list[str]:
    images = findings.images
    lost = images.lost
    words = []
    if lost and images.analysed:
        were = "was" if lost == 1 else "were"
        how = ways_lost(images)
        told = f"{counted(lost, 'image')} of {images.logged:,} {were} lost: {how}."
        reasons = findings.quality.reasons
        advice = heic_advice(reasons)
        if 2 * lost > images.logged:
            advice = losing_advice(images, reasons)
        words.append(told if advice in findings.summary else f"{told} {advice}")
    if findings.log.rejected:
        rows = counted(findings.log.rejected, "row")
        words.append(f"{rows} of the log could not be used, of {findings.log.rows:,}.")
    return words


def ways_lost(images: ImageCounts) -> str:
    """Return the number of images lost for each reason, in words."""
    ways = {
        "not found": images.missing,
        "not readable": images.unreadable,
        "not fetched": images.unfetched,
    }
    if not images.analysed or not images.lost:
        ways["overwritten by later pictures of the same names"] = images.overwritten
    return ", ".join(f"{number:,} {way}" for way, number in ways.items() if number)


def heic_advice(reasons: Mapping[str, int]) -> str:
    """Return advice on HEIC photographs that could not be read; empty if there are none."""
    count = reasons.get(UnreadableReason.HEIC.value, 0)
    if not count:
        return ""
    are = "is a HEIC photograph" if count == 1 else "are HEIC photographs"
    needs = "needs" if count == 1 else "need"
    return (
        f"{count:,} {are}, as iPhones take them, which {needs} pillow-heif: install "
        "image-drift[heif], or convert them to JPEG."
    )


def mostly_heic(images: ImageCounts, reasons: Mapping[str, int]) -> bool:
    """Tell whether more than half of the lost images are HEIC photographs."""
    return 2 * reasons.get(UnreadableReason.HEIC.value, 0) > images.lost


def losing_advice(images: ImageCounts, reasons: Mapping[str, int] | None = None) -> str:
    """Return what to check if most images are lost, for their most frequent reason.

    Parameters
    ----------
    reasons
        The number of images left out per reason.
    """
    if images.overwritten > images.lost and not (images.analysed and images.lost):
        return (
            "Store each picture under a name of its own, or let runs come before names are used "
            "again."
        )
    most = max(images.missing, images.unreadable, images.unfetched)
    if reasons and mostly_heic(images, reasons):
        return heic_advice(reasons)
    if most == images.missing:
        return (
            "Check images.path in the job file against the names in the bucket, "
            "and that the images have not been moved or deleted."
        )
    if most == images.unfetched:
        return "Check that this job may read the images' bucket, and that it can be reached."
    return "Check that [images] in the job file names image files, and that they are whole."


def _columns_wanting(findings: RunFindings) -> list[str]:
    if not findings.images.analysed:
        # The text says already that there was no image to compare.
        return []
    columns = findings.columns
    missing = [column.name for column in columns if column.state is State.MISSING]
    if len(missing) == len(columns) and columns:
        return ["Nothing could be compared: no column is there on both sides."]
    return []
