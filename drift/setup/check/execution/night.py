"""What a run costs, computed from what an image costs."""

from __future__ import annotations

from dataclasses import dataclass

# A run over 1,000 images that are all known took 4.9 CPU seconds (benchmarks.whole_run).
_RUN_CPU_S = 5.0
# With a million rows of known images a run took 98 (benchmarks.million), of which these are most.
_ROW_CPU_S = 1e-4
# Beside reading and decoding, the run itself takes so much of a new image (benchmarks.million).
_OWN_CPU_S = 6e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCost:
    """What one new image costs on average.

    Attributes
    ----------
    tried
        How many images it was measured on.
    cpu_s
        Processor time of fetching and measuring it, of all processes.
    wait_s
        How long its store takes to answer.
    size_bytes
        Its bytes.
    requests
        How often a store is asked for it.
    view_s
        Processor time of the model's look at it; 0 without a model.
    """

    tried: int
    cpu_s: float
    wait_s: float
    size_bytes: float
    requests: float
    view_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCost:
    """What one run costs.

    Attributes
    ----------
    images
        How many images it reads that no run has read before.
    cpu_s
        Processor time of all processes.
    wait_s
        How long stores are waited for, one request after the other.
    requests, size_bytes
        Of reading images; the log's and the report's come on top.
    """

    images: int
    cpu_s: float
    wait_s: float
    requests: int
    size_bytes: int

    def hours(self, cores: int, fetchers: int) -> float:
        """Return how long one machine takes: its cores, or its threads that wait for a store."""
        return max(self.cpu_s / cores, self.wait_s / fetchers) / 3600


def run_cost(images: int, rows: int, each: ImageCost) -> RunCost:
    """Return what a run costs that reads so many new images, over a window of so many rows."""
    an_image = each.cpu_s + each.view_s + _OWN_CPU_S
    return RunCost(
        images=images,
        cpu_s=_RUN_CPU_S + rows * _ROW_CPU_S + images * an_image,
        wait_s=images * each.wait_s,
        requests=round(images * each.requests),
        size_bytes=round(images * each.size_bytes),
    )
