"""Each hostile text by itself through every place where output is made harmless.

A run quotes few of the texts in its log: those of the worst images, the largest parts, the first
bad rows. Here none is left out.
"""

from __future__ import annotations

import dataclasses
import io
import logging
from collections.abc import Iterable, Iterator

from benchmarks import hostile_texts as look
from drift.cli.history_table import csv_table, plain_table
from drift.cli.streams import HarmlessText
from drift.evidently.report import safe_label
from drift.program_log.formats import CloudFormatter, PlainFormatter
from jobs.errors import DriftError, JobFileError
from reports.findings.images import Offender
from reports.findings.model_quality.quality import QualityState
from reports.findings.runs import Notice, NoticeKind
from reports.history.history import history_row
from reports.json_report.report import json_bytes
from reports.pages.page import isolated
from reports.telling.forms.mail import mail_html
from reports.telling.message import message_of
from tests.support import findings as examples
from tests.support.labelled_runs import WRONG, labelled_run

RUN = examples.drifted()
_ROW = history_row(RUN)
_PLAIN, _CLOUD = PlainFormatter(), CloudFormatter({}, {})


def exits(text: str) -> Iterator[tuple[str, bytes, Iterable[str]]]:
    """Yield what each place makes of a text: its name, the output, and what is wrong with it."""
    record = logging.LogRecord("drift", logging.WARNING, "f", 1, "label %s", (text,), None)
    line, entry = _PLAIN.format(record).encode(), _CLOUD.format(record).encode()
    yield "plain log", line, [*look.in_lines(line), *["two lines"] * (b"\n" in line)]
    yield "JSON log", entry, look.in_json_lines(entry)
    for error in (DriftError(f"there is no column {text}"), JobFileError("job.toml", [text])):
        said = error.message.encode()
        yield "error", said, [*look.in_lines(said), *["a line more"] * (b"\n" in said)]
    printed = io.BytesIO()
    stream = HarmlessText(printed, encoding="utf-8")
    stream.write(text.replace("\n", " "))
    stream.flush()
    yield "stdout", printed.getvalue(), look.acting(printed.getvalue().decode(), kept="\t")
    yield from _tables(text)
    yield from _documents(text)
    yield from _messages(text)


def _tables(text: str) -> Iterator[tuple[str, bytes, Iterable[str]]]:
    row = dataclasses.replace(_ROW, headline=text, summary=text, effects={text: 3.0})
    table, shown = csv_table([row]).encode(), plain_table([row]).encode()
    yield "CSV", table, look.in_csv(table)
    yield "table", shown, [*look.in_lines(shown), *["a row more"] * (shown.count(b"\n") != 1)]


def _documents(text: str) -> Iterator[tuple[str, bytes, Iterable[str]]]:
    document = json_bytes({text: [text]})
    yield "JSON", document, look.in_json_document(document)
    label, part = safe_label(text).encode(), isolated(text).encode()
    yield "Evidently label", label, look.in_page(label)
    yield "page", part, look.in_page(part)


def _messages(text: str) -> Iterator[tuple[str, bytes, Iterable[str]]]:
    worst = Offender(image=text, id="1", timestamp=RUN.window.start, score=9, because=text)
    run = dataclasses.replace(RUN, headline=text, summary=text, offenders=(worst,))
    drift = Notice(kind=NoticeKind.DRIFT, since=RUN.window.end)
    drop = Notice(kind=NoticeKind.QUALITY_DROPPED, since=RUN.window.end)
    wrong = dataclasses.replace(WRONG[0], image=text, true=text, predicted=text)
    worse = labelled_run(run, QualityState.DROPPED, headline=text, summary=text, wrong=(wrong,))
    for notices in ((drift,), (drop,), (drift, drop)):
        message = message_of(worse, *notices, link="", pictures={})
        for part in (message.title, message.body):
            yield "message", part.encode(), look.in_message(part)
        if message.content is not None:
            mail = mail_html(message.content).encode()
            yield "mail", mail, look.in_page(mail)
