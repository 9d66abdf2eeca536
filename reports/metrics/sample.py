"""A metric, and one value of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

JOB_LABEL = "drift_job"
"""The label of every sample. It is not ``job``: Prometheus gives that name to what it scrapes, and
would rename ours."""
_LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What a number means.

    Attributes
    ----------
    name
        As in Prometheus, with the unit at its end.
    meaning
        One sentence in plain text: its help text, and its line in docs/metrics.md.
    labels
        The names of its labels beside the job's.
    unit
        As UCUM, for OpenTelemetry. Collectors add units to names that do not end in them, and
        ``_ratio`` for ``1``; what is in braces they leave away.
    """

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One value of a metric.

    Attributes
    ----------
    labels
        The values of the job's label and then of the metric's, in their order.
    value
        A finite number.
    """

    metric: Metric
    labels: tuple[str, ...]
    value: float

    @property
    def named_labels(self) -> dict[str, str]:
        """The labels by name."""
        return dict(zip((JOB_LABEL, *self.metric.labels), self.labels, strict=True))


def label_text(text: str) -> str:
    """Return a label's value: printable, and at most 100 characters of it."""
    printable = "".join(char if char.isprintable() else "?" for char in text)
    return printable[:_LONGEST_LABEL]


def by_metric(samples: Iterable[Sample]) -> dict[Metric, list[Sample]]:
    """Return the samples of each metric."""
    grouped: dict[Metric, list[Sample]] = {}
    for sample in samples:
        grouped.setdefault(sample.metric, []).append(sample)
    return grouped
