"""What to do: about a drift, and about a level that differs from the reference."""

from __future__ import annotations

from dataclasses import dataclass

from reports.findings.answers import Verdict
from reports.findings.run import RunFindings
from reports.words.losses import what_is_missing
from reports.words.segments import name_in_words
from reports.words.whereabouts import segment_name

_JOB = "JOB.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do.

    Attributes
    ----------
    words
        What, and when it is right to do so.
    command
        The command that does it; empty for what is done by eye.
    """

    words: str
    command: str = ""


def accept_command(run_id: str) -> str:
    """Return the command that makes a run's level normal."""
    return f"drift accept {_JOB} {run_id}"


def reject_command(run_id: str) -> str:
    """Return the command that keeps a run's blocks from teaching."""
    return f"drift reject {_JOB} {run_id}"


BUILD_COMMAND = f"drift profile build {_JOB}"


def level_steps(findings: RunFindings) -> tuple[Step, ...]:
    """Return what to do about a level that differs from the reference."""
    return (
        Step(
            words="If the images are right and the model does well on them, accept them as normal:",
            command=accept_command(findings.run_id),
        ),
        Step(
            words="If the reference is out of date, name newer images as [reference] in the job "
            "file, and build it anew:",
            command=BUILD_COMMAND,
        ),
        Step(
            words="Else look for what happens to images in production and not in the reference, "
            "such as another size, compression or order of colours."
        ),
    )


def level_advice(findings: RunFindings) -> str:
    """Return the same as one paragraph of plain text."""
    return (
        f"If the images are right, accept them as normal: {accept_command(findings.run_id)}. If "
        f"the reference is out of date, build it anew: {BUILD_COMMAND}. Else look for what happens "
        "to images in production and not in the reference."
    )


def steps(findings: RunFindings) -> tuple[Step, ...]:
    """Return what to do after a run, in order; empty where there is nothing to do.

    After a drift: where to look, and what to do about it. After an inconclusive run: what is
    missing, and what makes the next run conclusive. A steady run needs nothing.
    """
    if findings.verdict is Verdict.INCONCLUSIVE:
        return tuple(Step(words=sentence) for sentence in what_is_missing(findings))
    return drift_steps(findings)


def drift_steps(findings: RunFindings) -> tuple[Step, ...]:
    """Return what to do about a drift, in order; empty where there is none."""
    if findings.verdict is not Verdict.DRIFT:
        return ()
    steps = [
        Step(words=_look_first(findings)),
        Step(
            words="If it is all right and here to stay, such as a new camera or a new client, "
            "accept it as normal from here on:",
            command=accept_command(findings.run_id),
        ),
    ]
    if findings.baseline is not None:
        steps.append(
            Step(
                words="If it is a fault, repair it, and keep these images from ever counting as "
                "normal:",
                command=reject_command(findings.run_id),
            )
        )
    steps.append(
        Step(
            words="If the model was made anew with other images, name those as [reference] in the "
            "job file, and build it anew:",
            command=BUILD_COMMAND,
        )
    )
    return tuple(steps)


def _look_first(findings: RunFindings) -> str:
    """Say where to look: at the segment that holds the change, else at the images."""
    leading = None if findings.segment_tests is None else findings.segment_tests.headline
    if leading is not None:
        usual = "on its own normal days"
        if leading.reference_images is not None:
            usual = "its own in the reference"
        return (
            f"Look first at {name_in_words(leading.column, leading.value)} and what is between it "
            f"and the log: its images are not as {usual}."
        )
    first = next((one for one in findings.segments if not one.echo_of), None)
    if first is not None:
        return f"Look first at {segment_name(first)}: most of the change is there."
    if findings.offenders:
        return "Look first at the images that stand out: the change is in no single part."
    return "Look first at the columns that moved most, and at what produces them."
