"""Remarks about rows and times that objects' names or the store tell."""

from __future__ import annotations

from collections.abc import Iterator

from drift.remarks.facts import RunData
from drift.remarks.words.object_times import TIMES_OF_STORE_MEND, listing_as_log, times_of_store
from reports.findings.remarks import Remark


def object_time_remarks(data: RunData) -> Iterator[Remark]:
    """Yield that there is no log, and that times are those of the store."""
    settings = data.job.predictions
    for text in listing_as_log(settings):
        yield Remark(code="images_only", text=text)
    for text in times_of_store(settings):
        yield Remark(code="times_of_store", text=f"{text}. {TIMES_OF_STORE_MEND}")
