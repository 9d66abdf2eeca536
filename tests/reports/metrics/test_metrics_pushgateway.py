"""To a Pushgateway: what arrives there, and what happens where none answers."""

import base64
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reports.metrics.errors import MetricsError
from reports.metrics.pushgateway import push
from reports.metrics.samples import samples_of
from tests.support import findings as examples
from tests.support.metrics_server import closed_port, dripping_server, metrics_server

SAMPLES = samples_of(examples.drifted())


@pytest.fixture
def gateway():
    with metrics_server() as server:
        yield server


def test_a_push_replaces_the_jobs_group_whole(gateway):
    push(gateway.url, SAMPLES, job="dogs", environment={})
    (request,) = gateway.received
    assert (request.method, request.path) == ("PUT", "/metrics/job/image-drift/drift_job/dogs")
    assert request.headers["content-type"].startswith("text/plain; version=0.0.4")
    read = [
        sample
        for family in text_string_to_metric_families(request.body.decode("utf-8"))
        for sample in family.samples
    ]
    assert len(read) == len(SAMPLES)
    # The Pushgateway refuses samples with times, and labels that are not those of the group.
    assert all(sample.timestamp is None for sample in read)
    assert {sample.labels["drift_job"] for sample in read} == {"dogs"}


def test_a_repeated_run_goes_to_the_same_group(gateway):
    for _ in range(2):
        push(gateway.url, SAMPLES, job="dogs", environment={})
    assert len({request.path for request in gateway.received}) == 1


def test_a_path_in_front_of_the_gateway_is_kept(gateway):
    push(f"{gateway.url}/push/", SAMPLES, job="dogs", environment={})
    assert gateway.received[0].path == "/push/metrics/job/image-drift/drift_job/dogs"


def test_a_login_in_the_url_is_sent_as_basic_authorization(gateway):
    push(f"http://team:s%2Fcret@{gateway.host}", SAMPLES, job="dogs", environment={})
    sent = gateway.received[0].headers["authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == b"team:s/cret"


def test_headers_come_from_the_environment(gateway):
    headers = "Authorization=Bearer%20abc,X-Scope-OrgID=team"
    push(gateway.url, SAMPLES, job="dogs", environment={"DRIFT_PUSHGATEWAY_HEADERS": headers})
    received = gateway.received[0].headers
    assert (received["authorization"], received["x-scope-orgid"]) == ("Bearer abc", "team")


def test_a_refusal_is_told_with_its_reason_and_without_the_login(gateway):
    gateway.status, gateway.answer = 400, b"pushed metrics are invalid"
    with pytest.raises(MetricsError) as refused:
        push(f"http://team:s3cret@{gateway.host}", SAMPLES, job="dogs", environment={})
    assert "answered 400 Bad Request (pushed metrics are invalid)" in refused.value.message
    assert "s3cret" not in refused.value.message


def test_a_redirect_is_not_followed_with_the_login(gateway):
    with metrics_server() as elsewhere:
        gateway.status, gateway.headers = 307, {"Location": elsewhere.url}
        with pytest.raises(MetricsError, match="answered 307"):
            push(f"http://team:s3cret@{gateway.host}", SAMPLES, job="dogs", environment={})
        assert elsewhere.received == []


def test_where_nobody_listens_the_url_is_named_without_the_login():
    url = closed_port()
    with pytest.raises(MetricsError) as refused:
        push(url.replace("://", "://team:s3cret@"), SAMPLES, job="dogs", environment={})
    assert f"metrics.pushgateway: {url} could not be reached" in refused.value.message
    assert "Connection refused" in refused.value.message
    assert "s3cret" not in refused.value.message


def test_a_gateway_that_never_ends_its_answer_is_given_up():
    started = time.monotonic()
    with dripping_server() as url, pytest.raises(MetricsError, match="did not answer within"):
        push(url, SAMPLES, job="dogs", environment={}, limit_s=0.5)
    assert time.monotonic() - started < 5
