"""Google Cloud Storage on bad days: what all stores do then, and what only this one does."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import pytest

from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.gcs.store import GCSBucket
from jobs.errors import BucketAccessError
from jobs.testing.clouds import relay
from jobs.testing.clouds.bad_answers import always
from jobs.testing.clouds.fault_suite import CALLS, CONTENT, QUICK
from jobs.testing.clouds.faults import CloudFaults
from jobs.testing.clouds.relay import Answer, FaultyStore
from tests.support.gcs_server import GcsServer


class TestGCSFaults(CloudFaults):
    """Every fault that can befall any store."""

    host_variable = "STORAGE_EMULATOR_HOST"
    scheme = "gs"
    sends_marks_back = False
    says_of_elsewhere = "which was not followed: credentials are for the store alone"
    needed_headers = ("x-goog-hash", "x-goog-generation")

    @staticmethod
    def open(url: str, settings: CloudSettings) -> GCSBucket:
        return GCSBucket(url, settings)

    @staticmethod
    def refusal(status: int, message: str = "Try again") -> Answer:
        return relay.refusal(status, message)

    @staticmethod
    def emptied(page: Answer) -> Answer:
        content = json.loads(page.body)
        del content["items"]
        return dataclasses.replace(page, body=json.dumps(content).encode())

    @pytest.fixture
    def server(self, gcs_server: GcsServer) -> GcsServer:
        return gcs_server

    @pytest.mark.parametrize("call", ["read", "list", "write"])
    def test_a_refusal_is_not_repeated_and_says_which_role_to_grant(
        self, bucket: GCSBucket, store: FaultyStore, name: str, call: str
    ) -> None:
        store.fault = always(lambda _: self.refusal(403, "job@x lacks storage.objects.get"))
        calls: dict[str, Callable[[], object]] = {
            "read": lambda: bucket.read("a.bin"),
            "list": lambda: list(bucket.list()),
            "write": lambda: bucket.write("a.bin", b""),
        }
        with pytest.raises(BucketAccessError) as caught:
            calls[call]()
        said = str(caught.value)
        assert f"Grant the job's account roles/storage.objectUser on gs://{name}" in said
        assert "lacks storage.objects.get" in said
        assert len(store.seen) == 1

    @pytest.mark.parametrize("call", ["info", "list", "write"])
    def test_text_that_is_no_answer_of_the_store_is_an_error_in_words(
        self, warm_bucket: GCSBucket, store: FaultyStore, call: str
    ) -> None:
        text = {"Content-Type": "text/plain"}
        store.fault = always(lambda _: Answer(status=200, headers=text, body=b"Please log in"))
        with pytest.raises(BucketAccessError, match=r"something else answered .*login"):
            CALLS[call](warm_bucket)

    def test_what_is_said_of_an_object_in_a_folder_is_not_taken_for_one_beside_it(
        self, warm_bucket: GCSBucket, store: FaultyStore, name: str
    ) -> None:
        assert [found.name for found in warm_bucket.list()] == ["a.bin"]
        late = [self.refusal(404, f"No such object: {name}/x/a.bin")] * 2
        store.fault = lambda request, pass_on: (
            late.pop() if late and "alt=media" in request.path else pass_on()
        )
        assert warm_bucket.read("a.bin").data == CONTENT

    def test_unaccepted_credentials_lead_to_the_login_command(
        self, bucket: GCSBucket, store: FaultyStore
    ) -> None:
        store.fault = always(lambda _: self.refusal(401, "Invalid Credentials"))
        with pytest.raises(BucketAccessError, match="gcloud auth application-default login"):
            bucket.read("a.bin")


def test_missing_credentials_lead_to_the_login_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    with pytest.raises(BucketAccessError, match="gcloud auth application-default login"):
        GCSBucket("gs://some-bucket", QUICK).read("a.bin")


def test_a_credentials_file_that_does_not_exist_leads_to_the_login_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/key.json")
    with pytest.raises(BucketAccessError, match="gcloud auth application-default login"):
        GCSBucket("gs://some-bucket", QUICK).read("a.bin")
