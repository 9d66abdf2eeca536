"""Pages of example runs, with a real photograph as every picture."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable

import skimage.data
from PIL import Image

from reference_stats.decoding.thumbnails import thumbnail
from reports.findings.model_quality.quality import QualityState
from reports.findings.run import RunFindings
from reports.history.history import HistoryRow
from reports.pages.index.page import index_files
from reports.pages.links import JobLinks
from reports.pages.run.report import report_html
from tests.support import boxed_findings, detector_findings, normal_days, quality_findings
from tests.support import findings as examples
from tests.support.row_findings import drifted_rows

EXAMPLES = (
    examples.drifted,
    examples.steady,
    examples.inconclusive,
    examples.empty_window,
    examples.hostile,
    normal_days.drifted_from_days,
    normal_days.quiet_day,
    normal_days.learning,
    normal_days.hostile_days,
    drifted_rows,
    quality_findings.still_right,
    quality_findings.worse_with_drift,
    quality_findings.few_labels,
    quality_findings.two_versions,
    quality_findings.hostile_classes,
    quality_findings.worse_rows,
    detector_findings.detector_still_right,
    detector_findings.detector_worse_with_drift,
    detector_findings.detector_worse_without_drift,
    detector_findings.detector_cut_scores,
    detector_findings.detector_without_true_boxes,
    detector_findings.detector_hostile,
    boxed_findings.found_boxes,
    boxed_findings.hostile_boxes,
)


@functools.cache
def photograph(*, upright: bool = False) -> bytes:
    """Return a photograph as a thumbnail; `upright` turns it by a right angle."""
    out = io.BytesIO()
    pixels = skimage.data.chelsea()
    picture_of = Image.fromarray(pixels.swapaxes(0, 1) if upright else pixels)
    picture_of.save(out, "JPEG")
    picture = thumbnail(out.getvalue())
    assert picture is not None
    return picture


def page_of(run: RunFindings) -> bytes:
    """Return the page of a run after a dozen others, with pictures of both sides."""
    shots = {offender.image: photograph() for offender in run.offenders[:8]}
    shots |= {name: photograph() for name in wrong_images_of(run)}
    typical = {f"reference/{number}.jpg": photograph() for number in range(8)}
    return report_html(run, shots, examples.past_rows(run), typical=typical)


def wrong_images_of(run: RunFindings) -> list[str]:
    """Return the images whose pictures a run fetches because its model is worse."""
    quality = run.model_quality
    if quality is None or quality.state is not QualityState.DROPPED:
        return []
    return [one.image for one in quality.shown[:8] if one.image]


def index_of(job: str, rows: Iterable[HistoryRow], links: JobLinks | None = None) -> bytes:
    """Return the page over all runs, without the tables behind it."""
    return index_files(job, rows, links).page
