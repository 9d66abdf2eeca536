"""What the index says of a detector: AP50 by week, its scores by run, the classes that fell."""

import dataclasses
import re
from datetime import date

from reports.findings.model_quality.quality import ModelKind, QualityState
from reports.pages.index.detector import MOST_RUNS, detector_of_job, mean_scores
from reports.pages.index.model_quality import quality_of_job
from reports.pages.links import JobLinks
from tests.reports.pages.run.test_html_report import text_of
from tests.support.detector_history import detector_rows
from tests.support.findings import HOSTILE_LABELS
from tests.support.labelled_history import labelled_rows
from tests.support.pages import index_of

LINKS = JobLinks(job="dogs")


def index_section(*, fell: int = 6, runs: int = 40) -> str:
    page = index_of("dogs", detector_rows(runs, fell=fell)).decode()
    found = re.search(r'<section class="quality detector">.*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0]


def test_the_top_says_how_ap50_fell() -> None:
    page = index_of("dogs", detector_rows(20, fell=6)).decode()

    assert "AP50 fell from 0.84 to 0.55 ± 0.08 on 280 labelled images since 8 Mar" in page


def test_ap50_by_week_and_the_mean_score_share_a_plot() -> None:
    quality = quality_of_job(detector_rows(40, fell=6), LINKS)
    assert quality is not None
    assert quality.measure == "AP50"

    assert "AP50 by week, 6 Jan 2025 to 10 Mar 2025" in quality.plot
    assert quality.plot.count('class="line-mean"') == 1
    assert "280 labelled images; worse than before" in quality.plot


def test_mean_scores_of_a_week_are_those_that_the_newest_run_knew() -> None:
    told = [row.model_quality for row in detector_rows(9, fell=4) if row.model_quality]

    assert mean_scores(told)[date(2025, 3, 10)] == 0.76
    assert mean_scores(told[:5])[date(2025, 3, 3)] == 0.8


def test_a_first_run_knows_the_mean_scores_of_past_weeks() -> None:
    quality = quality_of_job(detector_rows(1, fell=1), LINKS)
    assert quality is not None
    line = re.search(r'class="line-mean" d="([^"]+)"', quality.plot)

    assert line is not None
    assert len(re.findall("[ML]", line[1])) == 5


def test_a_run_that_could_not_read_its_labels_hides_nothing_that_earlier_runs_knew() -> None:
    *earlier, last = detector_rows(20, fell=6)
    read = last.model_quality
    assert read is not None
    unread = dataclasses.replace(
        read, state=QualityState.UNKNOWN, score=None, labelled=0, weeks=(), detector=None
    )
    rows = [*earlier, dataclasses.replace(last, model_quality=unread)]

    assert unread.kind is ModelKind.DETECTOR
    quality = quality_of_job(rows, LINKS)
    assert quality is not None
    assert 'class="line-mean"' in quality.plot
    assert quality.detector is not None
    assert len(quality.detector.measure_rows) == 19
    assert not quality.detector.given


def test_scores_and_classes_are_drawn_by_run() -> None:
    text = text_of(b"<body>" + index_section().encode())

    assert "Scores that the model gave, by run" in text
    assert "Run of Lowest Mean Highest Boxes 14 Mar 2025 0.05 0.75 0.99 3,920" in text
    assert "Run of AP50 AP75 AR100 14 Mar 2025 0.55 ± 0.08 0.37 0.41" in text
    assert "The mean score that the model gave its boxes in these days is 0.76; it was 0.80" in text
    assert "AP50 by run: the classes that fell" in text
    assert "dog AP50 0.36" in text
    assert "bus" not in text


def test_a_detector_that_is_right_has_no_classes_that_fell() -> None:
    assert "the classes that fell" not in index_section(fell=0)


def test_a_single_run_draws_no_lines() -> None:
    found = detector_of_job(detector_rows(1, fell=1))
    assert found is not None

    assert found.measures == found.confidences == ""
    assert len(found.measure_rows) == 1


def test_a_long_history_is_drawn_by_its_newest_runs() -> None:
    found = detector_of_job(detector_rows(MOST_RUNS + 20))
    assert found is not None

    assert len(found.confidence_rows) == MOST_RUNS
    assert len(index_section(runs=MOST_RUNS + 20)) < 90_000


def test_a_classifier_has_none_of_it() -> None:
    page = index_of("dogs", labelled_rows(20, fell=2))

    assert b"line-mean" not in page
    assert detector_of_job(labelled_rows(20)) is None


def test_a_job_whose_model_became_a_classifier_shows_the_classifier() -> None:
    assert detector_of_job([*detector_rows(3), *labelled_rows(2)]) is None


def test_hostile_classes_stay_text() -> None:
    rows = detector_rows(3, fell=3)
    quality = rows[-1].model_quality
    assert quality is not None
    assert quality.detector is not None
    hostile = dataclasses.replace(
        quality.detector,
        classes=dict.fromkeys(HOSTILE_LABELS, 0.5),
        fallen=tuple(HOSTILE_LABELS),
    )
    rows[-1] = dataclasses.replace(
        rows[-1], model_quality=dataclasses.replace(quality, detector=hostile)
    )
    page = index_of("dogs", rows)

    assert b"<script" not in page
    assert b"<img src=x" not in page
