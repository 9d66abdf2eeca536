"""The table of the metrics in docs/metrics.md, made from the code."""

from __future__ import annotations

from reports.metrics.catalogue import METRICS
from reports.metrics.sample import Metric

_HEAD = "| metric | labels | meaning |\n|---|---|---|\n"


def metrics_table() -> str:
    """Return the table as Markdown."""
    return _HEAD + "".join(map(_row, METRICS))


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {labels} | {metric.meaning} |\n"


if __name__ == "__main__":
    print(metrics_table(), end="")  # noqa: T201 - a table for the shell to redirect
