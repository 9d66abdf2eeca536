"""What normal days cost a run: measured on a small world, and said as a table."""

import pytest

from benchmarks.days_cost import RunCost, measure, table

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
