"""``drift prune`` leaves no page of a run that leads to a deleted report, whenever it is killed."""

import copy
import dataclasses
import functools
import itertools
import posixpath
import re

import pytest

from drift.pruning.deletion import prune
from drift.pruning.keep import Keep
from drift.pruning.survey import survey
from drift.workplace import open_workplace
from jobs.buckets.bucket import HTML
from jobs.errors import LockedError
from reports.history.history import AcceptedWindow
from reports.history.store import HistoryReader
from reports.pages.run.report import Links, report_html
from reports.publishing.publish import change_row, publish
from tests.support.job_folder import PREFIX, names_of, run_id, run_of_day
from tests.support.memory_bucket import MemoryBucket
from tests.support.worlds import job_of

ACCEPTED = AcceptedWindow(statistics={"mean": 5.0}, reference_units=100, current_units=50)


def publish_page(bucket, day):
    run = run_of_day(day)
    links = Links.of_run(None, job="dogs", prefix=PREFIX, run_id=run.run_id)
    page = report_html(run, {}, HistoryReader(bucket, PREFIX).read(), links)
    publish(bucket, PREFIX, run, {"report.html": (page, HTML)})


def filled():
    """Return a bucket of its own with what `_filled` has written once."""
    bucket = MemoryBucket()
    for name, stored in _filled().items():
        bucket.write(name, stored.data)
    return bucket


@functools.cache
def _filled():
    """A job with a run a day from 3 to 12 March, of which that of 4 March is accepted."""
    bucket = MemoryBucket()
    for day in range(3, 13):
        publish_page(bucket, day)
    change_row(bucket, PREFIX, run_id(4), lambda row: dataclasses.replace(row, accepted=ACCEPTED))
    return bucket.objects


def prune_to(folder, bucket, runs, still_allowed=lambda: None):
    place = dataclasses.replace(open_workplace(job_of(folder)), bucket=bucket)
    prune(place, survey(place, Keep(runs=runs)), still_allowed)


def dead_links_of_runs(bucket):
    """Follow every link to a run from the index on; return those that lead nowhere."""
    waiting, seen, dead = [f"{PREFIX}/index.html"], set(), set()
    while waiting:
        page = waiting.pop()
        seen.add(page)
        for link in re.findall(r'href="([^"]*/report\.html)"', bucket.objects[page].data.decode()):
            name = posixpath.normpath(posixpath.join(posixpath.dirname(page), link))
            if name not in bucket.objects:
                dead.add((page, link))
            elif name not in seen:
                waiting.append(name)
    return dead


def test_pages_lead_to_what_stays_and_to_nothing_else(tmp_path):
    bucket = filled()
    prune_to(tmp_path, bucket, 3)

    assert dead_links_of_runs(bucket) == set()
    accepted = bucket.objects[f"{PREFIX}/runs/{run_id(4)}/report.html"].data.decode()
    assert f'id="next-run" href="../../runs/{run_id(10)}/report.html"' in accepted
    oldest = bucket.objects[f"{PREFIX}/runs/{run_id(10)}/report.html"].data.decode()
    assert f'id="previous-run" href="../../runs/{run_id(4)}/report.html"' in oldest


def test_killed_at_any_moment_no_page_leads_to_a_deleted_report(tmp_path):
    whole = filled()
    prune_to(tmp_path, whole, 3)
    checks = itertools.count()
    prune_to(tmp_path, filled(), 3, lambda: next(checks))
    for allowed in range(next(checks)):
        bucket, done = filled(), itertools.count()

        def lost(done=done, allowed=allowed):
            if next(done) >= allowed:
                raise LockedError("the lock was lost")

        with pytest.raises(LockedError):
            prune_to(tmp_path, bucket, 3, lost)
        assert dead_links_of_runs(bucket) == set(), allowed

        milder = copy.deepcopy(bucket.objects)
        prune_to(tmp_path, bucket, 3)
        assert names_of(bucket) == names_of(whole), allowed
        assert dead_links_of_runs(bucket) == set(), allowed
        # What was not deleted yet is shown again, and leads to nothing that was.
        bucket.objects = milder
        prune_to(tmp_path, bucket, 8)
        assert dead_links_of_runs(bucket) == set(), allowed


def test_a_run_after_a_pruning_leads_to_no_deleted_report(tmp_path):
    bucket = filled()
    prune_to(tmp_path, bucket, 1)
    run = run_of_day(13)
    history = HistoryReader(bucket, PREFIX)
    rows = history.read()
    links = Links.of_run(None, job="dogs", prefix=PREFIX, run_id=run.run_id)
    page = report_html(run, {}, rows, links.without(history.read_pruned().run_ids))
    publish(bucket, PREFIX, run, {"report.html": (page, HTML)})

    assert dead_links_of_runs(bucket) == set()
    assert page.count(b"12 Mar 2025: ") == 2
