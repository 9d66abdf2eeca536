"""The parts of a job file that say where labels are, and which column tells models apart."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.job_file_lines import comment, with_reason
from drift.setup.labels.guess import LabelsGuess
from jobs.toml_text import as_text


def label_lines(found: LabelsGuess) -> Iterator[str]:
    """Yield the keys of ``[labels]`` and of its columns."""
    yield f"path = {as_text(found.path)}"
    if found.written.format is not None:
        yield from with_reason(
            f"format = {as_text(found.written.format.value)}", "told by what lies in the objects"
        )
    if found.written.encoding is not None:
        yield f"encoding = {as_text(found.written.encoding)}"
    yield from comment("How long labels may take to come, and how many a statement needs.")
    yield '# wait = "30d"'
    yield "# min_labels = 50"
    yield ""
    yield "[labels.columns]"
    join = found.join
    names = "the image's name" if join.key == "image" else f"{join.log_column} of the log"
    yield from with_reason(
        f"{join.key} = {as_text(join.column)}",
        f"{names} in {join.labelled:,} of {join.rows:,} rows looked at",
    )
    yield from with_reason(f"label = {as_text(found.label.column)}", found.label.because)
    if found.timestamp is not None:
        yield from with_reason(
            f"timestamp = {as_text(found.timestamp.column)}",
            f"{found.timestamp.because}; of several labels the newest counts",
        )


def quality_lines(version: str) -> Iterator[str]:
    """Yield the part that shows each version of the model by itself."""
    yield "[quality]"
    yield from comment("Each version of the model is shown by itself.")
    yield f"version = {as_text(version)}"
