"""What to do: about a drift, a run without an answer, and a level unlike the reference."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import QualityState
from reports.findings.places import SegmentTest, SegmentTests
from reports.findings.remarks import RemarkWeight, of_weight
from reports.findings.run import RunFindings
from reports.words.losses import what_is_missing
from reports.words.moved import moved_in_words
from reports.words.normal_days import normal_days_words
from reports.words.numbers import listed, sentence
from reports.words.segments import name_in_words, short_label
from reports.words.whereabouts import segment_name

_JOB = "JOB.toml"
_NAMED = 3
_LOOK_AT_ANSWERS = (
    "The model got worse as well: do its wrong answers come from these images, and are their "
    "labels right?"
)
# A segment's column of these names is a time, and a machine was not changed by that.
_TIMES = ("hour", "day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do.

    Attributes
    ----------
    words
        What, and when it is right to do so.
    command
        The command that does it; empty for what is done by eye.
    is_rare
        Whether it is right in few cases only, so that it may stand folded away.
    is_settling
        Whether the command accepts or rejects the run: once that is done, the page hides the step.
    """

    words: str
    command: str = ""
    is_rare: bool = False
    is_settling: bool = False


def accept_command(findings: RunFindings) -> str:
    """Return the command that makes a run's level normal."""
    return f"drift accept {_job(findings)} {findings.run_id}"


def reject_command(findings: RunFindings) -> str:
    """Return the command that keeps a run's blocks from teaching."""
    return f"drift reject {_job(findings)} {findings.run_id}"


def build_command(findings: RunFindings) -> str:
    """Return the command that builds the reference anew."""
    return f"drift profile build {_job(findings)}"


def _job(findings: RunFindings) -> str:
    return shlex.quote(findings.job_file) if findings.job_file else _JOB


def steps(findings: RunFindings) -> tuple[Step, ...]:
    """Return what to do after a run, in order; empty where there is nothing to do.

    After a drift: where to look, and what to do about it. After an inconclusive run: what is
    missing, and what makes the next run conclusive. A steady run needs nothing, unless its model
    got worse.
    """
    if findings.verdict is Verdict.INCONCLUSIVE:
        return inconclusive_steps(findings)
    if findings.verdict is Verdict.STEADY:
        return worse_model_steps(findings)
    return drift_steps(findings)


def worse_model_steps(findings: RunFindings) -> tuple[Step, ...]:
    """Return what to do about a model that got worse although no drift was seen."""
    if not _is_worse(findings):
        return ()
    return (
        Step(
            words="Look at the answers that are wrong: are their labels right, and what do these "
            "images have in common?"
        ),
        Step(words="If a new version of the model went live, go back to the one before."),
        Step(words="Else train the model with such images as well."),
    )


def drift_steps(findings: RunFindings) -> tuple[Step, ...]:
    """Return what to do about a drift, in order; empty where there is none."""
    if findings.verdict is not Verdict.DRIFT:
        return ()
    causes = of_weight(findings.remarks, RemarkWeight.CAUSE)
    known = [Step(words=causes[0].text)] if causes else []
    is_worse = _is_worse(findings)
    accept = Step(
        words="If this is the new normal, train the model with such images; then:"
        if is_worse
        else "If this is the new normal, such as a new camera or client:",
        command=accept_command(findings),
        is_settling=True,
    )
    reject = Step(
        words="If it is a fault, repair it, and keep these images from counting as normal:",
        command=reject_command(findings),
        is_settling=True,
    )
    build = Step(
        words="If the model was trained anew, name its images as [reference] in the job "
        "file, then:",
        command=build_command(findings),
        is_rare=True,
    )
    if findings.baseline is None:
        # No day teaches what is normal, so that there is nothing to keep it from.
        reject = Step(words="If it is a fault, repair it: later runs have the same reference.")
    wrong = [Step(words=_LOOK_AT_ANSWERS)] if is_worse else []
    return (*known, Step(words=_look_first(findings)), *wrong, accept, reject, build)


def _is_worse(findings: RunFindings) -> bool:
    quality = findings.model_quality
    return quality is not None and quality.state is QualityState.DROPPED


