"""What a server hands over, and what lies in the bucket afterwards."""

import json
import logging
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from prediction_log import Limits, PredictionLog
from prediction_log.__main__ import main as send
from prediction_log.spooling.counts import FAILED, LINE_TOO_LONG, QUEUE_FULL, SPOOL_FULL
from prediction_log.spooling.parts import PartWriter
from tests.support.recorded import JPEG, ROOT, counts_in, rows_in, rows_waiting, wait_until


@pytest.fixture
def make(tmp_path):
    """Return a log whose bucket and spool are folders of the test."""
    made = []

    def make_log(**settings):
        made.append(PredictionLog(tmp_path / "bucket", spool=tmp_path / "spool", **settings))
        return made[-1]

    yield make_log
    for log in made:
        log.close()


def test_a_row_names_the_image_that_lies_there(make, tmp_path):
    log = make(columns={"model_version": "3"})
    before = datetime.now(UTC)
    name = log.log(
        JPEG,
        prediction="beagle",
        confidence=0.93,
        probabilities={"beagle": 0.93, "boxer": 0.07},
        camera="yard",
    )

    assert log.close()
    (row,) = rows_in(tmp_path / "bucket")
    at = datetime.fromisoformat(row["timestamp"])
    assert before <= at <= datetime.now(UTC)
    assert row["timestamp"].endswith("Z")
    assert row == {
        "timestamp": row["timestamp"], "id": name, "prediction": "beagle", "confidence": 0.93,
        "camera": "yard", "model_version": "3", "image": f"images/dt={at:%Y-%m-%d}/{name}.jpg",
        "probability_beagle": 0.93, "probability_boxer": 0.07,
    }  # fmt: skip
    assert (tmp_path / "bucket" / row["image"]).read_bytes() == JPEG
    part = next((tmp_path / "bucket/log").glob("dt=*/*"))
    assert re.fullmatch(r"part-[0-9a-f]{24}\.jsonl", part.name)
    assert list((tmp_path / "spool").rglob("*.*")) == []


def test_rows_can_be_packed(make, tmp_path):
    log = make(packed=True)
    log.log(prediction="beagle")
    log.close()

    assert next((tmp_path / "bucket/log").glob("dt=*/*")).name.endswith(".jsonl.gz")
    assert [row["prediction"] for row in rows_in(tmp_path / "bucket")] == ["beagle"]


def test_a_log_that_was_closed_starts_anew(make, tmp_path):
    log = make()
    for number in range(3):
        log.log(prediction=number)
        assert log.close()

    assert [row["prediction"] for row in rows_in(tmp_path / "bucket")] == [0, 1, 2]


def test_rows_come_without_closing(make, tmp_path):
    log = make(limits=Limits(part_seconds=0.2))
    log.log(JPEG, prediction="beagle")

    wait_until(lambda: rows_in(tmp_path / "bucket"))


def test_a_share_is_drawn_and_said(make, tmp_path):
    """Of 2,000 at a share of 0.25, 400 to 600 are drawn: 5 standard deviations on either side."""
    log = make(share=0.25)
    names = [log.log(prediction="beagle") for _ in range(2_000)]
    log.close()

    rows = rows_in(tmp_path / "bucket")
    kept = sum(name is not None for name in names)
    assert 400 < len(rows) == kept < 600
    assert {row["share"] for row in rows} == {0.25}
    assert counts_in(tmp_path / "bucket") == {"recorded": kept, "not sampled": 2_000 - kept}
    document = json.loads(next((tmp_path / "bucket").rglob("_*.json")).read_bytes())
    assert document["share"] == 0.25


def test_counts_come_while_the_processes_live_and_add_up(make, tmp_path):
    logs = [make(share=0.5, limits=Limits(part_seconds=0.2)) for _ in range(3)]
    for log in logs:
        for _ in range(10):
            log.log(prediction="beagle")

    wait_until(lambda: sum(counts_in(tmp_path / "bucket").values()) == 30)
    assert len(list((tmp_path / "bucket").rglob("_*.json"))) == 3
    assert len(list((tmp_path / "spool").rglob("counts/*/*.json"))) == 3
    for log in logs:
        log.close()
    assert sum(counts_in(tmp_path / "bucket").values()) == 30
    assert list((tmp_path / "spool").rglob("counts/*/*.json")) == []


