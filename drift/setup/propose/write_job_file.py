"""A proposal as the text of a commented job file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime

from drift.setup.job_file_lines import WIDTH, comment, with_reason
from drift.setup.labels.boxes.guess import BoxLabelsGuess
from drift.setup.labels.boxes.written import box_label_lines
from drift.setup.labels.written import label_lines, quality_lines
from drift.setup.log.samples.row_sample import Written
from drift.setup.model.written import model_lines
from drift.setup.propose.box_lines import box_lines, said_inside
from drift.setup.propose.proposal import Proposal
from drift.setup.propose.report_links import link_lines
from jobs.times.windows import format_duration
from jobs.toml_text import as_list, as_text
from reports.words.of_rows.sentences import in_rows

_COLUMN_ORDER = (
    "timestamp", "id", "prediction", "confidence", "answer", "answer_names", "label", "latency",
    "client",
)  # fmt: skip
# Of these there is no line where nothing was recognised.
_LEFT_AWAY = frozenset({"timestamp", "latency", "client", "answer", "answer_names"})


def job_file_text(proposal: Proposal) -> str:
    """Return the job file; every key has its reason beside it, every doubt is marked."""
    lines = [
        *comment(
            f"Made by drift init from what lies in {proposal.url}: {proposal.seen}. Lines marked "
            "UNSURE are guesses to look at; the rest was found by trying. Every key is explained "
            "in docs/job-file.md. Next: drift check THIS_FILE, then drift run THIS_FILE."
        ),
        f"name = {as_text(proposal.name)}",
        "",
        "[bucket]",
        f"url = {as_text(proposal.url)}",
        "",
        *_predictions(proposal),
        "",
        *_images(proposal),
        "",
        *_window(proposal),
        "",
        *_reference(proposal),
        "",
        *_segments(proposal),
        *_labels(proposal),
        *_model(proposal),
        "[reports]",
        *comment("Everything that runs write goes below this folder of the bucket."),
        'path = "data_drift_reports"',
        *link_lines(proposal.link_template, proposal.url),
        *_thumbnails(proposal),
        "",
        "# [schedule]",
        *comment("When `drift schedule` runs the job; cron or a cloud scheduler work as well."),
        '# cron = "15 3 * * *"',
    ]
    if proposal.template is None:
        lines = [in_rows(line) if line.startswith("#") else line for line in lines]
    return "\n".join(lines) + "\n"


def _predictions(proposal: Proposal) -> Iterator[str]:
    yield "[predictions]"
    yield from comment(proposal.log.because)
    yield from _doubts(proposal, "predictions.path")
    yield from _log_path(proposal)
    yield from _written(proposal.log.written)
    columns = proposal.columns
    if columns.day_first is not None:
        order = "the day" if columns.day_first else "the month"
        yield from comment(f"Dates such as 03/04/2025 start with {order}.")
        yield from _doubts(proposal, "predictions.day_first")
        yield f"day_first = {str(columns.day_first).lower()}"
    yield from _doubts(proposal, "predictions.timezone")
    if not columns.has_zone:
        yield '# timezone = "Europe/Berlin"'
    yield ""
    yield "[predictions.columns]"
    named = columns.named
    keys = ("timestamp", "client") if proposal.log.source.images_only else _COLUMN_ORDER
    for key in keys:
        if key in named:
            yield from _doubts(proposal, f"predictions.columns.{key}")
            yield from with_reason(f"{key} = {as_text(named[key].column)}", named[key].because)
        elif key not in _LEFT_AWAY and key not in said_inside(columns):
            yield from _doubts(proposal, f"predictions.columns.{key}")
            yield f'# {key} = "..."    # {_why_none(proposal, key)}'
    if columns.probabilities is not None:
        yield from with_reason(
            f"probabilities = {as_list(columns.probabilities.patterns)}",
            columns.probabilities.because,
        )
    yield from _numbers(proposal)
    yield from _doubts(proposal, "predictions.columns")
    yield from box_lines(columns.boxes, _doubts(proposal, "predictions.columns.boxes"))


def _why_none(proposal: Proposal, key: str) -> str:
    """Return why there is no column for a key."""
    if key == "label" and proposal.labels is not None:
        return "see [labels] below"
    return "see UNSURE below" if key in proposal.columns.unfit else "none was recognised"


def _log_path(proposal: Proposal) -> Iterator[str]:
    source = proposal.log.source
    if source.images_only:
        yield "images_only = true"
    if source.from_path is None or not source.images_only:
        yield f"path = {as_text(proposal.log.path)}"
    if source.from_path is not None:
        yield from comment("Every name is taken apart so; pieces in braces are columns.")
        yield f"from_path = {as_text(source.from_path)}"


def _written(written: Written) -> Iterator[str]:
    """Yield how the log is written, where its names and marks do not tell it."""
    if written.format is not None:
        yield from with_reason(
            f"format = {as_text(written.format.value)}", "told by what lies in the objects"
        )
    if written.encoding is not None:
        yield from comment(f"No UTF-8, but Windows-1252: {written.encoding_because}")
        yield f"encoding = {as_text(written.encoding)}"
    if written.header:
        yield from comment(
            "No line of it names the columns: these names are told from the values. Correct them "
            "where they are wrong, in the order of the columns."
        )
        yield f"header = {as_list(written.header)}"


def _images(proposal: Proposal) -> Iterator[str]:
    template = proposal.template
    if template is None:
        yield from _without_images(proposal)
        return
    yield "[images]"
    if template.column is not None:
        yield from comment(
            f"The log holds the images itself: {template.share:.0%} of {template.rows:,} rows "
            "looked at have one in this column."
        )
        yield from _doubts(proposal, "images.path")
        yield f"column = {as_text(template.column)}"
        return
    yield from comment(
        f"Tried on {template.rows:,} rows: {template.share:.0%} of them name an object that is "
        "there."
    )
    yield from _doubts(proposal, "images.path")
    yield f"path = {as_text(template.path)}"
    if template.allowed_prefixes:
        yield from comment("The log names images outside of the bucket; only these are read.")
        yield f"allowed_prefixes = {as_list(template.allowed_prefixes)}"
    if proposal.names_used.are_many:
        yield from comment(
            f"{proposal.names_used}: the pictures may be overwritten, so each image's version is "
            "looked up before remembered numbers are taken. Better: a name of its own for each "
            "picture, since only the last one of a name is still there."
        )
        yield from _doubts(proposal, "images.immutable")
        yield "immutable = false"


def _without_images(proposal: Proposal) -> Iterator[str]:
    yield from _doubts(proposal, "images")
    yield "# [images]"
    yield '# path = "images/{id}.jpg"'


def _numbers(proposal: Proposal) -> Iterator[str]:
    """Yield the further numbers: a table of names and columns where some are features."""
    if not proposal.numbers:
        return
    yield from comment("What else is compared: columns of numbers that vary.")
    if proposal.features:
        # A table of TOML stands in one line.
        pairs = ", ".join(f"{as_text(name)} = {as_text(name)}" for name in proposal.numbers)
        yield f"numbers = {{ {pairs} }}"
        return
    names = " ".join(f"{as_text(name)}," for name in proposal.numbers)
    yield "numbers = ["
    yield from textwrap.wrap(
        names, WIDTH, initial_indent="    ", subsequent_indent="    ", break_long_words=False
    )
    yield "]"


def _window(proposal: Proposal) -> Iterator[str]:
    window = proposal.window
    yield "[window]"
    yield from comment(
        f"Which rows one run is about: {window.because}. It holds about {window.images:,} images."
    )
    for note in window.notes:
        yield from comment(note)
    yield from _doubts(proposal, "window")
    if window.last is not None:
        yield f"last = {as_text(format_duration(window.last))}"
        yield "# rows = 500"
    else:
        yield f"rows = {window.rows}"
        yield '# last = "7d"'
    if window.align is not None:
        yield from comment(window.align_because)
        yield f"align = {as_text(format_duration(window.align))}"


def _reference(proposal: Proposal) -> Iterator[str]:
    yield "[reference]"
    guess = proposal.reference
    if guess is not None:
        yield from comment(f"What today's images are compared with: {guess.because}.")
        yield from _doubts(proposal, "reference")
        yield f"{guess.kind} = {as_text(guess.path)}"
        yield from _doubts(proposal, "reference.exclude")
        if proposal.exclude:
            yield f"exclude = {as_list(proposal.exclude)}"
    elif proposal.stretch is not None:
        stretch = proposal.stretch
        yield from comment(
            f"No reference set was found, so the log's oldest stretch serves: {stretch.rows:,} "
            f"rows. Better is what the model was trained or validated on, as {_better(proposal)}."
        )
        yield from _doubts(proposal, "reference")
        yield f"window = {{ start = {_time(stretch.start)}, end = {_time(stretch.end)} }}"
        of_rows = proposal.template is None
        yield '# log = "validation_predictions.csv"' if of_rows else '# images = "reference/"'
    if proposal.reference_log is not None:
        yield from comment("The model's predictions on a reference set, of the same columns.")
        yield from _doubts(proposal, "reference.log")
        yield f"log = {as_text(proposal.reference_log)}"
    if proposal.reference_label is not None:
        yield from comment(f"Its column {proposal.reference_label} holds the reference's labels.")


def _better(proposal: Proposal) -> str:
    """Return what makes a better reference than a stretch of the log."""
    return "a table of the same columns" if proposal.template is None else "a folder of images"


def _segments(proposal: Proposal) -> Iterator[str]:
    if not proposal.columns.segments:
        return
    yield "[segments]"
    yield from comment("Parts of the traffic in which a drift may sit: columns of few values.")
    yield f"columns = {as_list(proposal.columns.segments)}"
    yield ""


def _labels(proposal: Proposal) -> Iterator[str]:
    """Yield where labels lie beside the log, and which column tells models apart."""
    found, doubts = proposal.labels, list(_doubts(proposal, "labels"))
    if found is not None:
        yield "[labels]"
        yield from comment(f"What was true: {found.described()}.")
        lines = box_label_lines(found) if isinstance(found, BoxLabelsGuess) else label_lines(found)
        yield from [*doubts, *lines, ""]
    elif doubts:
        yield from [*doubts, "# [labels]", ""]
    if proposal.version is not None:
        yield from quality_lines(proposal.version)
        yield ""


def _model(proposal: Proposal) -> Iterator[str]:
    if proposal.model is not None:
        yield from model_lines(proposal.model, list(_doubts(proposal, "model")))
        yield ""


def _thumbnails(proposal: Proposal) -> Iterator[str]:
    if proposal.template is not None:
        yield from comment("Where images are private: no pictures of them in the reports.")
        yield "# thumbnails = false"


def _doubts(proposal: Proposal, key: str) -> Iterator[str]:
    for doubt in proposal.doubts:
        if doubt.key == key:
            yield from comment(f"UNSURE: {doubt.text}")


def _time(moment: datetime) -> str:
    return as_text(moment.isoformat().replace("+00:00", "Z"))
