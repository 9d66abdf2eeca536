"""What whole runs put into their pages: typical images, data health, links."""

import csv
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from drift.pipeline import run_job
from drift.run_request import RunOptions
from drift.workplace import open_workplace
from jobs.job_file.job import Job
from reports.findings.answers import Verdict
from reports.findings.run import RunFindings
from tests.support.worlds import JOB, job_of, make_world

pytestmark = pytest.mark.usefixtures("without_evidently")

UNTIL = datetime(2025, 3, 4, tzinfo=UTC)
COLUMNS = {"prediction": "breed", "confidence": "confidence", "latency": "latency_ms"}


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    """A dark day whose log, unlike the reference's, says how long the answers took."""
    folder = tmp_path_factory.mktemp("pages")
    make_world(folder, lights=(0.4,), requests=40, references=60)
    log = folder / "predictions_log.csv"
    with log.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    with log.open("w", newline="", encoding="utf-8") as file:
        timed = [[*row, str(20 + number)] for number, row in enumerate(rows)]
        csv.writer(file).writerows([[*header, "latency_ms"], *timed])
    (folder / "metrics.csv").write_text("mean\n" + "\n".join(str(90 + n % 40) for n in range(80)))
    return folder


def publish(world: Path, tmp_path: Path, **tables: object) -> tuple[RunFindings, str]:
    """Run a job on a copy of the world and return its findings and its page."""
    folder = Path(shutil.copytree(world, tmp_path / "bucket"))
    found = run_job(open_workplace(timed(folder, **tables)), RunOptions(until=UNTIL))
    assert found.verdict is Verdict.DRIFT
    page = next(folder.rglob("report.html"))
    return found, page.read_text(encoding="utf-8")


def timed(folder: Path, **tables: object) -> Job:
    return job_of(folder, **{"predictions": {**JOB["predictions"], "columns": COLUMNS}} | tables)


def test_typical_reference_images_stand_beside_the_offenders(world, tmp_path) -> None:
    found, page = publish(world, tmp_path)

    assert page.count('alt="Typical reference image') == 8
    assert page.count('alt="Usual image') == 4
    assert page.count('alt="Image number') == len(found.offenders)
    assert 'title="reference/' in page


def test_a_window_of_the_log_gives_typical_images_too(tmp_path) -> None:
    make_world(tmp_path, lights=(1.0, 0.4), requests=60, references=1)
    past = {"window": {"start": "2025-03-03", "end": "2025-03-04"}}
    job = job_of(tmp_path, reference=past)
    run_job(open_workplace(job), RunOptions(until=UNTIL + timedelta(days=1)))
    page = next(tmp_path.rglob("report.html")).read_text(encoding="utf-8")

    typical = page.partition('aria-label="Typical of the reference"')[2].partition("</aside>")[0]
    assert 'title="images/20250303' in typical
    assert 'title="images/20250304' not in typical


def test_a_feature_table_says_that_it_has_no_pictures(world, tmp_path) -> None:
    _, page = publish(world, tmp_path, reference={"features": "metrics.csv"})

    assert "The reference is the feature table metrics.csv: numbers without pictures" in page
    assert "Typical" not in page


def test_reference_images_that_are_gone_are_told(world, tmp_path) -> None:
    folder = Path(shutil.copytree(world, tmp_path / "bucket"))
    job = timed(folder)
    run_job(open_workplace(job), RunOptions(until=UNTIL))
    shutil.rmtree(folder / "reference")
    run_job(open_workplace(job), RunOptions(until=UNTIL))
    page = next(folder.rglob("report.html")).read_text(encoding="utf-8")

    assert "No picture of the reference could be read" in page


def test_with_thumbnails_off_nothing_of_an_image_is_in_the_page(world, tmp_path) -> None:
    _, page = publish(world, tmp_path, reports={"thumbnails": False})

    assert "<img" not in page
    assert "data:image" not in page


