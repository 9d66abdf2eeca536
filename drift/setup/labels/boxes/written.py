"""The part of a job file that says where true boxes are."""

from __future__ import annotations

from collections.abc import Iterator

from drift.setup.job_file_lines import comment, with_reason
from drift.setup.labels.boxes.guess import BoxLabelsGuess, TrueBoxSource
from jobs.toml_text import as_list, as_text


def box_label_lines(found: BoxLabelsGuess) -> Iterator[str]:
    """Yield the keys of ``[labels]`` and of its columns."""
    source = found.source
    yield f"path = {as_text(source.path)}"
    if source.export is not None:
        yield from with_reason(f"export = {as_text(source.export)}", "told by the content")
    if source.written.format is not None:
        yield from with_reason(
            f"format = {as_text(source.written.format.value)}", "told by what lies in the objects"
        )
    if source.written.encoding is not None:
        yield f"encoding = {as_text(source.written.encoding)}"
    yield from comment("How long labels may take to come, and how many a statement needs.")
    yield '# wait = "30d"'
    yield "# min_labels = 50"
    if source.boxes is not None:
        yield from _columns(found, source)


def _columns(found: BoxLabelsGuess, source: TrueBoxSource) -> Iterator[str]:
    yield ""
    yield "[labels.columns]"
    said = f"{found.labelled:,} of {found.rows:,} images looked at"
    if source.id is not None:
        yield from with_reason(
            f"id = {as_text(source.id)}", f"{source.log_id} of the log in {said}"
        )
    if source.image is not None:
        yield from with_reason(f"image = {as_text(source.image)}", f"the image's name in {said}")
    if source.timestamp is not None:
        yield from with_reason(
            f"timestamp = {as_text(source.timestamp.column)}",
            f"{source.timestamp.because}; of several labels the newest counts",
        )
    yield ""
    yield "[labels.columns.boxes]"
    boxes = source.boxes
    if boxes is None:
        return
    if boxes.columns:
        yield f"columns = {as_list(boxes.columns)}"
    for key in ("column", "format", "unit", "classes", "width", "height"):
        value = getattr(boxes, key)
        if value is not None:
            yield f"{key} = {as_text(value)}"