def inconclusive_steps(findings: RunFindings) -> tuple[Step, ...]:
    """Return what an inconclusive run lacks, and what makes the next one conclusive."""
    waiting = _learning_steps(findings)
    if waiting:
        return waiting
    said = reason_words(findings)
    missing = [one for one in what_is_missing(findings) if one not in said]
    return tuple(Step(words=one) for one in (said, *missing) if one)


def reason_words(findings: RunFindings) -> str:
    """Return why a run is inconclusive, without what its headline says; may be empty."""
    headline = findings.headline.rstrip(".")
    if not headline:
        # The summary itself stands in the headline's place.
        return ""
    return sentence(findings.summary.removeprefix(headline).lstrip(" ,:;.")).strip()


def _learning_steps(findings: RunFindings) -> tuple[Step, ...]:
    """Return what to do while the job learns; empty where that is not why there is no answer."""
    baseline = findings.baseline
    others = {RemarkWeight.NO_VERDICT, RemarkWeight.NOT_STEADY}
    if baseline is None or not baseline.is_learning or not findings.images.analysed:
        return ()
    if any(remark.weight in others for remark in findings.remarks):
        return ()
    if not findings.headline.startswith("Learning"):
        return ()
    more = normal_days_words(baseline.needed - baseline.known_days, baseline.unit, more=True)
    return (
        Step(words=f"Nothing, if you can wait: {more} will tell whether that is normal here."),
        Step(
            words="If you know already that these images are right:",
            command=accept_command(findings),
            is_settling=True,
        ),
    )


def level_steps(findings: RunFindings) -> tuple[Step, ...]:
    """Return what to do about a level that differs from the reference.

    A run that drifted is not offered to be accepted: that would make its fault normal as well.
    """
    accept = Step(
        words="If the images are right and the model does well on them, accept them as normal:",
        command=accept_command(findings),
        is_settling=True,
    )
    if findings.verdict is Verdict.DRIFT:
        accept = Step(
            words="Settle the drift first. If later images are right and the model does well on "
            "them, accept a run without drift then. Do not accept this run for its level: its "
            "drift would count as normal too."
        )
    return (
        accept,
        Step(
            words="If the reference is out of date, name newer images as [reference] in the job "
            "file, and build it anew:",
            command=build_command(findings),
        ),
        Step(
            words="Else look for what happens to images in production and not in the reference, "
            "such as another size, compression or order of colours."
        ),
    )


def _look_first(findings: RunFindings) -> str:
    """Say where to look: at the part that holds the change, else at images or at columns."""
    tests = findings.segment_tests
    leading = None if tests is None else tests.headline
    if tests is not None and leading is not None:
        return _at_segment(tests, leading, knows_when=findings.onset is not None)
    first = next((one for one in findings.segments if not one.echo_of), None)
    if first is not None:
        when = first.column in _TIMES
        what = "Ask what was changed then" if when else f"Check {segment_name(first)} first"
        return f"{what}: most of the change is there."
    if findings.offenders:
        return f"Open the images that stand out: what do they have in common?{_nowhere(findings)}"
    moved = moved_in_words(findings, most=_NAMED)
    classes = {one.name for one in findings.columns if one.categories}
    if moved and moved[0].column in classes:
        return f"Look at images with {moved[0].title}: is the model right about them?"
    titles = listed([one.title for one in moved]) or "the columns below"
    return f"Check where the values come from: {titles}."


def _at_segment(tests: SegmentTests, leading: SegmentTest, *, knows_when: bool) -> str:
    name = name_in_words(leading.column, leading.value)
    asked = f"Check {name} first"
    if knows_when:
        asked = f"{asked}: what was changed there at that time?"
    else:
        asked = f"{asked}: what was changed there?"
    alike = [one for one in tests.tested if one.column == leading.column and one is not leading]
    also = [short_label(one.value) for one in tests.drifted if one in alike]
    if also:
        return f"{asked} Changed too: {listed(also, _NAMED)}."
    return f"{asked} No other {short_label(leading.column)} changed." if alike else asked


def _nowhere(findings: RunFindings) -> str:
    scan = findings.segment_scan
    if scan is None or not scan.columns or findings.onset is not None:
        return ""
    return f" The change is in no single {_either(scan.columns[:_NAMED])}."


def _either(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
