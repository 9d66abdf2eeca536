"""What a worker must see and may do before it measures anything, in buckets that may refuse."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from drift.execution.dask_cluster.rights import ask, tidy_up, trouble
from drift.execution.shard_computing import open_for_shards
from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation
from jobs.job_file.job import Job
from reference_stats.extraction.sharded.cutting import cut
from tests.support.memory_bucket import MemoryBucket


def job_in(folder, **images):
    folder.mkdir(exist_ok=True)
    return Job.model_validate(
        {
            "name": "shards",
            "bucket": {"url": str(folder)},
            "predictions": {"path": "log.csv"},
            "images": {"path": "images/{name}", **images},
            "window": {"last": "1d"},
            "reference": {"images": "images/"},
        }
    )


@pytest.fixture
def place(tmp_path):
    return open_for_shards(job_in(tmp_path / "bucket"))


def shards_of(place, name="images/a.png", folder=None):
    url = str(folder or place.bucket.url)
    images = [ImageLocation(bucket_url=url, name=name, path=name)]
    return cut(images, {}, {}, shard_images=1)


def written(folder, name="images/a.png"):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((8, 8, 3), dtype=np.uint8)).save(folder / name)


def test_who_sees_the_runs_bucket_may_measure_and_leaves_nothing(place, tmp_path):
    question = ask(place, [])
    assert trouble(place, question) == ""
    tidy_up(place.bucket, question)
    assert list((tmp_path / "bucket").rglob("workers-*")) == []


def test_a_folder_of_that_name_on_another_machine_is_found_out(place, tmp_path):
    question = ask(place, [])
    elsewhere = open_for_shards(job_in(tmp_path / "elsewhere"))
    said = trouble(elsewhere, question)
    assert "it does not see what the run writes" in said
    assert "Set bucket.url to one." in said


@pytest.mark.parametrize("refused", ["", "-"])
def test_who_may_not_read_or_may_not_create_is_told_so(place, refused):
    bucket = MemoryBucket()
    worker = replace(place, bucket=bucket)
    question = ask(worker, [])
    assert trouble(worker, question) == ""
    # The run's own object, or those of workers alone, whose names go on behind it.
    bucket.refused = {f"{question.folder}{question.mark}{refused}"}
    assert "it may not read the job's bucket, and create objects in it" in trouble(worker, question)


def test_the_run_itself_must_be_able_to_write(place, tmp_path):
    (tmp_path / "bucket/data_drift_reports").write_bytes(b"")
    with pytest.raises(ObjectError, match="data_drift_reports"):
        ask(place, [])


def test_an_image_that_only_the_run_can_read_is_named(place, tmp_path):
    written(tmp_path / "bucket")
    question = ask(place, shards_of(place))
    assert trouble(place, question) == ""

    (tmp_path / "bucket/images/a.png").unlink()
    said = trouble(place, question)
    assert "it cannot read an image that the run can read" in said
    assert "images/a.png" in said


def test_an_image_that_the_run_cannot_read_either_is_no_fault_of_workers(place):
    question = ask(place, shards_of(place))
    assert question.images == ()
    assert trouble(place, question) == ""
