"""From the model's view of a run to samples; nothing where the job names no model."""

from __future__ import annotations

from collections.abc import Iterator

from reports.findings.run import RunFindings
from reports.metrics.of_model import view_catalogue as catalogue
from reports.metrics.of_model.known_samples import known, sample
from reports.metrics.sample import Sample


def view_samples(findings: RunFindings) -> Iterator[Sample]:
    """Yield the samples of the model's view; the effects of its numbers are those of columns."""
    seen, job, analysed = findings.model_view, findings.job, findings.images.analysed
    if seen is None:
        return
    yield sample(job, catalogue.VIEW_MISSING, bool(seen.problem))
    if analysed:
        yield sample(job, catalogue.VIEW_SHARE, seen.images / analysed)
    if seen.images and seen.novel_images is not None:
        yield sample(job, catalogue.NOVEL_SHARE, seen.novel_images / seen.images)
        expected = seen.novel_expected
        share = None if expected is None else expected / seen.images
        yield from known(job, catalogue.NOVEL_EXPECTED, share)
