"""Two stages of threads: results, errors, and how many items are held at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from reference_stats.extraction.workers import TwoStages, available_cores


class Gauge:
    """Counts how many items lie between their start and the caller."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def add(self, change: int) -> None:
        with self._lock:
            self.now += change
            self.most = max(self.most, self.now)


def _counted(gauge: Gauge, total: int) -> Iterator[int]:
    for item in range(total):
        gauge.add(1)
        yield item


def test_every_item_passes_both_stages_once() -> None:
    stages = TwoStages(
        fetch=lambda item: item * 10,
        compute=lambda item, fetched: (item, fetched),
        fetch_workers=3,
        compute_workers=2,
    )
    assert sorted(stages.run(range(200))) == [(item, item * 10) for item in range(200)]


@pytest.mark.parametrize("slow_stage", ["fetch", "compute", "caller"])
def test_the_number_of_items_in_flight_is_bounded(slow_stage: str) -> None:
    gauge = Gauge()

    def wait(stage: str) -> None:
        if stage == slow_stage:
            time.sleep(0.001)

    stages = TwoStages(
        fetch=lambda item: wait("fetch"),
        compute=lambda item, fetched: wait("compute"),
        fetch_workers=5,
        compute_workers=2,
    )
    for _ in stages.run(_counted(gauge, 300)):
        wait("caller")
        gauge.add(-1)
    # One more is begun before the finished one is handed over.
    assert gauge.most <= stages.most_in_flight + 1 == 10
    assert gauge.most >= 5


@pytest.mark.parametrize("stage", ["fetch", "compute"])
def test_an_error_reaches_the_caller(stage: str) -> None:
    def fail_at(wanted: str, item: int) -> int:
        if wanted == stage and item == 7:
            raise LookupError(stage)
        return item

    stages = TwoStages(
        fetch=lambda item: fail_at("fetch", item),
        compute=lambda item, fetched: fail_at("compute", item),
        fetch_workers=2,
        compute_workers=1,
    )
    with pytest.raises(LookupError, match=stage):
        list(stages.run(range(50)))


def test_a_thread_that_cannot_be_started_is_an_error_and_no_endless_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stages = TwoStages(
        fetch=lambda item: item,
        compute=lambda item, fetched: fetched,
        fetch_workers=2,
        compute_workers=1,
    )
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name.startswith("compute"):
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        list(stages.run(range(50)))


def test_closing_drops_what_has_not_begun() -> None:
    begun: list[int] = []
    stages = TwoStages(
        fetch=begun.append,
        compute=lambda item, fetched: time.sleep(0.01),
        fetch_workers=2,
        compute_workers=1,
    )
    running = stages.run(range(1000))
    next(running)
    running.close()
    time.sleep(0.1)
    assert len(begun) < 20


def test_without_a_number_there_is_one_thread_per_core() -> None:
    stages = TwoStages(fetch=str, compute=lambda item, fetched: fetched, fetch_workers=3)
    assert available_cores() >= 1
    assert stages.most_in_flight == 3 + 2 * available_cores()
