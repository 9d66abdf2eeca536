"""An array of tasks against a real GCS server process: conditional creates, listings, marks."""

import json

import pytest

from tests.support.array_world import UNTIL, make_array_world, task_arguments
from tests.support.command import warm_drift

pytestmark = pytest.mark.slow
TASKS = 2


def published(server, bucket, engine):
    """Return the one report of an engine, without clocks and the name of the job file."""
    names = [
        name
        for name in server.names(bucket)
        if name.startswith(f"{engine}/") and name.endswith("/report.json")
    ]
    assert len(names) == 1
    report = json.loads(server.get(bucket, names[0]))
    del report["generated_at"], report["timings"]
    del report["profile"]["created_at"], report["job_file"]
    return report


def test_an_array_on_gcs_says_what_one_machine_says_there(gcs_server, tmp_path):
    folder = make_array_world(tmp_path)
    bucket = gcs_server.make_bucket()
    for path in sorted((folder / "bucket").rglob("*")):
        if path.is_file():
            name = path.relative_to(folder / "bucket").as_posix()
            gcs_server.put(bucket, name, path.read_bytes())
    for engine in ("tasks", "local"):
        job_file = folder / f"{engine}.toml"
        text = job_file.read_text().replace('url = "bucket"', f'url = "gs://{bucket}"')
        job_file.write_text(text)
    for task in range(TASKS):
        done = warm_drift(*task_arguments(task, TASKS, "one"), cwd=folder)
        assert done.returncode == 0, done.stderr
    assert "report: gs://" in done.stdout
    again = warm_drift(*task_arguments(0, TASKS, "one"), cwd=folder)
    assert "nothing is left to do" in again.stderr
    local = warm_drift("run", "local.toml", "--until", UNTIL, cwd=folder)
    assert local.returncode == 0, local.stderr
    assert published(gcs_server, bucket, "tasks") == published(gcs_server, bucket, "local")
    own = "tasks/marks/executions/one/"
    files = {name.removeprefix(own) for name in gcs_server.names(bucket) if name.startswith(own)}
    assert {"plan.json", "collecting.json", "finished.json"} <= files
