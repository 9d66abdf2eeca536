"""Trains, archives, serves, queries, logs and watches two models: ``make torchserve``.

Run as ``python -m examples.torchserve.run``. What it writes is left in ``serving_bucket/`` to be
looked at; it fails if a row is missing, an ordinary day drifts, or a day of changed pictures does
not.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from examples.serving.models import COLOURS, DAY, DIGITS, Trained, trained
from examples.serving.pictures import Example, changed
from examples.serving.running import Settings, run_example
from examples.serving.traffic import Day, largest, raw, send_day
from examples.serving.watching import Watched, expect_days
from examples.torchserve.archive import HERE, Archive
from examples.torchserve.server import TorchServe

_WORKERS = 4
_SEND_S = 60.0
_IN_MEMORY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A trained model, the bucket that its server logs to, and the days that it was sent."""

    model: Trained
    watched: Watched
    ordinary: Day
    faulty: Day


def go(settings: Settings) -> None:
    """Go the whole way, and say what is seen on it."""
    with tempfile.TemporaryDirectory() as work:
        for served in serve(settings.folder, settings.programs, Path(work)):
            expect_days(served.watched, served.model, served.ordinary, served.faulty)


def serve(folder: Path, programs: Path, work: Path) -> list[Served]:
    """Serve both models on an ordinary day and on another; return what they are watched by."""
    models = [trained(subject, work) for subject in (DIGITS, COLOURS)]
    for model in models:
        archive(model).write(work, programs)
        name, number = model.subject.name, len(model.pictures.training)
        print(f"{name}: trained on {number} pictures, tells {model.accuracy:.0%} of the others")
    spool = work / "spool"
    environment = {
        "PREDICTION_LOG_URL": str(folder / "{model}"),
        "PREDICTION_LOG_SPOOL": str(spool),
    }
    served = []
    with TorchServe(programs=programs, store=work, environment=environment) as server:
        for model in models:
            ordinary, faulty = _send_days(server, model)
            watched = _watched(model, folder, work)
            served.append(Served(model=model, watched=watched, ordinary=ordinary, faulty=faulty))
        # What is younger is in the workers' memory only, and they get no time to write it.
        time.sleep(_IN_MEMORY_S)
    for one in served:
        send_rest(one.watched.bucket, spool, programs)
    return served


def _watched(model: Trained, folder: Path, store: Path) -> Watched:
    """Put the model's archive into the bucket that its server logs to, as teams have it."""
    name = model.subject.name
    path = f"model_store/{name}.mar"
    watched = Watched(name=name, bucket=folder / name, archive=path)
    (watched.bucket / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(store / f"{name}.mar", watched.bucket / path)
    return watched


def archive(model: Trained) -> Archive:
    """Return what a trained model's archive is made of."""
    return Archive(
        name=model.subject.name,
        model_file=HERE / f"{model.subject.name}_model.py",
        weights=model.weights,
        names=model.pictures.names,
    )


def send_rest(bucket: Path, spool: Path, programs: Path) -> None:
    """Send what the ended workers left on the local disk.

    TorchServe kills its workers when it stops. The next worker would do the same within a second.
    """
    command = [str(programs / "python"), "-m", "prediction_log", "send", str(bucket), str(spool)]
    subprocess.run(command, check=True, timeout=_SEND_S)


def _send_days(server: TorchServe, model: Trained) -> tuple[Day, Day]:
    """Send an ordinary day to one worker, then to four, and changed pictures to the four."""
    name, traffic = model.subject.name, model.pictures.traffic
    faulty = changed(traffic[DAY : 2 * DAY], model.subject.change)

    def send(examples: Sequence[Example]) -> Day:
        return send_day(server.inference_port, examples, raw(f"/predictions/{name}"), largest)

    server.register(name)
    morning = send(traffic[: DAY // 2])
    server.scale(name, _WORKERS)
    evening = send(traffic[DAY // 2 : DAY])
    return morning.until(evening), send(faulty)


if __name__ == "__main__":
    run_example("torchserve", __doc__, go)
