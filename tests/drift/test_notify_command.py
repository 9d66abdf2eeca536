"""``drift notify --test`` as a user runs it: a process, real servers, an exit code."""

from functools import partial

import pytest

from tests.support import command
from tests.support.receivers import mail, web
from tests.support.server_process import free_port

__all__ = ["mail", "web"]

SECRET = "s3cr3t-t0ken"


@pytest.fixture
def drift(tmp_path):
    """Return a way to run the command in a folder with a job file and no bucket."""
    (tmp_path / "job.toml").write_text(command.JOB_FILE)

    return partial(command.warm_drift, cwd=tmp_path)


def test_a_test_message_goes_everywhere_and_a_table_says_so(drift, mail, web, tmp_path):
    urls = f"{mail.url} {web.url(SECRET)}"
    result = drift("notify", "job.toml", "--test", DRIFT_NOTIFY_URLS=urls)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("arrived") == 2
    assert "mailto" in result.stdout
    assert "json" in result.stdout
    assert mail.mails[0]["Subject"] == "Test: notifications of dogs arrive"
    assert web.requests[0].json["attachments"][0]["filename"] == "test.jpg"
    assert SECRET not in result.stdout + result.stderr
    # Nothing is written, not even the bucket's folder.
    assert [path.name for path in tmp_path.iterdir()] == ["job.toml"]


def test_a_dead_url_is_in_the_table_and_makes_exit_code_6(drift, web):
    dead = f"json://127.0.0.1:{free_port()}/{SECRET}"
    urls = f"{web.url('hook')} {dead}"
    result = drift("notify", "job.toml", "--test", DRIFT_NOTIFY_URLS=urls, DRIFT__LOG_LEVEL="debug")
    assert result.returncode == 6
    assert "arrived" in result.stdout
    assert "could not be reached" in result.stdout
    assert "json (URL 2 of DRIFT_NOTIFY_URLS)" in result.stderr
    assert len(web.requests) == 1
    assert SECRET not in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_without_urls_the_variable_is_named(drift):
    result = drift("notify", "job.toml", "--test", DRIFT_NOTIFY_URLS="")
    assert (result.returncode, result.stdout) == (2, "")
    assert "DRIFT_NOTIFY_URLS is not set or empty" in result.stderr


def test_without_the_flag_nothing_is_sent(drift, web):
    result = drift("notify", "job.toml", DRIFT_NOTIFY_URLS=web.url("hook"))
    assert result.returncode == 2
    assert "--test" in result.stderr
    assert web.requests == []


def test_a_url_in_the_job_file_is_refused_and_not_repeated(drift):
    secret = {"DRIFT__NOTIFICATIONS__URLS_FROM": f"slack://{SECRET}/b/c"}
    result = drift("notify", "job.toml", "--test", **secret)
    assert result.returncode == 2
    assert "the name of an environment variable" in result.stderr
    assert SECRET not in result.stderr


def test_a_link_that_works_too_long_is_refused(drift):
    result = drift("notify", "job.toml", "--test", DRIFT__REPORTS__SIGNED_LINKS="8d")
    assert result.returncode == 2
    assert 'reports.signed_links) is "8d". Expected at most "7d"' in result.stderr
