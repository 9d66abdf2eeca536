"""Two stages of threads: results, errors, and how much is held at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from reference_stats.extraction import batches
from reference_stats.extraction.workers import TwoStages, available_cores


class Log:
    """Notes how many items each call had, and the most that were in a stage at once."""

    def __init__(self, each_s: float = 0.0) -> None:
        self.sizes: list[int] = []
        self.items: list[int] = []
        self.threads: set[int] = set()
        self.now = self.most = 0
        self._each_s = each_s
        self._lock = threading.Lock()

    def __call__(self, items: Sequence[int]) -> list[int]:
        with self._lock:
            self.sizes.append(len(items))
            self.items.extend(items)
            self.threads.add(threading.get_ident())
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self._each_s * len(items))
        with self._lock:
            self.now -= 1
        return list(items)


def _stages(
    fetch: Callable[[Sequence[int]], Sequence[int]],
    compute: Callable[[Sequence[int]], Sequence[int]],
    **changes: Any,
) -> TwoStages[int, int, int]:
    settings: dict[str, Any] = {"fetch_workers": 3, "compute_workers": 2} | changes
    settings.setdefault("size_bytes", lambda fetched: 1)
    return TwoStages(fetch=fetch, compute=compute, **settings)


def _all(stages: TwoStages[int, int, int], count: int) -> list[int]:
    return [one for some in stages.run(range(count)) for one in some]


@pytest.mark.parametrize("is_far", [False, True])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 100, 5_000])
def test_every_item_passes_both_stages_once(is_far: bool, count: int) -> None:
    fetch, compute = Log(), Log()
    found = _all(_stages(fetch, compute, is_far=is_far), count)
    assert sorted(found) == sorted(fetch.items) == sorted(compute.items) == list(range(count))


def test_many_quick_items_are_fetched_and_computed_together() -> None:
    fetch, compute = Log(), Log()
    _all(_stages(fetch, compute), 20_000)
    for log in (fetch, compute):
        assert max(log.sizes) == batches.MOST_TOGETHER
        assert len(log.sizes) < 20_000 / 30


def test_a_hundred_items_are_shared_by_the_cores() -> None:
    compute = Log(each_s=0.002)
    _all(_stages(Log(), compute), 100)
    assert len(compute.threads) == 2
    assert max(compute.sizes) <= 25


def test_slow_items_are_computed_a_few_at_a_time() -> None:
    compute = Log(each_s=0.1)
    _all(_stages(Log(), compute), 24)
    # A quarter of a second at most, once it is known how long they take.
    assert max(compute.sizes[2:]) <= 2


def test_large_items_are_a_few_at_a_time() -> None:
    fetch, compute = Log(), Log()
    _all(_stages(fetch, compute, size_bytes=lambda fetched: 1 << 20), 500)
    assert max(compute.sizes) == batches.BATCH_BYTES >> 20
    assert max(fetch.sizes[4:]) <= 16


@pytest.mark.parametrize("is_far", [False, True])
def test_a_slow_store_is_asked_by_all_threads_at_once_for_one_item_each(is_far: bool) -> None:
    fetch = Log(each_s=0.03)
    begun = time.perf_counter()
    _all(_stages(fetch, Log(), fetch_workers=16, is_far=is_far), 320)
    assert fetch.most == 16
    assert sum(size == 1 for size in fetch.sizes) > 0.9 * len(fetch.sizes)
    # Twenty rounds of one item each; a near one is found out to be slow first.
    assert time.perf_counter() - begun < 5 * 20 * 0.03


def test_a_quick_store_is_asked_by_few_threads() -> None:
    fetch = Log()
    _all(_stages(fetch, Log(each_s=0.0001), fetch_workers=32), 5_000)
    assert len(fetch.threads) <= 8


def test_no_core_waits_for_others_to_be_fetched() -> None:
    compute = Log()
    _all(_stages(Log(each_s=0.02), compute, fetch_workers=1, is_far=True), 20)
    assert max(compute.sizes) <= 2


def test_what_comes_one_by_one_from_a_far_store_is_computed_a_few_at_a_time() -> None:
    fetch, compute = Log(each_s=0.01), Log(each_s=0.00005)
    found = _all(_stages(fetch, compute, fetch_workers=16, is_far=True), 1_600)
    assert sorted(found) == list(range(1_600))
    assert fetch.most == 16
    assert set(fetch.sizes) == {1}
    # Forty come within the time that is waited for.
    assert len(compute.sizes) < 1_600 / 10


def test_what_takes_a_core_some_time_does_not_wait_for_others() -> None:
    compute = Log(each_s=0.03)
    _all(_stages(Log(each_s=0.03), compute, fetch_workers=1, is_far=True), 40)
    assert sum(size == 1 for size in compute.sizes) > 30


@pytest.mark.parametrize("slow_stage", ["fetch", "compute", "caller"])
@pytest.mark.parametrize("is_far", [False, True])
def test_what_waits_is_bounded_by_bytes(slow_stage: str, is_far: bool) -> None:
    lock = threading.Lock()
    held = most = 0

    def change(count: int) -> None:
        nonlocal held, most
        with lock:
            held += count
            most = max(most, held)

    def fetch(items: Sequence[int]) -> Sequence[int]:
        time.sleep(0.001 * len(items) if slow_stage == "fetch" else 0)
        change(len(items))
        return items

    def compute(items: Sequence[int]) -> Sequence[int]:
        time.sleep(0.001 * len(items) if slow_stage == "compute" else 0)
        change(-len(items))
        return items

    size = 1 << 20
    stages = _stages(fetch, compute, size_bytes=lambda _: size, fetch_workers=4, is_far=is_far)
    for some in stages.run(range(600)):
        time.sleep(0.001 * len(some) if slow_stage == "caller" else 0)
    # What waits, what each thread has just fetched, and a batch at each core.
    bound = batches.WAITING_BYTES / size + 4 * 4 + 2 * batches.BATCH_BYTES / size
    assert most <= bound


def test_what_is_on_its_way_is_bounded_by_number() -> None:
    fetch = Log()
    running = _stages(fetch, Log(), size_bytes=lambda fetched: 0).run(range(50_000))
    got = len(next(running))
    time.sleep(0.3)
    assert len(fetch.items) - got <= 3 + 8 * batches.MOST_TOGETHER * 2
    running.close()


def test_little_is_asked_of_a_store_that_has_not_answered() -> None:
    fetch = Log()
    running = _stages(fetch, Log(), has_answered=lambda: False).run(range(1_000))
    got = len(next(running))
    time.sleep(0.2)
    assert len(fetch.items) - got <= 3 + 2 * 2
    running.close()


@pytest.mark.parametrize("stage", ["fetch", "compute"])
@pytest.mark.parametrize("is_far", [False, True])
def test_an_error_reaches_the_caller(stage: str, is_far: bool) -> None:
    def fail_at(wanted: str, items: Sequence[int]) -> Sequence[int]:
        if wanted == stage and 7 in items:
            raise LookupError(stage)
        return items

    stages = _stages(
        lambda items: fail_at("fetch", items),
        lambda items: fail_at("compute", items),
        is_far=is_far,
    )
    with pytest.raises(LookupError, match=stage):
        _all(stages, 50)


@pytest.mark.parametrize("name", ["fetch", "compute"])
def test_a_thread_that_cannot_be_started_is_an_error_and_no_endless_wait(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name.startswith(name):
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        _all(_stages(Log(), Log()), 50)


def test_a_further_thread_that_cannot_be_started_is_done_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start, started = threading.Thread.start, []

    def refuse(thread: threading.Thread) -> None:
        if thread.name.startswith("fetch"):
            started.append(thread)
            if len(started) > 1:
                raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert sorted(_all(_stages(Log(each_s=0.02), Log()), 20)) == list(range(20))
    assert len(started) > 1


@pytest.mark.parametrize("name", ["fetch", "compute"])
def test_one_thread_of_several_is_enough(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    start, refused = threading.Thread.start, []

    def refuse(thread: threading.Thread) -> None:
        if thread.name == name:
            refused.append(thread)
            if len(refused) > 1:
                raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert sorted(_all(_stages(Log(), Log(), is_far=True), 20)) == list(range(20))
    assert len(refused) == 2


@pytest.mark.parametrize("is_far", [False, True])
def test_closing_drops_what_has_not_begun(is_far: bool) -> None:
    fetch, compute = Log(), Log(each_s=0.01)
    running = _stages(fetch, compute, fetch_workers=2, is_far=is_far).run(range(100_000))
    next(running)
    running.close()
    begun = len(compute.items)
    for thread in threading.enumerate():
        if thread.name in {"fetch", "compute"}:
            thread.join(timeout=20)
            assert not thread.is_alive()
    assert len(compute.items) == begun
    assert len(fetch.items) < 5_000


def test_without_a_number_there_is_one_thread_per_core() -> None:
    compute = Log(each_s=0.001)
    _all(_stages(Log(), compute, compute_workers=None), 400)
    assert len(compute.threads) == available_cores() >= 1
