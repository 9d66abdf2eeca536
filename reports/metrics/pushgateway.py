"""Metrics to a Prometheus Pushgateway."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from prometheus_client import push_to_gateway

from jobs.causes import quoted
from reports.metrics.deadline import LIMIT_S, STEP_S, call_within
from reports.metrics.endpoint import endpoint_of, headers_of
from reports.metrics.errors import MetricsError
from reports.metrics.exposition import SampleCollector
from reports.metrics.sample import JOB_LABEL, Sample

GROUP = "image-drift"
HEADERS_VARIABLE = "DRIFT_PUSHGATEWAY_HEADERS"


def push(
    url: str,
    samples: Sequence[Sample],
    *,
    job: str,
    environment: Mapping[str, str],
    limit_s: float = LIMIT_S,
) -> None:
    """Replace the job's group of metrics by these samples.

    The group is ``job="image-drift"`` and ``drift_job``, and no instance: wherever a run takes
    place, it replaces the one before, and what a run no longer has is gone.

    Parameters
    ----------
    url
        The Pushgateway, perhaps with a login in it.
    samples
        All samples of a run.
    job
        The job that they belong to.
    environment
        ``DRIFT_PUSHGATEWAY_HEADERS`` holds headers to send along, as OpenTelemetry writes them.
    limit_s
        How long it may take, in seconds.

    Raises
    ------
    MetricsError
        If the Pushgateway did not take them in time.
    """
    endpoint = endpoint_of(url)
    secret = {**endpoint.headers, **headers_of(environment.get(HEADERS_VARIABLE, ""))}
    call = partial(
        push_to_gateway,
        endpoint.url,
        job=GROUP,
        registry=SampleCollector(samples),
        grouping_key={JOB_LABEL: job},
        timeout=min(limit_s, STEP_S),
        handler=partial(_sender, secret),
    )
    call_within(limit_s, f"metrics.pushgateway: {endpoint.url}", call)


def _sender(
    secret: Mapping[str, str],
    url: str,
    method: str,
    timeout: float | None,
    headers: Sequence[tuple[str, str]],
    data: bytes,
) -> Callable[[], None]:
    def send() -> None:
        request = urllib.request.Request(url, data, method=method)  # noqa: S310 - checked: http(s)
        for name, value in (*headers, *secret.items()):
            request.add_header(name, value)
        try:
            # It follows no redirect of a PUT, which would carry the login to another place.
            with urllib.request.urlopen(request, timeout=timeout):  # noqa: S310 - as above
                return
        except urllib.error.HTTPError as error:
            with error:
                raise _refused(url, error) from None

    return send


def _refused(url: str, error: urllib.error.HTTPError) -> MetricsError:
    said = quoted(error.read(300).decode("utf-8", errors="replace"))
    return MetricsError(
        f"metrics.pushgateway: {url} answered {error.code} {error.reason}"
        f"{f' ({said})' if said else ''}. Expected the Pushgateway's own address, without "
        f"/metrics, and a login where it asks for one."
    )
