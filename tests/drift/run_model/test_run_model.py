"""The model of a run: opened once, remembered, given up when it fails."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from drift.run_model.job_model import model_of_job
from drift.run_model.run_model import RunModel
from jobs.buckets.registry import open_bucket
from jobs.errors import ModelError
from reference_stats.model_view.process.model_process import ModelProcess
from tests.support.seen_world import MODEL, SIDE, seen_job, tiny_onnx

PICTURES = np.random.default_rng(1).integers(0, 256, (5, SIDE, SIDE, 1), dtype=np.uint8)


class Opening:
    """Opens models as a run does, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, file, choice) -> ModelProcess:
        self.count += 1
        return ModelProcess(file, choice)


@pytest.fixture
def bucket(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / MODEL).write_bytes(tiny_onnx())
    return tmp_path


def model_of(bucket: Path, opening: Opening) -> RunModel:
    model = model_of_job(seen_job(bucket), open_bucket(str(bucket)), open_bucket, writes=True)
    assert model is not None
    model._opener = opening
    return model


def test_a_model_is_opened_once_by_many_threads_and_remembered(bucket):
    opening = Opening()
    model = model_of(bucket, opening)
    viewer = model.viewer
    assert viewer is not None

    with ThreadPoolExecutor(4) as threads:
        seen = list(threads.map(viewer.look, [PICTURES] * 8))

    assert opening.count == 1
    assert all((one.embeddings == seen[0].embeddings).all() for one in seen)
    model.close()
    again = model_of(bucket, opening)
    known = again.viewer
    assert known is not None
    assert known.definition == viewer.definition
    assert opening.count == 1
    assert (known.look(PICTURES).embeddings == seen[0].embeddings).all()
    assert opening.count == 2
    again.close()


def test_a_model_that_opens_otherwise_than_it_is_remembered_is_given_up(bucket):
    opening = Opening()
    first = model_of(bucket, opening)
    viewer = first.viewer
    assert viewer is not None
    first.close()
    (note,) = (bucket / "data_drift_reports/views/opened").iterdir()
    said = json.loads(note.read_text())
    note.write_text(json.dumps({**said, "runtime": "onnxruntime 0.1 on another processor"}))
    model = model_of(bucket, opening)
    changed = model.viewer
    assert changed is not None
    assert changed.definition != viewer.definition

    with pytest.raises(ModelError, match="it does not open as it did before"):
        changed.look(PICTURES)

    assert model.viewer is None
    assert json.loads(note.read_text())["runtime"] == said["runtime"]
    model.close()


def test_no_copy_of_the_model_is_left_once_it_is_open_or_refused(bucket):
    opening = Opening()
    model = model_of(bucket, opening)
    copies = model._folder.path
    assert model.viewer is not None
    assert list(copies.iterdir()) == []
    assert len(model.viewer.look(PICTURES)) == len(PICTURES)
    model.close()
    (bucket / MODEL).write_bytes(b"no model")
    assert model.viewer is None
    assert list(copies.iterdir()) == []
    assert (bucket / MODEL).read_bytes() == b"no model"


def test_a_model_that_is_replaced_during_a_run_is_given_up(bucket):
    opening = Opening()
    model_of(bucket, opening).viewer  # noqa: B018 - it is remembered then
    model = model_of(bucket, opening)
    viewer = model.viewer
    assert viewer is not None
    (bucket / MODEL).write_bytes(tiny_onnx(edges=10))

    with pytest.raises(ModelError, match="it was replaced during this run"):
        viewer.look(PICTURES)

    assert model.viewer is None
    assert model.failure is not None
    # The next run takes the new one.
    model.close()
    later = model.viewer
    assert later is not None
    assert later.definition.digest != viewer.definition.digest
    model.close()


def test_a_model_that_is_not_there_says_so_and_is_none(bucket):
    (bucket / MODEL).unlink()
    job = seen_job(bucket, {"path": "models/none.pt"})
    model = model_of_job(job, open_bucket(str(bucket)), open_bucket, writes=True)
    assert model is not None

    assert model.viewer is None
    assert "there is no such file" in str(model.failure)


def test_a_job_without_a_model_has_none(bucket):
    job = seen_job(bucket).model_copy(update={"model": None})

    assert model_of_job(job, open_bucket(str(bucket)), open_bucket, writes=True) is None


class SlowToOpen:
    """A model that hangs while it is opened, until it is closed."""

    def __init__(self) -> None:
        self.begun, self.closed = Event(), Event()

    def __call__(self, file, choice):
        return self

    @property
    def definition(self):
        self.begun.set()
        assert self.closed.wait(20)
        raise ModelError("net.onnx", "the run is ending.")

    def close(self) -> None:
        self.closed.set()


def test_a_model_that_hangs_while_it_is_opened_is_ended_with_the_run(bucket):
    opening = SlowToOpen()
    model = model_of(bucket, opening)
    asking = Thread(target=lambda: model.viewer)
    asking.start()
    assert opening.begun.wait(20)

    model.close()

    asking.join(20)
    assert opening.closed.is_set()
    assert not asking.is_alive()
