"""Labels of a reference that is a stretch of the log: read once, and remembered only if read."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.buckets.bucket import Bucket
from jobs.errors import BucketAccessError
from reports.findings.model_quality.quality import QualityBasis
from tests.support.counting_bucket import CountingBucket
from tests.support.late_labels import LabelForm, LateWorld, late_job, show
from tests.support.quality_runs import quality_folder, run_until

pytestmark = pytest.mark.usefixtures("without_evidently")

FORM = LabelForm.JSON_LINES
# Labels come within a day, so that those of the reference lie in objects that no window needs.
WORLD = LateWorld(days=16, per_day=40, days_late=1.0)
UNTIL = WORLD.day(16)


def test_a_failure_while_its_labels_are_read_is_not_remembered_as_having_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    show(WORLD, tmp_path, UNTIL, FORM)
    labels = late_job(tmp_path, FORM).labels.model_dump(mode="json", exclude_defaults=True)
    span = {"start": "2025-03-03T00:00:00Z", "end": "2025-03-06T00:00:00Z"}
    job = late_job(
        tmp_path,
        FORM,
        labels={**labels, "wait": "4d", "min_labels": 30},
        reference={"window": span},
        window={"last": "2d"},
    )
    old = f"labels/{WORLD.day(3):%Y-%m-%d}.jsonl"

    def before(method: str, name: str) -> None:
        if name == old:
            raise BucketAccessError(name, "the store cannot be reached.")

    def wrap(inner: Bucket) -> CountingBucket:
        bucket = CountingBucket(inner)
        bucket.before = before
        return bucket

    failed = run_until(job, UNTIL, wrap).model_quality
    assert failed is not None
    assert failed.newest is not None
    assert failed.reference is None
    assert "the store cannot be reached" in caplog.text
    assert not list(quality_folder(tmp_path).glob("reference-*"))
    found = run_until(job, UNTIL).model_quality
    assert found is not None
    assert found.reference is not None
    assert found.reference.labelled > 100
    assert found.basis is QualityBasis.REFERENCE