def test_without_images_rows_name_none(make, tmp_path):
    log = make(images=False)
    log.log(JPEG, prediction="beagle")
    log.close()

    assert "image" not in rows_in(tmp_path / "bucket")[0]
    assert not (tmp_path / "bucket/images").exists()


@pytest.mark.parametrize(
    "image", [bytes(101), "cat.jpg", np.zeros(3)], ids=["large", "text", "array"]
)
def test_an_image_that_is_not_kept_costs_no_row(make, tmp_path, caplog, image):
    log = make(limits=Limits(image_bytes=100))
    log.log(image, prediction="beagle")
    log.close()

    (row,) = rows_in(tmp_path / "bucket")
    assert "image" not in row
    assert "not kept" in caplog.text


def test_an_image_that_changes_later_is_kept_as_it_was(make, tmp_path):
    log = make()
    image = bytearray(JPEG)
    log.log(image, prediction="beagle")
    image[:] = bytes(len(image))
    log.close()

    assert (tmp_path / "bucket" / rows_in(tmp_path / "bucket")[0]["image"]).read_bytes() == JPEG


@pytest.mark.parametrize(("given", "is_kept"), [("a-1.b_2", True), ("../x", False), ("", False)])
def test_an_id_that_is_no_plain_name_is_replaced(make, tmp_path, given, is_kept):
    log = make()
    name = log.log(JPEG, prediction="beagle", id=given)
    log.close()

    assert (name == given) is is_kept
    assert rows_in(tmp_path / "bucket")[0]["id"] == name
    assert rows_in(tmp_path / "bucket")[0].get("id_") == (given if given and not is_kept else None)
    assert (tmp_path / "bucket" / rows_in(tmp_path / "bucket")[0]["image"]).exists()


@pytest.mark.parametrize("given", [5, UUID(int=7), np.int64(12)])
def test_an_id_that_is_no_text_counts_as_its_text(make, tmp_path, given):
    log = make()
    assert log.log(JPEG, prediction="beagle", id=given) == str(given)
    log.close()

    assert rows_in(tmp_path / "bucket")[0]["id"] == str(given)


def test_columns_that_are_called_like_ours_are_renamed(make, tmp_path):
    log = make()
    log.log(prediction="beagle", timestamp="yesterday", share=3)
    log.close()

    (row,) = rows_in(tmp_path / "bucket")
    assert row["timestamp_"] == "yesterday"
    assert row["share_"] == 3


def test_a_full_queue_drops_and_counts(make, tmp_path, caplog):
    log = make(limits=Limits(queued_bytes=20_000))
    names = [log.log(JPEG, prediction="beagle") for _ in range(200)]
    log.close()

    lost = names.count(None)
    assert lost > 0
    assert len(rows_in(tmp_path / "bucket")) == 200 - lost
    assert counts_in(tmp_path / "bucket") == {"recorded": 200 - lost, QUEUE_FULL: lost}
    assert caplog.text.count("too much waits") == 1


def test_a_full_disk_quota_drops_and_counts(make, tmp_path):
    log = make(limits=Limits(spooled_bytes=10_000))
    waits_for_room = threading.Event()
    log.log(JPEG * 10, prediction="first")
    wait_until(lambda: rows_waiting(tmp_path / "spool"))
    log.log(JPEG, prediction="second")
    waits_for_room.wait(0.6)
    log.close()

    assert [row["prediction"] for row in rows_in(tmp_path / "bucket")] == ["first"]
    assert counts_in(tmp_path / "bucket") == {"recorded": 1, SPOOL_FULL: 1}


def test_what_cannot_be_logged_is_counted_and_raises_nothing(make, tmp_path):
    class Hostile:
        def __str__(self):
            raise RuntimeError("no text")

    log = make()
    log.log(prediction="beagle", probabilities=3)
    log.log(prediction=Hostile())
    log.log(prediction="x" * 1_000_001)
    log.log(prediction="good")
    log.close()

    assert [row["prediction"] for row in rows_in(tmp_path / "bucket")] == ["good"]
    assert counts_in(tmp_path / "bucket") == {"recorded": 1, FAILED: 2, LINE_TOO_LONG: 1}


def test_an_error_that_nobody_thought_of_is_counted(make, tmp_path, monkeypatch):
    def fails(self, lines):
        raise RuntimeError("never seen")

    log = make()
    with monkeypatch.context() as patched:
        patched.setattr(PartWriter, "append", fails)
        log.log(prediction="lost")
        wait_until(lambda: log.counts.total[FAILED])
    log.log(prediction="good")
    log.close()

    assert [row["prediction"] for row in rows_in(tmp_path / "bucket")] == ["good"]
    assert counts_in(tmp_path / "bucket") == {"recorded": 1, FAILED: 1}