def test_poor_pictures_latency_and_confidence_are_found(world, tmp_path) -> None:
    found, page = publish(world, tmp_path)
    quality = found.quality

    assert quality.pictures is not None
    assert quality.pictures.dark.images > 0
    assert quality.latency is not None
    assert (quality.latency.count, quality.latency.max_ms) == (40, 59.0)
    assert quality.confidence_median is not None
    assert found.minimum_effect == 0.1
    assert "mean grey level below 40" in page
    assert "39.5 ms" in page


def test_links_follow_the_jobs_template(world, tmp_path) -> None:
    template = "https://store.example/bucket/{path}"
    _, page = publish(world, tmp_path, reports={"link_template": template})

    assert 'href="https://store.example/bucket/data_drift_reports/dogs/index.html"' in page
    assert 'href="evidently.html"' not in page


def files_of(folder: Path, pattern: str) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob(pattern))}


def test_all_affected_images_are_in_a_table_that_a_repeated_run_writes_again(
    world, tmp_path
) -> None:
    found, page = publish(world, tmp_path, segments={"columns": ["breed"]})
    folder = tmp_path / "bucket"
    (table,) = folder.rglob("affected.csv")
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    before = files_of(folder, "affected.csv")
    run_job(open_workplace(timed(folder, segments={"columns": ["breed"]})), RunOptions(until=UNTIL))

    assert found.affected_table is not None
    assert len(rows) == found.affected_table.images == found.affected_table.listed > 30
    assert 'href="affected.csv"' in page
    assert rows[0]["segment.breed"]
    assert all((table.parent / unquote(row["link"])).is_file() for row in rows)
    assert files_of(folder, "affected.csv") == before


def test_pictures_on_the_page_lead_to_the_images_in_the_folder(world, tmp_path) -> None:
    found, page = publish(world, tmp_path)
    (report,) = (tmp_path / "bucket").rglob("report.html")
    links = set(re.findall(r'<a [^>]*href="(\.\./\.\./\.\./\.\./[^"]+)"', page))

    assert len(links) == len(found.offenders) + 8
    assert all((report.parent / unquote(link)).is_file() for link in links)


def test_the_job_file_says_where_images_are_shown(world, tmp_path) -> None:
    _, page = publish(world, tmp_path, reports={"image_link": "https://photos.example/{path}"})

    assert page.count('href="https://photos.example/images/') == 2 * 24
    assert "../../../../images" not in page


def test_where_nothing_drifted_there_is_no_table(tmp_path) -> None:
    make_world(tmp_path, lights=(1.0,), requests=40, references=60)
    found = run_job(open_workplace(job_of(tmp_path)), RunOptions(until=UNTIL))

    assert found.verdict is not Verdict.DRIFT
    assert found.affected_table is None
    assert not list(tmp_path.rglob("affected.csv"))


def test_a_quiet_day_shows_four_images_beside_four_of_the_reference(tmp_path) -> None:
    make_world(tmp_path, lights=(1.0,), requests=40, references=60)
    job = job_of(tmp_path)
    assert run_job(open_workplace(job), RunOptions(until=UNTIL)).verdict is Verdict.STEADY
    path = next(tmp_path.rglob("report.html"))
    page = path.read_text(encoding="utf-8")

    assert "Four images of 3 Mar 2025 beside four of the reference" in page
    assert page.count("<img") == 8
    assert page.count('title="reference/') == 4
    run_job(open_workplace(job), RunOptions(until=UNTIL))
    shown = re.compile(r"<img[^>]*>")
    assert shown.findall(path.read_text(encoding="utf-8")) == shown.findall(page)


def test_a_quiet_day_shows_none_where_thumbnails_are_off(tmp_path) -> None:
    make_world(tmp_path, lights=(1.0,), requests=40, references=60)
    run_job(
        open_workplace(job_of(tmp_path, reports={"thumbnails": False})), RunOptions(until=UNTIL)
    )

    assert "<img" not in next(tmp_path.rglob("report.html")).read_text(encoding="utf-8")
