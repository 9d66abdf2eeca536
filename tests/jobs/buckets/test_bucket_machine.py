"""Every kind of bucket beside a plain dictionary."""

from __future__ import annotations

import shutil
import tempfile

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from jobs.buckets.bucket import Bucket
from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.folder.bucket import FolderBucket
from jobs.buckets.gcs.store import GCSBucket
from tests.support.bucket_machine import BucketMachine
from tests.support.gcs_server import GcsServer
from tests.support.memory_bucket import MemoryBucket
from tests.support.s3_server import S3Server


class FolderMachine(BucketMachine):
    """In a real folder."""

    def open_bucket(self) -> Bucket:
        """Return a bucket in a folder of its own."""
        self.folder = tempfile.mkdtemp()
        return FolderBucket(self.folder)

    def teardown(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder)


class MemoryMachine(BucketMachine):
    """What stands in for a bucket in other tests."""

    def open_bucket(self) -> Bucket:
        """Return an empty one."""
        return MemoryBucket()


def run(machine: type[BucketMachine], examples: int) -> None:
    """Make so many sequences of calls."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.no_cover
@pytest.mark.parametrize("machine", [FolderMachine, MemoryMachine])
def test_a_bucket_does_what_a_dictionary_does(machine: type[BucketMachine]) -> None:
    run(machine, 30)


@pytest.mark.no_cover
def test_a_bucket_of_google_does_what_a_dictionary_does(gcs_server: GcsServer) -> None:
    class GoogleMachine(BucketMachine):
        def open_bucket(self) -> Bucket:
            return GCSBucket(f"gs://{gcs_server.make_bucket()}", CloudSettings(page_size=3))

    run(GoogleMachine, 8)


@pytest.mark.no_cover
def test_a_bucket_of_s3_does_what_a_dictionary_does(s3_server: S3Server) -> None:
    from jobs.buckets.s3.store import S3Bucket  # noqa: PLC0415 - an extra, of which the server knows

    class S3Machine(BucketMachine):
        def open_bucket(self) -> Bucket:
            return S3Bucket(f"s3://{s3_server.make_bucket()}", CloudSettings(page_size=3))

    run(S3Machine, 8)
