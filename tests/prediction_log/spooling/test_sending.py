"""Sending: images before rows, in bounded memory, again after a failure, once at a time."""

import threading

import pytest

from prediction_log import Limits, PredictionLog, worker
from prediction_log.spooling.folder import SpoolFolder
from prediction_log.spooling.parts import PartWriter
from prediction_log.spooling.sender import Sender
from prediction_log.stores.store import Store


class Remembering(Store):
    """A store in memory that can be told to fail."""

    def __init__(self):
        self.objects = {}
        self.order = []
        self.failing = set()
        self.bytes_at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    def put(self, name, data):
        with self.lock:
            self.bytes_at_once += len(data)
            self.most_at_once = max(self.most_at_once, self.bytes_at_once)
        try:
            if any(one in name for one in self.failing):
                raise ConnectionError(name)
            with self.lock:
                self.objects[name] = data
                self.order.append(name)
        finally:
            with self.lock:
                self.bytes_at_once -= len(data)


@pytest.fixture
def spool(tmp_path):
    folder = SpoolFolder(str(tmp_path))
    part = PartWriter(folder.parts, "2025-03-03")
    part.append(
        [(f'{{"n": {n}}}'.encode(), f"images/{n}.jpg", b"%d" % n * 50_000) for n in range(200)]
    )
    part.close()
    return folder


def test_images_come_before_their_rows_and_nothing_stays(spool, tmp_path):
    store = Remembering()
    Sender(spool, store).send_finished()

    assert len(store.objects) == 201
    assert store.order[-1].startswith("log/dt=2025-03-03/part-")
    assert store.objects[store.order[-1]].count(b"\n") == 200
    assert store.objects["images/17.jpg"] == b"17" * 50_000
    assert store.most_at_once <= 4 << 20
    assert list(tmp_path.rglob("*.*")) == []


@pytest.mark.parametrize("what", ["images/117.", "log/"])
def test_what_was_not_taken_is_sent_again(spool, what):
    store = Remembering()
    store.failing.add(what)
    sender = Sender(spool, store)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            sender.send_finished()
    assert not any(name.startswith("log/") for name in store.objects)

    store.failing.clear()
    sender.send_finished()
    assert len(store.objects) == 201


def test_a_part_is_sent_by_one_process_at_a_time(spool):
    store = Remembering()
    senders = [threading.Thread(target=Sender(spool, store).send_finished) for _ in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert len(store.order) == len(set(store.order)) == 201


def test_a_store_that_hangs_keeps_nobody_waiting(tmp_path, monkeypatch):
    released = threading.Event()

    class Hanging(Store):
        def put(self, name, data):
            released.wait(30)

    monkeypatch.setattr(worker, "open_store", lambda url: Hanging())
    log = PredictionLog(
        tmp_path / "bucket",
        spool=tmp_path / "spool",
        limits=Limits(part_seconds=0.1, close_seconds=0.5, spooled_bytes=500_000),
    )
    names = [log.log(bytes(10_000), prediction=number) for number in range(20)]
    assert not log.close()
    released.set()

    assert None not in names
