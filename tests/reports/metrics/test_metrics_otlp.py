"""To an OpenTelemetry receiver: what arrives there, and what happens where none answers."""

import logging
import subprocess
import sys
import time
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from reports.metrics.errors import MetricsError
from reports.metrics.otlp import export
from reports.metrics.samples import samples_of
from tests.support import findings as examples
from tests.support.metrics_server import closed_port, dripping_server, metrics_server

ROOT = Path(__file__).parents[3]
SAMPLES = samples_of(examples.drifted())
TIME_NS = 1_742_008_542_000_000_000

NOT_INSTALLED = """
import sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())
from jobs.errors import DriftError
try:
    import reports.metrics.otlp
except DriftError as error:
    print(error.message)
"""


@pytest.fixture
def receiver():
    with metrics_server() as server:
        server.headers = {"Content-Type": "application/x-protobuf"}
        yield server


def send(url: str, **more: float) -> None:
    export(url, SAMPLES, job="dogs", time_ns=TIME_NS, **more)


def test_all_samples_arrive_as_gauges_of_one_time(receiver):
    send(f"{receiver.url}/v1/metrics")
    (request,) = receiver.received
    assert (request.method, request.path) == ("POST", "/v1/metrics")
    assert request.headers["content-type"] == "application/x-protobuf"
    (resource,) = ExportMetricsServiceRequest.FromString(request.body).resource_metrics
    (scope,) = resource.scope_metrics
    arrived = {
        (metric.name, frozenset((one.key, one.value.string_value) for one in point.attributes)): (
            point.as_double
        )
        for metric in scope.metrics
        for point in metric.gauge.data_points
    }
    assert arrived == {
        (sample.metric.name, frozenset(sample.named_labels.items())): sample.value
        for sample in SAMPLES
    }
    times = {p.time_unix_nano for metric in scope.metrics for p in metric.gauge.data_points}
    assert times == {TIME_NS}


def test_metrics_carry_their_unit_and_meaning_and_the_resource_says_who_sends(receiver):
    send(f"{receiver.url}/v1/metrics")
    (resource,) = ExportMetricsServiceRequest.FromString(receiver.received[0].body).resource_metrics
    metrics = {metric.name: metric for metric in resource.scope_metrics[0].metrics}
    assert metrics["image_drift_window_end_timestamp_seconds"].unit == "s"
    assert metrics["image_drift_images"].unit == "{image}"
    assert "state of the column" in metrics["image_drift_column_state"].description
    about = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert about["service.name"] == "image-drift"
    assert about["service.instance.id"] == "dogs"
    assert about["service.version"]


def test_an_address_without_a_path_gets_the_usual_one(receiver):
    send(receiver.url)
    assert receiver.received[0].path == "/v1/metrics"


def test_a_login_and_headers_of_the_environment_are_sent(receiver, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-scope-orgid=team")
    send(f"http://team:s3cret@{receiver.host}/v1/metrics")
    headers = receiver.received[0].headers
    assert headers["authorization"].startswith("Basic ")
    assert headers["x-scope-orgid"] == "team"


def test_a_refusal_is_one_error_without_the_login_and_nothing_else_is_logged(receiver, caplog):
    receiver.status = 401
    with caplog.at_level(logging.DEBUG), pytest.raises(MetricsError) as refused:
        send(f"http://team:s3cret@{receiver.host}/v1/metrics")
    assert f"metrics.otlp: {receiver.url}/v1/metrics did not take" in refused.value.message
    assert "401" in refused.value.message
    assert "s3cret" not in refused.value.message + caplog.text
    assert [one for one in caplog.records if one.name.startswith("opentelemetry")] == []


def test_where_nobody_listens_it_is_one_error_in_a_bounded_time():
    started = time.monotonic()
    with pytest.raises(MetricsError, match="the connection was refused"):
        send(closed_port(), limit_s=2.0)
    assert time.monotonic() - started < 10


def test_a_receiver_that_never_ends_its_answer_is_given_up():
    started = time.monotonic()
    with dripping_server() as url, pytest.raises(MetricsError, match=r"metrics\.otlp: http://127"):
        send(url, limit_s=0.5)
    assert time.monotonic() - started < 5


def test_without_the_extra_the_error_says_what_to_install():
    finished = subprocess.run(
        [sys.executable, "-c", NOT_INSTALLED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "metrics.otlp needs OpenTelemetry, which is not installed" in finished.stdout
    assert "pip install image-drift[otlp]" in finished.stdout
