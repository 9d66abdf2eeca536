"""Growth of counters over scrapes: new processes count from zero, servers side by side do not."""

import pytest

from jobs.serving.counters import CountersBefore, GrowingCounters
from jobs.serving.figures import ModelSums, ServedFigures, SingleValues
from jobs.serving.samples import REQUESTS, Scrape, Series, ServedModel
from jobs.serving.starts import repeated_starts

DOGS, CATS = ServedModel("dogs", "1.0"), ServedModel("cats", "1.0")


def series(process, model=DOGS):
    return Series(REQUESTS, model, (("uuid", process),))


def scrapes(*values):
    return [
        Scrape(moment=float(moment), values={series(*key): value for key, value in one.items()})
        for moment, one in enumerate(values)
    ]


def over(*values, before=()):
    known = CountersBefore()
    for number, scrape in enumerate(reversed(scrapes(*before))):
        known.take(Scrape(moment=-1.0 - number, values=scrape.values))
    counters = GrowingCounters.over(known, reversed(scrapes(*values)))
    return counters.growth.get((DOGS, REQUESTS), 0.0), sorted(counters.restarts)


A, B, C = ("a",), ("b",), ("c",)


@pytest.mark.parametrize(
    ("values", "growth", "restarts"),
    [
        ([{A: 5}, {A: 9}, {A: 12}], 7, []),
        ([{A: 5}, {A: 9}, {A: 3}, {A: 4}], 4 + 4, [2.0]),
        ([{A: 5}, {A: 9}, {B: 3}, {B: 4}, {C: 1}], 4 + 4 + 1, [2.0, 4.0]),
        ([{}, {A: 5}], 5, []),
        ([{A: 5}, {}, {A: 7}], 7, [1.0]),
        # The new process was seen when all counters were gone.
        ([{A: 5}, {}, {}, {B: 7}], 7, [1.0]),
        # Two processes behind one address are there together, and each grows for itself.
        ([{A: 5, B: 100}, {A: 6, B: 103}], 4, []),
        # A second one that begins later begins with zero.
        ([{A: 5}, {A: 6, B: 3}], 4, []),
        # Two servers are scraped in turn: what the second had counted before is no growth.
        ([{A: 5}, {B: 100}, {A: 6}, {B: 103}, {A: 7}], 1 + 3 + 1, []),
    ],
    ids=[
        "growth", "a fall", "other labels", "not asked yet", "asked nothing since", "empty twice",
        "side by side", "one more", "in turn",
    ],
)  # fmt: skip
def test_growth_and_restarts(values, growth, restarts):
    assert over(*values) == (growth, restarts)


def test_another_model_is_no_restart_and_its_growth_is_its_own():
    counters = GrowingCounters.over(
        CountersBefore(), scrapes({A: 5}, {A: 6, ("a", CATS): 3}, {A: 6, ("a", CATS): 5})
    )
    assert dict(counters.growth) == {(DOGS, REQUESTS): 1, (CATS, REQUESTS): 5}
    assert counters.restarts == set()


def test_growth_is_counted_from_the_newest_scrape_before_the_window():
    assert over({A: 9}, before=[{A: 2}, {A: 5}]) == (4, [])
    assert over({B: 9}, before=[{A: 2}, {A: 5}]) == (9, [0.0])
    assert over({A: 3}, before=[{A: 5}, {}]) == (3, [])
    # Process a was gone before: b is no news.
    assert over({B: 9}, before=[{A: 2}, {B: 5}]) == (4, [])


def test_starts_of_further_workers_belong_to_the_same_start():
    assert repeated_starts([(1, "a"), (2, "b"), (9, "a"), (10, "b"), (11, "c")]) == [9]
    assert repeated_starts([(3, "a"), (1, "a"), (2, "a")]) == [2, 3]


def test_of_too_many_single_values_every_second_one_is_kept():
    kept, all_sums = SingleValues(most=100), {DOGS: ModelSums(), CATS: ModelSums()}
    for number in range(1_000):
        for sums in all_sums.values():
            kept.add(sums, 1_000.0 * number, all_sums)
            sums.answered += 1
    figures = ServedFigures.of(all_sums.values())

    assert sum(len(one.values) for one in all_sums.values()) <= 101
    assert figures.p50_ms == pytest.approx(500, abs=20)
    assert figures.p99_ms == pytest.approx(990, abs=20)


def test_without_an_answer_there_are_no_times():
    assert ServedFigures.of([ModelSums(requests=3)]) == ServedFigures(
        requests=3, mean_ms=None, p50_ms=None, p99_ms=None, queue_share=None
    )
