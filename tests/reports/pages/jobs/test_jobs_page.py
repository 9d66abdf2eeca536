import re

import pytest

from reports.findings.answers import Verdict
from reports.findings.model_quality.quality import QualityState
from reports.pages.jobs.making import JobSchedule
from reports.pages.jobs.page import MARKER, FoundJob, jobs_page
from tests.support.browser import violations
from tests.support.findings import HOSTILE_LABELS
from tests.support.job_states import found

BROKEN = FoundJob(name="broken", problem="gs://a/broken/state.json: it says nothing.")
# Two of its nights are missing beside the others.
STOPPED = found("stopped", "sss")


def worse(job, verdicts="sssss"):
    return found(job, verdicts, model=QualityState.DROPPED, model_headline="AP50 0.89 to 0.50")


def page_of(*jobs):
    return jobs_page("data_drift_reports", jobs, "gs://dogs").decode()


def headline_of(*jobs):
    return re.search("<h1>(.*?)</h1>", page_of(*jobs))[1]


def names_of(page):
    return re.findall(r'<th scope="row"[^>]*><bdi>(?:<a [^>]*>)?([^<]*)<', page)


def test_jobs_that_need_a_look_come_first():
    page = page_of(found("a"), found("b", "ssssd"), BROKEN, found("c", "ssssi"), STOPPED)
    assert names_of(page) == ["stopped", "b", "broken", "c", "a"]


def test_a_worse_model_of_a_steady_job_stands_between_drift_and_inconclusive():
    page = page_of(found("a"), worse("b"), found("c", "ssssi"), found("d", "ssssd"))
    assert names_of(page) == ["d", "b", "c", "a"]
    states = re.findall(r'<td role="cell" class="verdict">(.*?)</td>', page)
    labels = [re.findall(r"</svg>([^<]+)</span>", one) for one in states]
    assert labels == [["Drift"], ["Model got worse", "Steady"], ["Inconclusive"], ["Steady"]]
    assert re.search('<header class="answer is-(.*?)">', page_of(worse("b")))[1] == "drift"
    assert "1 model got worse" in page_of(worse("b"))


@pytest.mark.parametrize(
    ("jobs", "words"),
    [
        ([found("a")], "The job is steady"),
        ([found("a", "sssd")], "The job says drift"),
        ([found("a"), found("b")], "All 2 jobs are steady"),
        ([found("a"), found("b", "ssssd")], "1 of 2 jobs says drift"),
        ([found("a"), found("b", "ssssi")], "1 of 2 jobs is steady"),
        ([found("a"), STOPPED], "1 of 2 jobs has not run when it should have"),
        (
            [found("a"), found("b", "ssssd"), STOPPED],
            "1 of 3 jobs says drift, 1 has not run when it should have",
        ),
        ([worse("a")], "The model got worse"),
        ([worse("a", "ssssd")], "The job says drift, the model got worse"),
        ([found("a"), worse("b")], "The model of 1 of 2 jobs got worse"),
        (
            [worse("a", "ssssd"), worse("b"), STOPPED],
            "1 of 3 jobs says drift, the models of 2 got worse, 1 has not run when it should have",
        ),
    ],
)
def test_the_headline_counts_what_needs_a_look(jobs, words):
    assert headline_of(*jobs) == words


def test_a_line_says_what_since_when_and_by_when_and_leads_to_the_reports():
    page = page_of(found("dogs", "sssdd", model=QualityState.DROPPED, model_headline="0.9 to 0.7"))
    assert 'href="dogs/index.html"' in page
    assert 'href="dogs/runs/20250306T000000Z-1a2b3c4d/report.html"' in page
    assert "Drift in the last 2 runs, since 4 Mar 2025" in page
    assert "Model worse: 0.9 to 0.7" in page
    assert "<time>6 Mar 2025, 03:20 UTC</time>" in page
    assert "<time>7 Mar 2025, 03:15 UTC</time>" in page
    assert "late after <time>05:15 UTC</time>" in page
    assert re.findall(r'class="unseen">(\d[^<]*)<', page)[-2:] == [
        "4 Mar 2025: drift",
        "5 Mar 2025: drift",
    ]


def test_a_late_job_is_told_from_the_newest_run_of_the_others():
    page = page_of(found("a"), STOPPED)
    assert "<b>late</b>: was to be there by <time>05:15 UTC</time>" in page
    assert "As of <time>6 Mar 2025, 03:20 UTC</time>" in page
    assert "late" not in headline_of(STOPPED)


def test_links_follow_each_jobs_template_if_it_is_one_of_the_web():
    schedule = JobSchedule(link_template="https://files.example/{path}")
    assert 'href="https://files.example/data_drift_reports/a/index.html"' in page_of(
        found("a", schedule=schedule)
    )
    hostile = JobSchedule(link_template="javascript:alert('{path}')")
    assert "javascript:" not in page_of(found("a", schedule=hostile))


def test_the_same_states_make_the_same_bytes_in_whichever_order():
    jobs = [found("a"), found("b", "ssssd"), BROKEN]
    assert page_of(*jobs) == page_of(*jobs[::-1])
    assert MARKER.decode() in page_of(*jobs)


def test_forty_jobs_stay_a_small_page():
    assert len(page_of(*(found(f"job-{number}", "s" * 14) for number in range(40)))) < 200_000


def test_names_and_texts_from_outside_are_harmless():
    for text in HOSTILE_LABELS:
        page = page_of(
            found("a", headline=text, model=QualityState.DROPPED, model_headline=text),
            FoundJob(name="b", problem=text),
        )
        assert "<script" not in page
        assert "<img" not in page


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_breaks_no_rule_of_accessibility(dark, tmp_path):
    many = [found(f"{'long-' * 11}{number}", "sdi" * 5) for number in range(12)]
    pages = {
        "one": page_of(found("a")).encode(),
        "many": page_of(
            *many, worse("w"), BROKEN, STOPPED, found("never", verdict=Verdict.DRIFT)
        ).encode(),
    }
    broken = violations(pages, tmp_path, 360, 1400, dark=dark)
    assert broken == {"one": (), "many": ()}
