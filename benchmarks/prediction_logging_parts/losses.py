"""What is lost when servers are ended and killed, and when they fork."""

from __future__ import annotations

import multiprocessing
import signal
import tempfile
import time
from pathlib import Path

from benchmarks.prediction_logging_parts.rows import recorded_numbers
from benchmarks.prediction_logging_parts.server import JPEG, Server
from prediction_log import PredictionLog
from prediction_log.__main__ import main as send

_BUSY_S = 4.0
_OLD_S = 1.0
_REPEATS = 3


def measure_losses() -> list[str]:
    """End servers by signals and return how many rows were lost, by their age."""
    return [
        _lost(signal_, packs_images=packs)
        for packs in (False, True)
        for signal_ in (signal.SIGTERM, signal.SIGKILL)
    ] + [_forked()]


def _lost(signal_: signal.Signals, *, packs_images: bool) -> str:
    asked = old_lost = young_lost = 0
    for _ in range(_REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(Path(folder), packs_images=packs_images)
            answered: list[float] = []
            gives_up_at = time.monotonic() + _BUSY_S
            while time.monotonic() < gives_up_at:
                server.ask(len(answered) + 1)
                answered.append(time.monotonic())
            ended_at = time.monotonic()
            server.end(signal_)
            # What the next process that logs to the URL does by itself.
            send(["send", f"{folder}/bucket", f"{folder}/spool"])
            found = set(recorded_numbers(Path(folder) / "bucket"))
        lost = [at for place, at in enumerate(answered, 1) if place not in found]
        asked += len(answered)
        old_lost += sum(ended_at - at > _OLD_S for at in lost)
        young_lost += sum(ended_at - at <= _OLD_S for at in lost)
    name = signal_.name + (" with packed images" if packs_images else "")
    return (
        f"{name}: {asked:,} requests in {_REPEATS} servers; lost {old_lost} older than one second "
        f"(bar 0), {young_lost} younger"
    )


def _work(log: PredictionLog, first: int) -> None:
    for number in range(250):
        log.log(JPEG, prediction="beagle", number=first + number)
        time.sleep(0.002)
    log.close()


def _forked() -> str:
    context = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory() as folder:
        log = PredictionLog(f"{folder}/bucket", spool=f"{folder}/spool")
        workers = [context.Process(target=_work, args=(log, 250 * place)) for place in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        found = recorded_numbers(Path(folder) / "bucket")
    return f"4 forked workers: {len(found):,} rows, {len(set(found)):,} different, of 1,000"
