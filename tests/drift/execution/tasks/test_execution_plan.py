"""The plan of an execution as bytes, and what becomes of damaged or hostile objects."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from drift.execution.tasks.plan import ExecutionPlan, PlanBasis, PlannedShard
from drift.execution.tasks.store import ExecutionStore, executions_of
from jobs.errors import ObjectError
from jobs.images.locations import ImageLocation
from jobs.times.windows import WindowRequest
from reference_stats.extraction.sharded.shard import Shard, ShardDone
from tests.support.memory_bucket import MemoryBucket

BASIS = PlanBasis(
    program="1", job="dogs", run="20250304T000000Z-01234567", features="fs-1", view="", images="ab"
)
END = datetime(2025, 3, 4, 1, 2, 3, 4, tzinfo=UTC)


def shard(*names):
    places = tuple(ImageLocation(bucket_url="memory", name=one, path=one) for one in names)
    return Shard(locations=places, used=np.arange(len(names), dtype=np.int64))


SHARDS = [shard("a", "b"), shard("c"), shard("d", "e"), shard("f"), shard("g")]


def plan(request=None):
    return ExecutionPlan(
        tasks=2,
        basis=BASIS,
        request=request or WindowRequest(end=END, last=timedelta(days=1, microseconds=1)),
        shards=tuple(PlannedShard.of(one) for one in SHARDS),
    )


def store(bucket, name="one"):
    return ExecutionStore(bucket=bucket, folder=f"out/dogs/executions/{name}/")


@pytest.fixture
def bucket():
    return MemoryBucket()


@pytest.mark.parametrize(
    "request_",
    [
        WindowRequest(end=END, last=timedelta(days=1, microseconds=1)),
        WindowRequest(end=END, rows=500, most_rows=7_000),
    ],
)
def test_a_plan_comes_back_as_it_was(request_):
    made = plan(request_)
    assert ExecutionPlan.from_bytes(made.as_bytes()) == made


def test_every_shard_is_of_one_task():
    made = plan()
    parts = [made.shards_of(task) for task in range(made.tasks)]
    assert [len(part) for part in parts] == [3, 2]
    assert {one for part in parts for one in part} == set(made.shards)


def test_the_second_planner_takes_the_plan_of_the_first(bucket):
    first = store(bucket).write(plan(), SHARDS)
    other = replace(plan(), shards=plan().shards[:2])
    assert store(bucket).write(other, SHARDS[:2]) == first == plan()
    assert store(bucket).read_plan() == first
    assert [store(bucket).read_shard(one).name for one in first.shards] == [
        one.name for one in SHARDS
    ]


def test_nothing_is_there_of_an_execution_that_did_not_begin(bucket):
    assert store(bucket).read_plan() is None
    assert not store(bucket).done()
    assert not store(bucket).is_finished
    assert executions_of(bucket, "out/dogs") == []
    store(bucket, "b").write(plan(), SHARDS)
    store(bucket, "a").write(plan(), SHARDS)
    assert executions_of(bucket, "out/dogs") == ["a", "b"]


def test_a_task_claims_the_last_step_once_and_finds_its_own_claim_again(bucket):
    assert store(bucket).claim(3) == 3
    assert store(bucket).claim(1) == 3
    assert store(bucket).claim(3) == 3


def test_marks_may_be_left_twice(bucket):
    done = ShardDone(shard=SHARDS[0].name, images=2, computed=2)
    store(bucket).mark(done)
    store(bucket).mark(replace(done, computed=0))
    assert store(bucket).done() == {SHARDS[0].name}


def damaged():
    content = json.loads(plan().as_bytes())
    window = content["window"]
    yield b""
    yield b"[]"
    yield b"\xff"
    yield b"[" * 100_000
    yield json.dumps(content | {"version": 2}).encode()
    yield json.dumps(content | {"tasks": 0}).encode()
    yield json.dumps(content | {"tasks": True}).encode()
    yield json.dumps(content | {"shards": [["../../lock", 1, "a"]]}).encode()
    yield json.dumps(content | {"shards": [content["shards"][0]] * 2}).encode()
    yield json.dumps(content | {"shards": [[1]]}).encode()
    yield json.dumps(content | {"basis": {"program": "1"}}).encode()
    yield json.dumps(content | {"basis": "dogs"}).encode()
    yield json.dumps(content | {"window": window | {"end": "2025-03-04"}}).encode()
    yield json.dumps(content | {"window": window | {"rows": 5}}).encode()
    yield json.dumps(content | {"window": window | {"last_us": 10**40}}).encode()


@pytest.mark.parametrize("data", list(damaged()))
def test_a_damaged_plan_is_an_error_that_names_the_object(bucket, data):
    bucket.create("out/dogs/executions/one/plan.json", data)
    with pytest.raises(ObjectError, match=r"one/plan\.json: .*Start another execution"):
        store(bucket).read_plan()


@pytest.mark.parametrize("data", [b"", b"{}", SHARDS[1].as_bytes()])
def test_a_shard_that_is_not_that_of_its_name_is_an_error(bucket, data):
    made = store(bucket).write(plan(), SHARDS)
    name = f"out/dogs/executions/one/shards/{made.shards[0].name}.json"
    bucket.write(name, data)
    with pytest.raises(ObjectError, match=r"shards/.*Start another execution"):
        store(bucket).read_shard(made.shards[0])


@pytest.mark.parametrize("data", [b"", b"{}", b'{"task": "x"}', b"[1]"])
def test_a_damaged_claim_is_an_error_that_names_the_object(bucket, data):
    bucket.create("out/dogs/executions/one/collecting.json", data)
    with pytest.raises(ObjectError, match=r"collecting\.json: it does not tell"):
        store(bucket).claim(0)


@pytest.mark.parametrize("field", ["program", "job", "run", "features", "view", "images"])
def test_what_does_not_fit_is_said(field):
    assert not BASIS.misfit(BASIS)
    assert "other" in BASIS.misfit(replace(BASIS, **{field: "other"}))
