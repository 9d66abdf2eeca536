"""The middleware: in uvicorn as it is, and message by message."""

import asyncio
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from prediction_log import PredictionLog
from prediction_log.integrations.asgi import PredictionLogMiddleware
from tests.support.recorded import JPEG, ROOT, image_in, rows_in, rows_waiting, wait_until
from tests.support.server_process import free_port


class Uvicorn:
    """A server in a process of its own."""

    def __init__(self, folder, packs="no"):
        self.port = free_port()
        command = [sys.executable, "-m", "uvicorn", "tests.support.logging_app:app"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), "--log-level", "warning"],
            cwd=ROOT,
            env=os.environ
            | {
                "PREDICTION_LOG_URL": str(folder / "bucket"),
                "PREDICTION_LOG_SPOOL": str(folder / "spool"),
                "PREDICTION_LOG_PACK_IMAGES": packs,
            },
        )
        wait_until(lambda: self.answers(b"hello"), within_s=60)

    def answers(self, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/", body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.read()
        except urllib.error.URLError:
            return None

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(20)


@pytest.fixture(params=["no", "yes"], ids=["single images", "packed images"])
def server(tmp_path, request):
    started = Uvicorn(tmp_path, request.param)
    yield started
    if started.process.poll() is None:
        started.end(signal.SIGKILL)


def test_a_server_that_is_told_to_end_sends_everything(server, tmp_path):
    for _ in range(20):
        assert server.answers(JPEG) == str(len(JPEG)).encode()
    server.end(signal.SIGTERM)

    rows = rows_in(tmp_path / "bucket")
    assert server.process.returncode in (0, -signal.SIGTERM)
    assert len(rows) == 21
    assert all(row["latency_ms"] > 0 for row in rows)
    assert image_in(tmp_path / "bucket", rows[-1]["image"]) == JPEG


def test_a_killed_server_leaves_its_rows_for_the_next(server, tmp_path):
    for _ in range(20):
        server.answers(JPEG)
    wait_until(lambda: len(rows_waiting(tmp_path / "spool")) == 21, within_s=10)
    server.end(signal.SIGKILL)
    assert rows_in(tmp_path / "bucket") == []

    following = Uvicorn(tmp_path)
    try:
        wait_until(lambda: len(rows_in(tmp_path / "bucket")) >= 21)
    finally:
        following.end(signal.SIGTERM)
    assert len(rows_in(tmp_path / "bucket")) == 22
    images = [image_in(tmp_path / "bucket", row["image"]) for row in rows_in(tmp_path / "bucket")]
    assert images.count(JPEG) == 20


class Conversation:
    """One connection of a server with an application, whose messages are known before."""

    def __init__(self, *messages):
        self.messages = list(messages)
        self.sent = []

    async def receive(self):
        return {"type": self.messages.pop(0)}

    async def send(self, message):
        self.sent.append(message["type"])

    def run(self, app, kind="lifespan"):
        asyncio.run(app({"type": kind}, self.receive, self.send))
        return self.sent


START_AND_END = ("lifespan.startup", "lifespan.shutdown")


@pytest.fixture
def log(tmp_path):
    made = PredictionLog(tmp_path / "bucket", spool=tmp_path / "spool")
    yield made
    made.close()


def test_an_application_that_knows_its_lifespan_keeps_it(log, tmp_path):
    async def app(scope, receive, send):
        for kind in ("startup", "shutdown"):
            assert (await receive())["type"] == f"lifespan.{kind}"
            log.log(prediction=kind)
            await send({"type": f"lifespan.{kind}.complete"})

    sent = Conversation(*START_AND_END).run(PredictionLogMiddleware(app, log))

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert [row["prediction"] for row in rows_in(tmp_path / "bucket")] == ["startup", "shutdown"]


@pytest.mark.parametrize("error", [None, AssertionError], ids=["returns", "raises"])
def test_an_application_without_lifespan_gets_one(log, tmp_path, error):
    async def app(scope, receive, send):
        if error:
            raise error

    log.log(prediction="before")
    sent = Conversation(*START_AND_END).run(PredictionLogMiddleware(app, log))

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert len(rows_in(tmp_path / "bucket")) == 1


def test_a_start_that_fails_is_the_application_s_own(log):
    async def app(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed"})
        raise RuntimeError("no model")

    with pytest.raises(RuntimeError, match="no model"):
        Conversation(*START_AND_END).run(PredictionLogMiddleware(app, log))


def test_what_was_told_is_recorded_though_the_request_fails(log, tmp_path):
    async def app(scope, receive, send):
        scope["state"]["prediction_log"].log(JPEG, prediction="beagle", latency_ms=3)
        raise RuntimeError("the client is gone")

    with pytest.raises(RuntimeError, match="gone"):
        Conversation().run(PredictionLogMiddleware(app, log), "http")
    log.close()

    assert [row["latency_ms"] for row in rows_in(tmp_path / "bucket")] == [3]


def test_other_connections_pass(log):
    async def app(scope, receive, send):
        await send({"type": scope["type"] + ".sent"})

    assert Conversation().run(PredictionLogMiddleware(app, log), "websocket") == ["websocket.sent"]
