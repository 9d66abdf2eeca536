"""The answer of a whole run, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drift.comparison.compare import Comparison
from drift.verdict.quiet import learning, nothing_drifted, nothing_in_common
from drift.verdict.sentence import Extent, Sentence, caused, moved, moved_in_segment, moved_jointly
from jobs.job_file.job import Job
from reports.findings.answers import State, Verdict
from reports.findings.images import ImageCounts
from reports.findings.of_log.counts import LogCounts
from reports.findings.remarks import Remark, RemarkWeight, of_weight
from reports.words.losses import losing_advice, mostly_heic, ways_lost
from reports.words.numbers import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict of a run and why: in one sentence, and in its beginning without the numbers.

    Attributes
    ----------
    named
        The columns whose moves the headline names, in its order.
    """

    verdict: Verdict
    headline: str
    summary: str
    named: tuple[str, ...] = ()


def decide(
    comparison: Comparison,
    extent: Extent,
    log: LogCounts,
    job: Job,
    remarks: Sequence[Remark] = (),
) -> Decision:
    """Return the verdict: drift where a column drifted, steady where the comparison was quiet.

    A quiet run is steady however few images it has: its summary states the smallest shift that
    would have been seen. It is inconclusive where nothing could be compared, and where it is open
    what is normal: see `Yardstick.learns`. A remark of the weight ``no_verdict`` makes the run
    inconclusive, one of ``not_steady`` does so where nothing drifted, and a cause stands before
    what drifted.

    Parameters
    ----------
    comparison
        The findings; on the basis of days those about days.
    extent
        What the verdict is about, with the yardstick: normal days or the reference.
    """
    forbidding = of_weight(remarks, RemarkWeight.NO_VERDICT)
    nothing_to_see = not extent.images.logged
    if nothing_to_see or (lacks_images(extent.images, job) and not forbidding):
        return _decision(Verdict.INCONCLUSIVE, _too_few(extent, log, job))
    if forbidding:
        return _decision(Verdict.INCONCLUSIVE, _said_by(forbidding))
    drifted = what_drifted(comparison, extent)
    if drifted is not None:
        causes = of_weight(remarks, RemarkWeight.CAUSE)
        if causes:
            drifted = caused(causes[0], drifted, extent.yardstick)
        return _decision(Verdict.DRIFT, drifted)
    is_open = _what_is_open(comparison, extent, remarks)
    if is_open is not None:
        return _decision(Verdict.INCONCLUSIVE, is_open)
    quiet = nothing_drifted(comparison, extent, job.detection.effect_to_see)
    return _decision(Verdict.STEADY, quiet)


def _what_is_open(
    comparison: Comparison, extent: Extent, remarks: Sequence[Remark]
) -> Sentence | None:
    """Return why a run in which nothing drifted is not steady; None where it is."""
    doubts = of_weight(remarks, RemarkWeight.NOT_STEADY)
    if doubts:
        return _said_by(doubts)
    if all(finding.p_value is None for finding in comparison.findings):
        return nothing_in_common()
    return learning(extent.yardstick) if extent.yardstick.learns else None


def what_drifted(comparison: Comparison, extent: Extent) -> Sentence | None:
    """Return what is said of columns, or of all features together, that drifted; else None."""
    drifted = [finding for finding in comparison.findings if finding.state is State.DRIFT]
    if extent.segment is not None:
        whole_drifted = comparison.has_drifted
        return moved_in_segment(extent.segment, extent, whole_drifted=whole_drifted)
    if drifted:
        return moved(drifted, extent)
    joint = comparison.multivariate
    if joint is not None and joint.state is State.DRIFT:
        return moved_jointly(joint, extent)
    return None


def _said_by(remarks: Sequence[Remark]) -> Sentence:
    return Sentence(headline=remarks[0].headline, summary=remarks[0].text)


def lacks_images(images: ImageCounts, job: Job) -> bool:
    """Whether there are too few images for any verdict, or too many of them were lost."""
    return images.analysed < job.window.min_images or _too_many_lost(images, job)


def _too_many_lost(images: ImageCounts, job: Job) -> bool:
    return job.image_rules.loses_too_many(images.lost, of=images.logged)


def _decision(verdict: Verdict, sentence: Sentence) -> Decision:
    return Decision(
        verdict=verdict,
        headline=sentence.headline,
        summary=sentence.summary,
        named=sentence.named,
    )


def _too_few(extent: Extent, log: LogCounts, job: Job) -> Sentence:
    images = extent.images
    if not images.logged and log.rejected:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in log.reasons.items())
        none = f"None of the window's {log.rows:,} rows could"
        who = "The window's one row could not" if log.rows == 1 else none
        return Sentence(
            headline="None of the window's rows could be used",
            summary=f"{who} be used: {reasons}{_first(log)}.",
        )
    if not images.logged:
        headline = "The window holds no rows"
        return Sentence(headline=headline, summary=f"{headline}, so there is nothing to compare.")
    if images.analysed == images.logged:
        return Sentence(
            headline="Too few images for a verdict",
            summary=(
                f"The window has only {counted(images.analysed, 'image')}; a verdict needs at "
                f"least {job.window.min_images:,} (window.min_images)."
            ),
        )
    if images.analysed >= job.window.min_images:
        return Sentence(
            headline=f"Too many images were lost for a verdict{_mostly(extent)}",
            summary=(
                f"{images.lost:,} of {images.logged:,} logged images were lost ("
                f"{ways_lost(images)}), more than the {100 * job.image_rules.most_lost:g} % that a "
                f"verdict allows (images.most_lost): the trouble is the data, not drift. "
                f"{losing_advice(images, extent.reasons)}"
            ),
        )
    few = "None" if not images.analysed else f"Only {images.analysed:,}"
    return Sentence(
        headline=f"Too few of the logged images could be analysed{_mostly(extent)}",
        summary=(
            f"{few} of {images.logged:,} logged images could be analysed ({ways_lost(images)}); a "
            f"verdict needs at least {job.window.min_images:,} (window.min_images). "
            f"{losing_advice(images, extent.reasons)}"
        ),
    )


def _mostly(extent: Extent) -> str:
    """Name the kind of file that most of the lost images are, where it is known."""
    is_heic = mostly_heic(extent.images, extent.reasons)
    return ": most are HEIC photographs" if is_heic else ""


def _first(log: LogCounts) -> str:
    if not log.examples:
        return ""
    return f"; the first is {log.examples[0].name} ({log.examples[0].reason})"
