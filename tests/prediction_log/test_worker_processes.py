"""Processes that fork, are killed, and log to one bucket at once."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

from prediction_log import Limits, PredictionLog
from tests.support.recorded import JPEG, ROOT, image_in, rows_in, rows_waiting, wait_until

FORKING = multiprocessing.get_context("fork")
# A server that logs a row each millisecond until it is killed, and says when it logged each.
SERVER = """
import sys, time
from prediction_log import Limits, PredictionLog
log = PredictionLog(sys.argv[1], spool=sys.argv[2], limits=Limits(part_seconds=float(sys.argv[3])))
number = 0
while True:
    log.log(b"\\xff\\xd8\\xff" + bytes(2000), prediction=number)
    print(number, time.monotonic(), flush=True)
    number += 1
    time.sleep(0.001)
"""


def work(log, rows):
    for number in range(rows):
        log.log(JPEG, prediction=number, worker=os.getpid())
        if number % 10 == 0:
            time.sleep(0.001)
    log.close()


# The parent has threads, which is what is tried here.
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize("parent_logs", [False, True], ids=["before", "while it logs"])
def test_four_forked_workers_write_a_thousand_rows(tmp_path, parent_logs):
    log = PredictionLog(
        tmp_path / "bucket", spool=tmp_path / "spool", limits=Limits(part_seconds=0.3)
    )
    own = 100 if parent_logs else 0
    for number in range(own):
        log.log(JPEG, prediction=number, worker=os.getpid())
    workers = [FORKING.Process(target=work, args=(log, 250)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    log.close()

    rows = rows_in(tmp_path / "bucket")
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert len(rows) == 1_000 + own
    assert len({(row["worker"], row["prediction"]) for row in rows}) == 1_000 + own
    assert len({row["id"] for row in rows}) == 1_000 + own
    assert all((tmp_path / "bucket" / row["image"]).exists() for row in rows)


@pytest.mark.parametrize("packs", ["", "yes"], ids=["single images", "packed images"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_row_older_than_a_second_is_lost_with_the_process(tmp_path, number, packs):
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, tmp_path / "bucket", tmp_path / "spool", "0.4"],
        cwd=ROOT,
        env=os.environ | {"PREDICTION_LOG_PACK_IMAGES": packs},
        stdout=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: len(rows_in(tmp_path / "bucket")) > 100, within_s=60)
    process.send_signal(number)
    killed_at = time.monotonic()
    said = [line.split() for line in process.communicate()[0].splitlines()]
    old = {
        int(row) for row, at in (one for one in said if len(one) == 2) if killed_at - float(at) > 1
    }

    following = PredictionLog(tmp_path / "bucket", spool=tmp_path / "spool")
    following.log(prediction=-1)
    assert following.close()

    rows = rows_in(tmp_path / "bucket")
    predictions = [row["prediction"] for row in rows]
    assert old
    assert old - set(predictions) == set()
    assert len(set(predictions)) == len(predictions)
    images = [image_in(tmp_path / "bucket", row["image"]) for row in rows if "image" in row]
    assert images == [b"\xff\xd8\xff" + bytes(2_000)] * (len(rows) - 1)
    assert all(("#" in row["image"]) == bool(packs) for row in rows if "image" in row)
    assert list((tmp_path / "spool").rglob("*.rows")) == []


@pytest.mark.parametrize("packs", ["no", "yes"], ids=["single images", "packed images"])
def test_a_process_that_ends_by_itself_sends_everything(tmp_path, packs):
    code = """
import sys
from prediction_log import PredictionLog
log = PredictionLog(sys.argv[1], spool=sys.argv[2])
log.log(b"BM", prediction="beagle")
"""
    command = [sys.executable, "-c", code]
    subprocess.run(
        [*command, tmp_path / "bucket", tmp_path / "spool"],
        cwd=ROOT,
        env=os.environ | {"PREDICTION_LOG_PACK_IMAGES": packs},
        check=True,
    )

    (row,) = rows_in(tmp_path / "bucket")
    assert image_in(tmp_path / "bucket", row["image"]) == b"BM"


def test_a_part_that_is_being_written_is_nobody_else_s(tmp_path):
    slow = PredictionLog(tmp_path / "bucket", spool=tmp_path / "spool")
    slow.log(prediction="slow")
    wait_until(lambda: rows_waiting(tmp_path / "spool"))
    other = PredictionLog(tmp_path / "bucket", spool=tmp_path / "spool")
    other.log(prediction="other")
    other.close()

    assert [row["prediction"] for row in rows_in(tmp_path / "bucket")] == ["other"]
    slow.close()
    assert len(rows_in(tmp_path / "bucket")) == 2


def send(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "prediction_log", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_a_killed_server_left_can_be_sent_by_a_command(tmp_path):
    pid = os.fork()
    if not pid:
        log = PredictionLog(tmp_path / "bucket", spool=tmp_path / "spool", share=0.999)
        log.log(JPEG, prediction="beagle")
        wait_until(lambda: rows_waiting(tmp_path / "spool"))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)

    done = send("send", tmp_path / "bucket", tmp_path / "spool")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(rows_in(tmp_path / "bucket")) == 1
    assert [path for path in (tmp_path / "spool").rglob("*") if path.is_file()] == []


def test_the_command_says_what_is_wrong(tmp_path):
    assert "usage" in send("show").stderr
    failed = send("send", "ftp://x", tmp_path)
    assert failed.returncode == 1
    assert "gs://BUCKET" in failed.stderr
