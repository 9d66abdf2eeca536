"""Every store takes whole objects; what is there is looked at behind its back."""

import io
import tarfile
import threading
from datetime import UTC, datetime

import pytest

from prediction_log import PredictionLog
from prediction_log.stores.registry import open_store
from tests.support.recorded import JPEG, rows_waiting, wait_until
from tests.support.s3_server import ENVIRONMENT


@pytest.fixture(params=["folder", "gs", "s3"])
def place(request, tmp_path, monkeypatch):
    """Return a URL of each kind, and a function that reads an object below it."""
    if request.param == "folder":
        return (tmp_path / "bucket").as_uri(), lambda name: (
            tmp_path / "bucket" / name
        ).read_bytes()
    server = request.getfixturevalue(f"{'gcs' if request.param == 'gs' else 's3'}_server")
    bucket = server.make_bucket()
    if request.param == "gs":
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.host)
    else:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.host)
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
    return f"{request.param}://{bucket}/served", lambda name: server.get(bucket, f"served/{name}")


def test_an_object_is_written_and_written_anew(place):
    url, read = place
    store = open_store(url)
    for data in (b"one", b"another", b""):
        store.put("log/_counts/dt=2025-01-01/_ä.json", data)

        assert read("log/_counts/dt=2025-01-01/_ä.json") == data


def test_many_threads_may_write(place):
    url, read = place
    store = open_store(url)
    threads = [
        threading.Thread(target=store.put, args=(f"images/{number}", JPEG)) for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {read(f"images/{number}") for number in range(20)} == {JPEG}


def test_a_prediction_arrives(place, tmp_path):
    url, read = place
    log = PredictionLog(url, spool=tmp_path / "spool")
    name = log.log(JPEG, prediction="beagle")
    assert log.close()

    assert read(f"images/dt={datetime.now(UTC):%Y-%m-%d}/{name}.jpg") == JPEG


def test_packed_images_arrive(place, tmp_path):
    url, read = place
    log = PredictionLog(url, spool=tmp_path / "spool", pack_images=True)
    names = [log.log(JPEG + bytes([number]), prediction="beagle") for number in range(20)]
    wait_until(lambda: len(rows_waiting(tmp_path / "spool")) == 20)
    (shard,) = {row["image"].partition("#")[0] for row in rows_waiting(tmp_path / "spool")}
    assert log.close()

    with tarfile.open(fileobj=io.BytesIO(read(shard)), mode="r:") as archive:
        assert {name: archive.extractfile(name).read() for name in archive.getnames()} == {
            f"{name}.jpg": JPEG + bytes([number]) for number, name in enumerate(names)
        }


def test_a_folder_shows_no_half_of_an_object(tmp_path):
    (tmp_path / "log").mkdir()
    (tmp_path / "log/part.jsonl").mkdir()
    with pytest.raises(OSError, match=r"part\.jsonl"):
        open_store(str(tmp_path)).put("log/part.jsonl", b"x")

    assert [path.name for path in (tmp_path / "log").iterdir()] == ["part.jsonl"]
