"""The file for the node exporter: whole or not there, and one job's only."""

import os
import stat
import threading
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reports.metrics.errors import MetricsError
from reports.metrics.samples import samples_of
from reports.metrics.textfile import write_textfile
from tests.support import findings as examples

SAMPLES = samples_of(examples.drifted())


def verdicts(path: Path) -> dict[str, float]:
    families = text_string_to_metric_families(path.read_text(encoding="utf-8"))
    (family,) = (one for one in families if one.name == "image_drift_verdict")
    return {sample.labels["verdict"]: sample.value for sample in family.samples}


def test_the_file_holds_the_run_and_a_later_one_replaces_it(tmp_path):
    path = tmp_path / "drift_dogs.prom"
    write_textfile(path, SAMPLES, job="dogs")
    assert verdicts(path) == {"steady": 0, "drift": 1, "inconclusive": 0}
    write_textfile(path, samples_of(examples.steady()), job="dogs")
    assert verdicts(path) == {"steady": 1, "drift": 0, "inconclusive": 0}
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_other_users_can_read_the_file_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        write_textfile(tmp_path / "dogs.prom", SAMPLES, job="dogs")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "dogs.prom").stat().st_mode) == 0o644


def test_a_reader_never_sees_half_a_file(tmp_path):
    path = tmp_path / "dogs.prom"
    write_textfile(path, SAMPLES, job="dogs")
    whole, ended, seen = path.read_bytes(), threading.Event(), []

    def read() -> None:
        while not ended.is_set():
            seen.append(path.read_bytes() == whole)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(50):
        write_textfile(path, SAMPLES, job="dogs")
    ended.set()
    reader.join()
    assert seen
    assert all(seen)


@pytest.mark.parametrize("content", [b"cats", b"image_drift_verdict 1\n", b"\xff\xfe"])
def test_a_file_of_something_else_is_refused_and_stays(tmp_path, content):
    path = tmp_path / "other.prom"
    path.write_bytes(content)
    with pytest.raises(MetricsError, match="holds something else than metrics of the job dogs"):
        write_textfile(path, SAMPLES, job="dogs")
    assert path.read_bytes() == content


def test_another_jobs_file_is_refused_and_stays(tmp_path):
    path = tmp_path / "drift.prom"
    write_textfile(path, SAMPLES, job="dogs")
    before = path.read_bytes()
    with pytest.raises(MetricsError, match=r"\{job\} in its name"):
        write_textfile(path, SAMPLES, job="cats")
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MetricsError, match=r"metrics\.textfile: .*gone/dogs\.prom could not be"):
        write_textfile(tmp_path / "gone" / "dogs.prom", SAMPLES, job="dogs")


def test_a_folder_in_the_files_place_is_named_and_nothing_is_left_behind(tmp_path):
    (tmp_path / "dogs.prom").mkdir()
    with pytest.raises(MetricsError, match="Is a directory"):
        write_textfile(tmp_path / "dogs.prom", SAMPLES, job="dogs")
    assert [one.name for one in tmp_path.iterdir()] == ["dogs.prom"]
