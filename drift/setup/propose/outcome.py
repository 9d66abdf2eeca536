"""The end of ``drift init``: the checked text of the job file, and what is told of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from drift.setup.model.guess import ModelGuess
from drift.setup.propose.proposal import Proposal
from drift.setup.propose.write_job_file import job_file_text
from jobs.images.template import placeholders_of
from jobs.job_file.job import Job
from jobs.times.windows import format_duration
from reports.words.numbers import listed

_COLUMNS_SHOWN = 12


def validated(proposal: Proposal) -> str:
    """Return the job file's text, read back as a run would.

    Raises
    ------
    pydantic.ValidationError
        If what was proposed is no job: a fault of this program.
    """
    text = job_file_text(proposal)
    Job.model_validate(tomllib.loads(text))
    return text


def told(proposal: Proposal, target: Path) -> str:
    """Return what to print: what was found, what was unsure, and what to do next."""
    columns = ", ".join(f"{key} = {one.column}" for key, one in proposal.columns.named.items())
    columns += _boxes(proposal)
    probabilities = proposal.columns.probabilities
    if probabilities is not None:
        patterns = ", ".join(probabilities.patterns)
        columns += f", probabilities = {patterns} ({len(probabilities.columns)} columns)"
    if proposal.numbers:
        columns += f", {len(proposal.numbers)} numbers"
    window = proposal.window
    length = format_duration(window.last) if window.last else f"the {window.rows:,} newest rows"
    lines = [
        f"Wrote {target} from {proposal.seen}.",
        "",
        f"log        {_log(proposal)}",
        f"           {proposal.log.because.removeprefix('The prediction log: ')}",
        f"columns    {columns}",
        f"images     {_images(proposal)}",
        f"reference  {_reference(proposal)}",
        f"window     {length}, about {window.images:,} {'images' if proposal.template else 'rows'}",
    ]
    if proposal.reference_log is not None:
        lines.insert(-1, f"           with the predictions in {proposal.reference_log}")
    if proposal.columns.segments:
        lines.append(f"segments   {', '.join(proposal.columns.segments)}")
    lines += [*_labels(proposal), *_model(proposal.model), *_not_used(proposal)]
    if proposal.doubts:
        lines += ["", "Unsure, please look (marked UNSURE in the file):"]
        lines += [f"- {doubt.key}: {doubt.text}" for doubt in proposal.doubts]
    lines += ["", f"Next: drift check {target}", f"      drift run {target}"]
    return "\n".join(
        "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
        for line in lines
    )


def _not_used(proposal: Proposal) -> Iterator[str]:
    """Yield which columns of the log the job file names nowhere."""
    template = proposal.template
    used = {one.column for one in proposal.columns.named.values()} | set(proposal.numbers)
    if template is not None:
        used |= {template.column or "", *(one.column for one in placeholders_of(template.path))}
    if proposal.version is not None:
        used.add(proposal.version)
    left = [one for one in proposal.columns.unused if one not in used]
    if left:
        yield f"not used   {listed(left, most=_COLUMNS_SHOWN)}"


def _labels(proposal: Proposal) -> Iterator[str]:
    if proposal.labels is not None:
        yield f"labels     {proposal.labels.path}   ({proposal.labels.described()})"
    elif "label" in proposal.columns.named:
        label = proposal.columns.named["label"]
        yield f"labels     the log's column {label.column}   ({label.because})"


def _model(guess: ModelGuess | None) -> Iterator[str]:
    """Yield which model was found, and whether it is taken."""
    if guess is not None and guess.path:
        taken = "" if guess.is_ready else "; not taken yet: see [model] in the file"
        yield f"model      {guess.path}   ({guess.described()}{taken})"


def _boxes(proposal: Proposal) -> str:
    if proposal.columns.boxes is None:
        return ""
    boxes = proposal.columns.boxes.settings
    where = boxes.column or ", ".join(boxes.columns)
    return f", boxes = {where} ({boxes.format} in {boxes.unit})"


def _images(proposal: Proposal) -> str:
    template = proposal.template
    if template is None:
        return "none: the log's rows are compared by themselves"
    share = f"{template.share:.0%} of {template.rows:,} rows"
    if template.column is not None:
        return f"in the log's column {template.column}   ({share})"
    return f"{template.path}   ({share} found)"


def _log(proposal: Proposal) -> str:
    source = proposal.log.source
    return (
        f"none; images {source.from_path or proposal.log.path}"
        if source.images_only
        else proposal.log.path
    )


def _reference(proposal: Proposal) -> str:
    if proposal.reference is not None:
        return f"{proposal.reference.path}   ({proposal.reference.because})"
    if proposal.stretch is not None:
        stretch = proposal.stretch
        return f"the log from {stretch.start:%Y-%m-%d %H:%M} to {stretch.end:%Y-%m-%d %H:%M} UTC"
    return "none"
