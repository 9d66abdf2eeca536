"""Trains, serves, queries, logs and watches a model behind an API: ``make torchserve`` runs it too.

Run as ``python -m examples.fastapi.run``. What it writes is left in ``serving_bucket/`` to be
looked at; it fails if a row is missing, the ordinary day drifts, or the blurred one does not.
"""

from __future__ import annotations

import json
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from examples.serving.models import COLOURS, DAY, Trained, trained
from examples.serving.pictures import changed
from examples.serving.process_group import answers, free_ports, start
from examples.serving.running import Settings, run_example
from examples.serving.traffic import Day, form, send_day
from examples.serving.watching import Watched, expect_days

HERE = Path(__file__).parent
_START_S = 60.0
_WORKERS = 2


def go(settings: Settings) -> None:
    """Go the whole way, and say what is seen on it."""
    watched = Watched(name="api", bucket=settings.folder / "api")
    with tempfile.TemporaryDirectory() as work:
        model = trained(COLOURS, Path(work))
        with served(model, watched.bucket, settings.programs, Path(work)) as port:
            ordinary = _send(port, model, faulty=False)
            faulty = _send(port, model, faulty=True)
    expect_days(watched, model, ordinary, faulty)


@contextmanager
def served(model: Trained, bucket: Path, programs: Path, work: Path) -> Iterator[int]:
    """Run the API with uvicorn and two workers; yield its port, and end it by SIGTERM.

    Nothing else has to be done for the log: the middleware closes it when a worker ends.
    """
    (port,) = free_ports(1)
    command = [programs / "uvicorn", "--app-dir", HERE, "app:app", "--port", port]
    environment = {
        "CLASSES": ",".join(model.pictures.names),
        "WEIGHTS": str(model.weights),
        "PREDICTION_LOG_URL": str(bucket),
        "PREDICTION_LOG_SPOOL": str(work / "spool"),
        # The model's class is in a file of the other example.
        "PYTHONPATH": str(HERE.parent / "torchserve"),
    }
    processes = start(
        [str(one) for one in command] + ["--workers", str(_WORKERS)], work, environment
    )
    try:
        processes.wait_until(lambda: answers(port, "/docs"), _START_S)
        yield port
    finally:
        processes.signal(signal.SIGTERM)
        processes.end()


def _send(port: int, model: Trained, *, faulty: bool) -> Day:
    traffic = model.pictures.traffic
    examples = changed(traffic[DAY : 2 * DAY], model.subject.change) if faulty else traffic[:DAY]
    return send_day(port, examples, form("/predict"), lambda answer: json.loads(answer)["class"])


if __name__ == "__main__":
    run_example("fastapi", __doc__, go)
