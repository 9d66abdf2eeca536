"""Samples in the text format of Prometheus; the only importer of its client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client import generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from reports.metrics.sample import JOB_LABEL, Sample, by_metric


class SampleCollector(Collector):
    """Samples as Prometheus' client asks for them."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._samples = samples

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield a gauge for each metric, in the order in which the metrics first come."""
        for metric, samples in by_metric(self._samples).items():
            labels = (JOB_LABEL, *metric.labels)
            family = GaugeMetricFamily(metric.name, metric.meaning, labels=labels)
            for sample in samples:
                family.add_metric(sample.labels, sample.value)
            yield family


def exposition(samples: Sequence[Sample]) -> bytes:
    """Return the samples as UTF-8 text, all as gauges and without times."""
    return generate_latest(SampleCollector(samples))
