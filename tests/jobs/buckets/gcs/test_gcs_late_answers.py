"""Google Cloud Storage where answers get to other requests."""

from __future__ import annotations

import pytest

from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.gcs.store import GCSBucket
from jobs.testing.clouds.late_answers import CloudLateAnswers
from tests.support.gcs_server import GcsServer


class TestGCSLateAnswers(CloudLateAnswers):
    """Every mix-up that can befall any store."""

    host_variable = "STORAGE_EMULATOR_HOST"
    scheme = "gs"

    @staticmethod
    def open(url: str, settings: CloudSettings) -> GCSBucket:
        return GCSBucket(url, settings)

    @pytest.fixture
    def server(self, gcs_server: GcsServer) -> GcsServer:
        return gcs_server
