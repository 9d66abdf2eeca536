"""Small images packed: a plain tar archive a part, whole, bounded, and there before its rows."""

import json
import os
import re
import shutil
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from prediction_log import Limits, PredictionLog
from prediction_log.spooling.folder import SpoolFolder
from prediction_log.spooling.locked_files import lock_abandoned, release
from prediction_log.spooling.parts import ROWS
from prediction_log.spooling.sender import Sender
from prediction_log.spooling.shards import Archive, archive_bytes, member_bytes
from prediction_log.stores.store import Store
from tests.support.recorded import JPEG, counts_in, image_in, rows_in, rows_waiting, wait_until

DAY = datetime(2026, 3, 5, tzinfo=UTC)


class Listed(Store):
    """Objects in their order; it takes no name that holds one of `refused`."""

    def __init__(self, *refused):
        self.taken = []
        self.refused = list(refused)

    def put(self, name, data):
        if any(one in name for one in self.refused):
            raise ConnectionError(name)
        self.taken.append((name, data))


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Return a log that packs images, on a day in the past."""
    made = []

    def make_log(**settings):
        monkeypatch.setattr("prediction_log.log.time.time", DAY.timestamp)
        settings = {"pack_images": True} | settings
        made.append(PredictionLog(tmp_path / "bucket", spool=tmp_path / "spool", **settings))
        return made[-1]

    yield make_log
    for log in made:
        log.close()


def objects(bucket, pattern="images/**/*"):
    return [path for path in sorted(bucket.glob(pattern)) if path.is_file()]


def images_of(rows, bucket):
    return {row["prediction"]: image_in(bucket, row["image"]) for row in rows}


def left_in_the_spool(make, tmp_path, count):
    """Return the spool of a process that logged images, as it is after a kill."""
    log = make()
    for number in range(count):
        log.log(JPEG + bytes([number]), prediction=number, id=f"a{number}")
    wait_until(lambda: len(rows_waiting(tmp_path / "spool")) == count)
    copy = tmp_path / "copy"
    shutil.copytree(log._worker.spool.path, copy)
    log.close()
    return SpoolFolder(str(copy))


def test_the_images_of_a_part_are_one_archive_beside_it(make, tmp_path):
    log = make()
    names = [log.log(JPEG * (number + 1), prediction=number) for number in range(50)]
    assert log.close()

    (part,) = objects(tmp_path / "bucket", "log/dt=*/*")
    (shard,) = objects(tmp_path / "bucket")
    rows = rows_in(tmp_path / "bucket")
    place = f"images/dt=2026-03-05/{part.stem}.tar"
    assert shard == tmp_path / "bucket" / place
    assert [row["image"] for row in rows] == [f"{place}#{name}.jpg" for name in names]
    assert images_of(rows, tmp_path / "bucket") == {n: JPEG * (n + 1) for n in range(50)}
    assert list((tmp_path / "spool").rglob("*.*")) == []


@pytest.mark.parametrize(
    ("said", "is_packed"),
    [("1", True), ("true", True), (" Yes", True), ("", False), ("0", False), ("off", False)],
)
def test_the_environment_can_ask_for_it(make, tmp_path, monkeypatch, said, is_packed):
    monkeypatch.setenv("PREDICTION_LOG_PACK_IMAGES", said)
    log = make(pack_images=None)
    log.log(JPEG, prediction="beagle")
    log.close()

    assert ("#" in rows_in(tmp_path / "bucket")[0]["image"]) is is_packed


def test_the_argument_goes_before_the_environment(make, tmp_path, monkeypatch):
    monkeypatch.setenv("PREDICTION_LOG_PACK_IMAGES", "yes")
    log = make(pack_images=False)
    log.log(JPEG, prediction="beagle")
    log.close()

    assert "#" not in rows_in(tmp_path / "bucket")[0]["image"]


def test_an_environment_that_says_neither_is_refused(make, monkeypatch):
    monkeypatch.setenv("PREDICTION_LOG_PACK_IMAGES", "maybe")
    with pytest.raises(ValueError, match="PREDICTION_LOG_PACK_IMAGES is 'maybe'"):
        make(pack_images=None)


def test_large_images_and_those_of_long_names_are_objects_of_their_own(make, tmp_path):
    log = make(limits=Limits(packed_image_bytes=3_000, shard_bytes=20_480))
    given = {"small": JPEG, "large": JPEG * 2, "x" * 96: JPEG, "x" * 97: JPEG}
    for name, image in given.items():
        log.log(image, prediction=name, id=name)
    log.log(None, prediction="none")
    log.close()

    rows = rows_in(tmp_path / "bucket")
    single = {row["prediction"] for row in rows if "#" not in row.get("image", "#")}
    assert single == {"large", "x" * 97}
    with_image = [row for row in rows if row["prediction"] != "none"]
    assert images_of(with_image, tmp_path / "bucket") == given
    assert "image" not in next(row for row in rows if row["prediction"] == "none")


def test_an_image_that_no_archive_could_hold_is_an_object_of_its_own(make, tmp_path):
    log = make(limits=Limits(shard_bytes=10_240))
    for number, size in enumerate((8_704, 8_705)):
        log.log(b"BM" + bytes(size - 2), prediction=number)
    log.close()

    rows = rows_in(tmp_path / "bucket")
    assert ["#" in row["image"] for row in rows] == [True, False]
    assert [path.stat().st_size for path in objects(tmp_path / "bucket")] == [8_705, 10_240]


def test_a_full_archive_ends_its_part(make, tmp_path):
    log = make(limits=Limits(shard_bytes=102_400))
    for number in range(300):
        log.log(JPEG + bytes([number % 256]), prediction=number)
    assert log.close()

    rows = rows_in(tmp_path / "bucket")
    shards, parts = objects(tmp_path / "bucket"), objects(tmp_path / "bucket", "log/dt=*/*")
    assert images_of(rows, tmp_path / "bucket") == {n: JPEG + bytes([n % 256]) for n in range(300)}
    # 300 images of 2,005 bytes take 2,560 each, so that 39 of them are as much as there may be.
    assert len(shards) >= 300 // 39
    assert max(path.stat().st_size for path in shards) <= 102_400
    assert [path.stem for path in shards] == [path.stem for path in parts]
    for part in parts:
        lines = part.read_bytes().splitlines()
        in_part = {json.loads(line)["image"].partition("#")[0] for line in lines}
        assert in_part == {f"images/dt=2026-03-05/{part.stem}.tar"}


def test_the_disk_s_quota_counts_packed_images(make, tmp_path):
    log = make(limits=Limits(spooled_bytes=10_000))
    log.log(JPEG * 10, prediction="first")
    wait_until(lambda: rows_waiting(tmp_path / "spool"))
    log.log(JPEG, prediction="second")
    wait_until(lambda: sum(log.counts.total.values()) == 2)
    log.close()

    assert counts_in(tmp_path / "bucket") == {"recorded": 1, "spool full": 1}


def test_an_archive_is_there_before_its_rows_and_the_same_when_it_is_sent_again(make, tmp_path):
    spool = left_in_the_spool(make, tmp_path, 30)
    store = Listed("log/")
    for _ in range(2):
        with pytest.raises(ConnectionError):
            Sender(spool, store).send_finished()
    store.refused.clear()
    Sender(spool, store).send_finished()

    names = [name for name, _ in store.taken]
    assert len(names) == 4
    assert all(name.endswith(".tar") for name in names[:3])
    assert re.fullmatch(r"log/dt=2026-03-05/part-[0-9a-f]{24}\.jsonl", names[3])
    assert len(set(store.taken[:3])) == 1


def test_an_archive_that_was_not_taken_keeps_its_rows_back(make, tmp_path):
    spool = left_in_the_spool(make, tmp_path, 5)
    store = Listed(".tar")
    with pytest.raises(ConnectionError):
        Sender(spool, store).send_finished()
    assert store.taken == []

    store.refused.clear()
    Sender(spool, store).send_finished()
    assert [name.rpartition(".")[2] for name, _ in store.taken] == ["tar", "jsonl"]


def test_a_row_that_a_kill_cut_off_costs_no_other_its_image(make, tmp_path):
    spool = left_in_the_spool(make, tmp_path, 5)
    (rows,) = spool.names(spool.parts, ROWS)
    os.truncate(rows, Path(rows).stat().st_size - 10)
    store = Listed()
    Sender(spool, store).send_finished()

    for name, data in store.taken:
        path = tmp_path / "sent" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    sent = rows_in(tmp_path / "sent")
    assert images_of(sent, tmp_path / "sent") == {n: JPEG + bytes([n]) for n in range(4)}


def test_images_that_the_disk_has_lost_leave_a_whole_archive(make, tmp_path):
    """As after the power has failed: the rows are there, the images' file is shorter."""
    spool = left_in_the_spool(make, tmp_path, 3)
    (images,) = spool.names(spool.parts, ".images")
    os.truncate(images, len(JPEG) + 11)
    store = Listed()
    Sender(spool, store).send_finished()
    (tmp_path / "shard.tar").write_bytes(store.taken[0][1])

    with tarfile.open(tmp_path / "shard.tar") as archive:
        assert [member.size for member in archive] == [len(JPEG) + 1, 10, 0]


