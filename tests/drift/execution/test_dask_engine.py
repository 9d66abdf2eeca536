"""The suite for engines holds for a real Dask cluster, and what only a cluster can do wrong."""

import contextlib
import os
import socket
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("distributed")

import drift.execution.dask_cluster.cluster as connecting
from drift.execution.dask_cluster.engine import DaskEngine
from drift.execution.engines import with_engine
from drift.testing.engines import EngineContract
from drift.workplace import open_workplace
from jobs.errors import InputError
from jobs.job_file.image_settings import ExecutionSettings
from jobs.job_file.job import Job
from tests.support.dask_cluster import dask_cluster
from tests.support.server_process import free_port

pytestmark = [
    pytest.mark.slow,
    # What distributed leaves to the end of the process.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module", autouse=True)
def cluster(tmp_path_factory):
    with dask_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        TestDaskEngine.address = cluster.address
        yield cluster


@contextlib.contextmanager
def engine_of(job, address, comes_within_s=None):
    settings = ExecutionSettings(engine="dask", address=address)
    place = open_workplace(job.model_copy(update={"execution": settings}))
    engine = DaskEngine(place, comes_within_s)
    try:
        yield engine
    finally:
        engine.close()


class TestDaskEngine(EngineContract):
    address = ""

    @classmethod
    def started(cls, job):
        return engine_of(job, cls.address)

    def test_marks_are_deleted_at_the_end_and_it_computes_again(self, at_work):
        shards = at_work.shards("later", number=2)
        at_work.engine.compute(shards, lambda _: None)
        assert [path.name for path in at_work.cache_folder.glob("workers-*")] != []
        at_work.engine.close()

        assert [path.name for path in at_work.cache_folder.glob("workers-*")] == []
        told = []
        at_work.engine.compute(at_work.shards("afterwards", number=2), told.append)
        assert len(told) == 2

    def test_it_says_who_is_there_and_writes_nothing(self, at_work):
        before = sorted(at_work.folder.rglob("*"))
        with engine_of(at_work.job, self.address) as engine:
            assert engine.look() == f"2 workers with 2 threads at {self.address}"
        assert sorted(at_work.folder.rglob("*")) == before

    def refused(self, at_work, address, comes_within_s=None):
        with (
            engine_of(at_work.job, address, comes_within_s) as engine,
            pytest.raises(InputError) as caught,
        ):
            engine.compute(at_work.shards("refused"), lambda _: None)
        assert at_work.known(at_work.shards("refused")) == 0
        return str(caught.value)

    def test_an_address_where_nobody_listens_is_said(self, at_work, monkeypatch):
        monkeypatch.setattr(connecting, "CONNECTS_WITHIN_S", 1.0)
        address = f"tcp://127.0.0.1:{free_port()}"
        assert f"{address}: no Dask scheduler answers there" in self.refused(at_work, address)

    def test_a_server_of_another_kind_is_said(self, at_work, monkeypatch):
        monkeypatch.setattr(connecting, "CONNECTS_WITHIN_S", 2.0)
        with silent_server() as port:
            told = self.refused(at_work, f"tcp://127.0.0.1:{port}")
        assert "no Dask scheduler answers there" in told

    def test_an_address_that_is_none_is_said(self, at_work):
        assert "no Dask scheduler answers there" in self.refused(at_work, "nonsense://x")

    def test_an_address_that_nobody_set_is_said(self, at_work, monkeypatch):
        monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
        assert "DASK_SCHEDULER_ADDRESS" in self.refused(at_work, None)

    def test_a_cluster_without_workers_is_said(self, at_work, tmp_path):
        with dask_cluster(tmp_path, workers=0) as empty:
            told = self.refused(at_work, empty.address, comes_within_s=0.5)
        assert "no worker that measures for this job, and none came within 0.5 s" in told

    def test_a_worker_without_the_package_is_named(self, at_work, tmp_path):
        shadow = tmp_path / "shadow"
        (shadow / "drift").mkdir(parents=True)
        (shadow / "drift/__init__.py").write_text(
            "raise ModuleNotFoundError(\"No module named 'drift'\")"
        )
        with dask_cluster(tmp_path, 1, PYTHONPATH=str(shadow)) as other:
            told = self.refused(at_work, other.address)
        assert "the worker tcp://127.0.0.1:" in told
        assert "it has no image-drift, or another version of it (ModuleNotFoundError" in told
        assert "Start the workers with the image" in told

    def test_a_worker_with_another_pillow_is_named(self, at_work, tmp_path):
        info = tmp_path / "shadow/pillow-1.2.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pillow\nVersion: 1.2\n")
        path = os.pathsep.join([str(info.parent), str(Path.cwd())])
        with dask_cluster(tmp_path, 1, PYTHONPATH=path) as other:
            told = self.refused(at_work, other.address)
        assert "the worker tcp://127.0.0.1:" in told
        assert "it has pillow 1.2, and the run has pillow" in told

    def test_the_scheduler_imports_none_of_our_packages(self, at_work):
        import distributed  # noqa: PLC0415 - an extra

        at_work.engine.compute(at_work.shards("scheduler"), lambda _: None)
        ours = "{name.partition('.')[0] for name in __import__('sys').modules} & {'drift', 'jobs'}"
        with distributed.Client(self.address, set_as_default=False) as client:
            assert client.run_on_scheduler(eval, ours) == set()

    def test_nothing_is_imported_before_there_is_something_to_measure(self, at_work):
        settings = ExecutionSettings(engine="dask", address=f"tcp://127.0.0.1:{free_port()}")
        place = with_engine(open_workplace(at_work.job.model_copy(update={"execution": settings})))
        place.elsewhere.compute([], lambda _: None)
        place.close()


def test_a_local_job_gets_no_engine(tmp_path):
    job = Job.model_validate(
        {
            "name": "shards",
            "bucket": {"url": str(tmp_path)},
            "predictions": {"path": "log.csv"},
            "images": {"path": "images/{name}"},
            "window": {"last": "1d"},
            "reference": {"images": "images/"},
        }
    )
    place = open_workplace(job)
    assert with_engine(place) is place


@contextlib.contextmanager
def silent_server():
    """Yield the port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def serve():
            server.settimeout(0.1)
            taken = []
            while not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    taken.append(server.accept()[0])
                time.sleep(0.01)
            for one in taken:
                one.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        ended.set()
        thread.join()
