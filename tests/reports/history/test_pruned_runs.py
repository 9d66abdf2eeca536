"""Runs whose reports were pruned: the index keeps their lines and leads to none of them."""

import logging
import re
from datetime import timedelta

import pytest

from benchmarks.index_pages import simulated_rows
from jobs.errors import BucketAccessError
from reports.history.history import history_bytes, history_name
from reports.history.pruned_runs import change_pruned, pruned_name, read_pruned
from reports.pages.index.page import RUNS_ONE_BY_ONE, index_files, table_names
from reports.pages.links import JobLinks
from reports.publishing.index import write_index
from reports.publishing.publish import change_row, publish
from tests.support import findings as examples
from tests.support.memory_bucket import MemoryBucket

JOB = "reports/dogs"
ROWS = list(simulated_rows(200, timedelta(days=1)))
OLD = [row.run_id for row in ROWS[:-50]]


@pytest.fixture
def bucket():
    made = MemoryBucket()
    for row in ROWS:
        made.write(history_name(JOB, row.run_id), history_bytes(row))
    return made


def prune_list(bucket, run_ids):
    change_pruned(bucket, JOB, read_pruned(bucket, JOB), lambda _: frozenset(run_ids))


def linked(page):
    return set(re.findall(r'href="(?:\.\./)?runs/([^/"]+)/', page.decode()))


def test_no_page_of_the_index_leads_to_a_pruned_report():
    links = JobLinks(job="dogs", prefix=JOB, pruned=frozenset(OLD))
    files = index_files("dogs", ROWS, links)
    kept = {row.run_id for row in ROWS[-50:]}
    assert linked(files.page) == kept
    assert set().union(*map(linked, files.tables.values())) <= kept
    assert files.page.count(b"report deleted") == RUNS_ONE_BY_ONE - 50
    # Nothing else of the page is lost: weeks, calendar and plots stay.
    whole = index_files("dogs", ROWS, JobLinks(job="dogs", prefix=JOB))
    assert set(files.tables) == set(whole.tables) == table_names(ROWS)
    assert files.page.count(b'class="day is-') == whole.page.count(b'class="day is-')


def test_a_day_of_the_calendar_leads_to_the_line_of_its_run():
    links = JobLinks(job="dogs", prefix=JOB, pruned=frozenset(OLD))
    page = index_files("dogs", ROWS, links).page.decode()
    fragments = set(re.findall(r'href="#(d[\d-]+)"', page))
    assert fragments
    assert fragments <= set(re.findall(r'id="(d[\d-]+)"', page))


def test_a_template_makes_no_link_to_a_pruned_report_either():
    links = JobLinks(job="dogs", template="https://x.example/{run_id}", pruned=frozenset({"r1"}))
    assert links.to_run("r1") is None
    assert links.from_below().to_run("r1") is None
    assert links.to_run("r2") == "https://x.example/r2"


def test_every_later_index_knows_the_pruned_runs(bucket):
    prune_list(bucket, OLD)
    write_index(bucket, JOB, "dogs", None)
    page = bucket.read(f"{JOB}/index.html").data
    assert linked(page).isdisjoint(OLD)
    publish(bucket, JOB, examples.steady(), {})
    change_row(bucket, JOB, ROWS[-1].run_id, lambda row: row)
    assert linked(bucket.read(f"{JOB}/index.html").data).isdisjoint(OLD)


def test_a_job_that_was_never_pruned_reads_nothing_for_it(bucket):
    write_index(bucket, JOB, "dogs", None)
    publish(bucket, JOB, examples.steady(), {})
    assert pruned_name(JOB) not in bucket.reads
    assert pruned_name(JOB) not in bucket.objects


def test_a_repeated_run_has_its_report_again(bucket):
    run = examples.steady()
    prune_list(bucket, [*OLD, run.run_id])
    publish(bucket, JOB, run, {})
    assert read_pruned(bucket, JOB).run_ids == frozenset(OLD)
    month = bucket.read(f"{JOB}/index/{run.window.end[:7]}.html").data
    assert linked(month) == {run.run_id}


def test_a_change_of_others_in_between_is_kept(bucket):
    prune_list(bucket, ["one"])
    stale = read_pruned(bucket, JOB)
    prune_list(bucket, ["one", "two"])
    after = change_pruned(bucket, JOB, stale, lambda ids: ids - {"one"})
    assert after.run_ids == {"two"}
    assert read_pruned(bucket, JOB) == after


def test_no_change_is_no_write(bucket):
    prune_list(bucket, ["one"])
    before = read_pruned(bucket, JOB)
    prune_list(bucket, ["one"])
    assert read_pruned(bucket, JOB).version == before.version


@pytest.mark.parametrize("damaged", [b"", b"{", b"\x1f\x8b\x08", b'{"run_ids": ["r1"]}'])
def test_a_damaged_list_is_named_and_can_be_written_anew(bucket, caplog, damaged):
    bucket.write(pruned_name(JOB), damaged)
    with caplog.at_level(logging.WARNING):
        assert read_pruned(bucket, JOB).run_ids == frozenset()
    assert "pruned.json.gz" in caplog.text
    assert "drift prune" in caplog.text
    prune_list(bucket, ["r1"])
    assert read_pruned(bucket, JOB).run_ids == {"r1"}


def test_a_list_that_cannot_be_read_stops_the_index(bucket):
    prune_list(bucket, OLD)
    bucket.refused.add(pruned_name(JOB))
    with pytest.raises(BucketAccessError):
        write_index(bucket, JOB, "dogs", None)