def test_a_spool_that_is_removed_loses_no_packed_image(make, tmp_path):
    log = make()
    for number in range(5):
        log.log(JPEG + bytes([number]), prediction=number)
        wait_until(lambda: rows_waiting(tmp_path / "spool"))
        for path in (tmp_path / "spool").rglob("part-*"):
            path.unlink()
    log.close()

    rows = rows_in(tmp_path / "bucket")
    assert images_of(rows, tmp_path / "bucket") == {n: JPEG + bytes([n]) for n in range(5)}


def test_a_part_of_single_images_and_packed_ones_can_be_sent(make, tmp_path):
    """A part holds both where its images differ in size, in any order."""
    log = make(limits=Limits(packed_image_bytes=len(JPEG)))
    for number in range(40):
        log.log(JPEG * (1 + number % 2), prediction=number)
    log.close()

    rows = rows_in(tmp_path / "bucket")
    assert images_of(rows, tmp_path / "bucket") == {n: JPEG * (1 + n % 2) for n in range(40)}
    assert len(objects(tmp_path / "bucket")) == 21


@pytest.mark.parametrize("sizes", [[0], [1], [511, 512, 513], [9_216], [2_005] * 40])
def test_an_archive_is_as_long_as_was_reckoned(sizes):
    archive = Archive("2026-03-05")
    for number, size in enumerate(sizes):
        archive.add(f"{number}.jpg", bytes(size))

    assert len(archive.finished()) == archive_bytes(sum(map(member_bytes, sizes)))


