"""Metrics to an OpenTelemetry collector over HTTP; the only importer of OpenTelemetry."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from urllib.parse import urlsplit

from jobs.causes import cause_in, quoted
from reports.metrics.deadline import LIMIT_S, STEP_S, call_within
from reports.metrics.endpoint import Endpoint, endpoint_of
from reports.metrics.errors import MetricsError
from reports.metrics.sample import Metric, Sample, by_metric

try:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import export as sdk
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
except ModuleNotFoundError as missing:
    raise MetricsError(
        f"metrics.otlp needs OpenTelemetry, which is not installed ({missing.name}): "
        "pip install image-drift[otlp]"
    ) from missing

_SERVICE = "image-drift"
_PATH = "/v1/metrics"


def export(
    url: str,
    samples: Sequence[Sample],
    *,
    job: str,
    time_ns: int,
    limit_s: float = LIMIT_S,
) -> None:
    """Send the samples as gauges, at once and without a thread that collects.

    Headers, certificates and compression come from OpenTelemetry's own variables, such as
    ``OTEL_EXPORTER_OTLP_HEADERS``, and more attributes of the resource from
    ``OTEL_RESOURCE_ATTRIBUTES``.

    Parameters
    ----------
    url
        The receiver; without a path it is ``/v1/metrics``.
    samples
        All samples of a run.
    job
        The job that they belong to: the instance of the service.
    time_ns
        The time of all samples, in nanoseconds since 1970.
    limit_s
        How long it may take, in seconds.

    Raises
    ------
    MetricsError
        If the receiver did not take them in time.
    """
    endpoint = _with_path(endpoint_of(url))
    data = _metrics_data(samples, job=job, time_ns=time_ns)

    def call() -> None:
        exporter = OTLPMetricExporter(
            endpoint=endpoint.url,
            headers=endpoint.headers or None,
            # It tries again until then, and says why it failed only afterwards.
            timeout=min(limit_s * 2 / 3, STEP_S),
        )
        with _what_it_says() as said:
            result = exporter.export(data)
            exporter.shutdown()
        if result is not sdk.MetricExportResult.SUCCESS:
            raise MetricsError(
                f"metrics.otlp: {endpoint.url} did not take the metrics: {_problem(said)} Expected "
                "the address of an OTLP receiver over HTTP, usually port 4318."
            )

    call_within(limit_s, f"metrics.otlp: {endpoint.url}", call)


def _with_path(endpoint: Endpoint) -> Endpoint:
    if urlsplit(endpoint.url).path.strip("/"):
        return endpoint
    return Endpoint(url=endpoint.url.rstrip("/") + _PATH, headers=endpoint.headers)


def _metrics_data(samples: Sequence[Sample], *, job: str, time_ns: int) -> sdk.MetricsData:
    number = version(_SERVICE)
    resource = Resource.create(
        {"service.name": _SERVICE, "service.version": number, "service.instance.id": job}
    )
    metrics = [_metric(metric, of, time_ns) for metric, of in by_metric(samples).items()]
    scope = sdk.ScopeMetrics(
        scope=InstrumentationScope(name=_SERVICE, version=number), metrics=metrics, schema_url=""
    )
    whole = sdk.ResourceMetrics(resource=resource, scope_metrics=[scope], schema_url="")
    return sdk.MetricsData(resource_metrics=[whole])


def _metric(metric: Metric, samples: Sequence[Sample], time_ns: int) -> sdk.Metric:
    points = [
        sdk.NumberDataPoint(
            attributes=sample.named_labels,
            start_time_unix_nano=0,
            time_unix_nano=time_ns,
            value=sample.value,
        )
        for sample in samples
    ]
    return sdk.Metric(
        name=metric.name,
        description=metric.meaning,
        unit=metric.unit,
        data=sdk.Gauge(data_points=points),
    )


def _problem(said: Sequence[str]) -> str:
    """Return what the exporter said as sentences, with the cause first."""
    text = " ".join(said)
    # What a server answered with a status may speak of connections that are not ours.
    cause = None if re.search(r"\bcode: \d", text) else cause_in(text)
    if cause is None:
        return f"{quoted(text) or 'no reason given'}."
    return f"{quoted(f'{cause.words}; {text}')}. {cause.advice}"


class _Listener(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(record.getMessage().rstrip("."))


@contextmanager
def _what_it_says() -> Iterator[list[str]]:
    """Yield what the exporter would log: the only place where it says why it failed."""
    said: list[str] = []
    listener = _Listener(said)
    logger = logging.getLogger(OTLPMetricExporter.__module__)
    before = logger.propagate
    logger.addHandler(listener)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(listener)
        logger.propagate = before
