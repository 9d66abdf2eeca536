"""What normal days cost a run: measured on a small world, and said as a table."""

import pytest

from benchmarks.days_cost import RunCost, measure, measure_segments, segments_line, table

pytestmark = pytest.mark.usefixtures("without_evidently")


def test_a_table_holds_what_days_cost_beyond_a_run_without_them():
    costs = {0: RunCost(seconds=0.5, requests=60), 60: RunCost(seconds=0.75, requests=64)}

    last = table(costs).splitlines()[-1]

    assert last == "| 60 | 0.75 | +0.25 | 1.50 | 64 | +4 |"


def test_days_with_records_cost_few_requests(tmp_path):
    costs = measure(tmp_path, past_days=3, requests=12, rounds=1)

    assert set(costs) == {0, 1, 3}
    # The folder, the rollup, and which records the run used.
    assert 0 < costs[3].requests - costs[0].requests < 10
    assert costs[3].requests - costs[1].requests <= 1


def test_segments_are_measured_beside_the_same_days_without_them(tmp_path):
    found = measure_segments(tmp_path, past_days=8, cameras=1, rounds=1)

    assert [one.segments for one in found] == [0, 0, 1]
    assert all(one.seconds > 0 for one in found)
    # The records hold the segments: nothing more is read.
    assert found[2].requests <= found[1].requests + 1


def test_the_line_of_segments_says_both_ratios():
    plain, alone = RunCost(seconds=0.5, requests=60), RunCost(seconds=1.0, requests=64)

    line = segments_line(plain, alone, RunCost(seconds=2.5, requests=64, segments=10))

    assert line.startswith("10 segments: 2.50 CPU s, 1.00 without them, 0.50 without days")
    assert "2.5 times as dear, and its days 4.0 times (bar for the run 3: met)" in line
