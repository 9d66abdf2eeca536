"""Labels in another bucket: below an allowed prefix; anywhere else refused."""

import pytest

from jobs.buckets.registry import open_bucket
from jobs.errors import ExitCode, InputError
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.labels import ReadLabels, UnreadLabels
from jobs.labels.listing import list_labels
from jobs.labels.places import label_place
from jobs.labels.reading import read_labels
from tests.support.late_labels import LabelForm, LateWorld, labels_that_count, late_job, show
from tests.support.memory_bucket import MemoryBucket

LOG = PredictionSettings(path="log.csv")


def settings_of(path, *allowed):
    return LabelSettings.model_validate(
        {"path": path, "allowed_prefixes": allowed, "columns": {"id": "id"}}
    )


def refuse(url):
    raise AssertionError(f"{url} was opened")


class TestWhereLabelsMayLie:
    @pytest.mark.parametrize("path", ["labels/*.csv", "./labels/*.csv", "gs://own/x/labels/*.csv"])
    def test_the_own_bucket_needs_no_permission(self, path):
        place = label_place(MemoryBucket("gs://own/x"), refuse, settings_of(path))

        assert (place.bucket.url, place.path) == ("gs://own/x", "labels/*.csv")

    def test_another_bucket_is_opened_on_the_allowed_prefix(self):
        settings = settings_of("s3://truth/team/a/*.csv", "gs://b", "s3://truth/team/")
        place = label_place(MemoryBucket("gs://own"), MemoryBucket, settings)

        assert (place.bucket.url, place.path) == ("s3://truth/team", "a/*.csv")
        assert place.url == "s3://truth/team/a/*.csv"

    @pytest.mark.parametrize(
        "path",
        [
            "s3://truth/teammate/a.csv",
            "s3://truth/team/../other/a.csv",
            "gs://own-not/a.csv",
            "../a.csv",
            "/etc/labels.csv",
        ],
    )
    def test_anything_else_is_refused_with_the_exit_code_of_inputs(self, path):
        settings = settings_of(path, "s3://truth/team")
        with pytest.raises(InputError) as caught:
            label_place(MemoryBucket("gs://own"), MemoryBucket, settings)
        unread = list_labels(MemoryBucket("gs://own"), MemoryBucket, settings, LOG)

        assert caught.value.exit_code is ExitCode.INPUT
        assert isinstance(unread, UnreadLabels)
        assert unread.reason == caught.value.message

    def test_the_refusal_says_what_is_allowed(self):
        settings = settings_of("s3://other/a.csv", "s3://truth/team")
        with pytest.raises(
            InputError, match=r"labels\.allowed_prefixes \(there: s3://truth/team\)"
        ):
            label_place(MemoryBucket("gs://own"), refuse, settings)

    def test_a_prefix_of_an_unknown_kind_leaves_the_labels_unread(self):
        unread = list_labels(
            MemoryBucket("gs://own"), open_bucket, settings_of("ftp://a/b.csv", "ftp://a"), LOG
        )

        assert isinstance(unread, UnreadLabels)
        assert "ftp://" in unread.reason


def test_labels_beside_the_folder_of_the_job_are_read_below_its_prefix(tmp_path):
    world = LateWorld(days=8, per_day=30)
    own, other = tmp_path / "own", tmp_path / "other"
    show(world, own, world.day(8), LabelForm.PARQUET, labels_in=other)
    job = late_job(own, LabelForm.PARQUET, labels_in=other)
    bucket = open_bucket(job.bucket.url)
    labels = read_labels(
        bucket, open_bucket, job.labels, job.predictions, since=world.day(0), workers=2
    )

    assert isinstance(labels, ReadLabels)
    assert len(labels.by_image) == len(labels_that_count(world, world.day(8), LabelForm.PARQUET))
    assert not (own / "labels").exists()