def test_the_spool_is_that_of_the_user_who_logs(tmp_path, monkeypatch):
    """A server that is started by root makes its log then, and works as another user."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    log = PredictionLog(tmp_path / "bucket")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "other"))
    log.log(prediction="beagle")
    wait_until(lambda: rows_waiting(tmp_path / "other"))
    log.close()


def test_a_spool_that_is_removed_loses_no_row(make, tmp_path):
    log = make()
    for number in range(5):
        log.log(JPEG, prediction=number)
        wait_until(lambda: rows_waiting(tmp_path / "spool"))
        for path in (tmp_path / "spool").rglob("part-*"):
            path.unlink()
    log.close()

    assert [row["prediction"] for row in rows_in(tmp_path / "bucket")] == [0, 1, 2, 3, 4]
    assert len(list((tmp_path / "bucket/images").rglob("*.jpg"))) == 5


def test_a_bucket_that_fails_for_a_while_gets_everything(make, tmp_path, caplog):
    (tmp_path / "bucket").write_text("in the way of the folder")
    log = make()
    log.log(JPEG, prediction="beagle")
    with caplog.at_level(logging.WARNING):
        assert not log.close()
    assert "kept in" in caplog.text
    (tmp_path / "bucket").unlink()
    log.log(JPEG, prediction="boxer")

    assert log.close()
    assert [row["prediction"] for row in rows_in(tmp_path / "bucket")] == ["beagle", "boxer"]


@pytest.mark.parametrize(
    ("url", "settings", "said"),
    [
        ("", {}, "PREDICTION_LOG_URL"),
        ("ftp://x/y", {}, "gs://BUCKET"),
        ("gs://", {}, "names no bucket"),
        ("/x", {"share": 0}, "share"),
        ("/x", {"share": 1.5}, "share"),
        ("/x", {"columns": {"image": 1}}, "image"),
    ],
)
def test_settings_that_cannot_be_kept_to_are_refused(tmp_path, url, settings, said):
    with pytest.raises(ValueError, match=said):
        PredictionLog(url, spool=tmp_path, **settings)


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(ValueError, match="queued_bytes"):
        Limits(queued_bytes=0)


def test_a_client_that_is_not_installed_is_named_at_once(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "botocore", None)
    with pytest.raises(ImportError, match=r"image-drift-log\[s3\]"):
        PredictionLog("s3://bucket", spool=tmp_path)


def test_the_spool_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    (tmp_path / "prediction-log-12345").mkdir()
    with pytest.raises(PermissionError, match="PREDICTION_LOG_SPOOL"):
        PredictionLog("/x")


@pytest.mark.parametrize("common", ["", "x" * 240], ids=["short", "long"])
def test_logs_with_one_spool_and_other_urls_stay_apart(tmp_path, common):
    """As those of two models are that one server serves."""
    urls = [f"{tmp_path / name}/{common}" for name in ("cats", "dogs")]
    logs = [PredictionLog(url, spool=tmp_path / "spool") for url in urls]
    for number, log in enumerate(logs):
        log.log(JPEG, prediction=str(number))
    wait_until(lambda: len(rows_waiting(tmp_path / "spool")) == 2)

    for number, (url, log) in enumerate(zip(urls, logs, strict=True)):
        assert log.close()
        assert [row["prediction"] for row in rows_in(Path(url))] == [str(number)]


@pytest.mark.parametrize("says", ["the environment", "the command"])
def test_what_a_killed_process_left_is_sent_by_the_command(tmp_path, monkeypatch, says):
    url, spool = str(tmp_path / "bucket"), str(tmp_path / "spool")
    code = (
        "import os, time; from prediction_log import PredictionLog; "
        f"PredictionLog({url!r}, spool={spool!r}).log(b'', prediction='beagle'); "
        "time.sleep(1.2); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT, timeout=60)
    assert done.returncode == -9
    assert rows_in(tmp_path / "bucket") == []

    if says == "the environment":
        monkeypatch.setenv("PREDICTION_LOG_SPOOL", spool)
    assert send(["send", url, *([spool] if says == "the command" else [])]) == 0
    assert [row["prediction"] for row in rows_in(tmp_path / "bucket")] == ["beagle"]
