"""S3 where answers get to other requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("botocore", reason="the extra s3 is not installed")

from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.s3.store import S3Bucket
from jobs.testing.clouds.bad_answers import always, without
from jobs.testing.clouds.late_answers import CloudLateAnswers
from jobs.testing.clouds.relay import relay_to
from jobs.testing.clouds.server import Server
from tests.support.s3_server import S3Server


class Unmarked:
    """An S3 server behind a relay that takes out the marks."""

    def __init__(self, server: S3Server, host: str) -> None:
        self.host = host
        self.make_bucket, self.put, self.get = server.make_bucket, server.put, server.get


class TestS3LateAnswers(CloudLateAnswers):
    """Every mix-up that can befall any store."""

    host_variable = "AWS_ENDPOINT_URL"
    scheme = "s3"

    @staticmethod
    def open(url: str, settings: CloudSettings) -> S3Bucket:
        return S3Bucket(url, settings)

    @pytest.fixture
    def server(self, s3_server: S3Server) -> Server:
        return s3_server


class TestS3LateAnswersWithoutMarks(TestS3LateAnswers):
    """The same of a store that does not send back the mark that it is sent."""

    @pytest.fixture
    def server(self, s3_server: S3Server) -> Iterator[Server]:
        with relay_to(s3_server.host) as relay:
            relay.fault = always(without("content-disposition"))
            yield Unmarked(s3_server, relay.host)