def test_python_and_tar_read_an_archive_and_find_nothing_odd(tmp_path):
    files = {"a" * 96 + ".jpg": JPEG, "b-1.bin": b"", "c.png": bytes(512)}
    archive = Archive("2026-03-05")
    for name, data in files.items():
        archive.add(name, data)
    path = tmp_path / "shard.tar"
    path.write_bytes(archive.finished())

    with tarfile.open(path, "r:") as read:
        members = read.getmembers()
        assert {one.name: read.extractfile(one).read() for one in members} == files
    assert {(one.mtime, one.mode, one.type) for one in members} == {
        (DAY.timestamp(), 0o644, tarfile.REGTYPE)
    }
    assert all(one.pax_headers == {} and one.offset_data - one.offset == 512 for one in members)
    if (tar := shutil.which("tar")) is None:
        pytest.skip("no tar here")
    done = subprocess.run([tar, "-xvf", path, "-C", tmp_path], capture_output=True, check=True)
    assert done.stderr == b""
    assert done.stdout.decode().split() == list(files)
    assert {name: (tmp_path / name).read_bytes() for name in files} == files


def test_a_spool_of_before_is_sent_as_it_was(make, tmp_path):
    """A worker that packs sends what one left that did not: the names say which."""
    log = make(pack_images=False)
    log.log(JPEG, prediction="before")
    wait_until(lambda: rows_waiting(tmp_path / "spool"))
    spool = log._worker.spool
    shutil.copytree(spool.path, tmp_path / "copy")
    log.close()
    shutil.copytree(tmp_path / "copy", spool.path, dirs_exist_ok=True)
    (rows,) = spool.names(spool.parts, ROWS)
    release(lock_abandoned(rows))

    packing = make()
    packing.log(JPEG, prediction="after")
    packing.close()
    assert {row["prediction"]: "#" in row["image"] for row in rows_in(tmp_path / "bucket")} == {
        "before": False, "after": True
    }  # fmt: skip
