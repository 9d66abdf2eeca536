"""Where metrics go: what the job file may say, and how addresses are shown."""

import pytest

from jobs.endpoints import (
    check_http_endpoint,
    check_textfile,
    without_known_secrets,
    without_secrets,
)
from jobs.errors import DriftError, JobFileError
from jobs.job_file import load_job

JOB_FILE = """
name = "dogs"
[bucket]
url = "bucket"
[predictions]
path = "log.csv"
[images]
path = "images/{id}"
[window]
last = "1d"
[reference]
images = "reference/"
"""


@pytest.fixture
def job_file(tmp_path):
    path = tmp_path / "job.toml"
    path.write_text(JOB_FILE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://team:s3cret@host/path", "https://***@host/path"),
        ("https://team:s/3@cr@host/path", "https://***@host/path"),
        ('is "https://token@host:1/p?key=abc". Then', 'is "https://***@host:1/p?***". Then'),
        ("url: http://host/v1?key=abc (refused)", "url: http://host/v1?*** (refused)"),
        ("https://host/{path}?run={run_id}", "https://host/{path}?run={run_id}"),
        ("https://host/?sig=abc&run={run_id}", "https://host/?run={run_id}&***"),
        ("exceeded with url: /v1?key=abc (Caused", "exceeded with url: /v1?*** (Caused"),
        ("gs://bucket/folder and mail@example.com", "gs://bucket/folder and mail@example.com"),
    ],
)
def test_logins_and_queries_are_not_shown(text, shown):
    assert without_secrets(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to https://team:s3cret@host/path?a=1", "to https://***@host/path?a=1"),
        ("https://h/o?X-Goog-Signature=ab12&x=1", "https://h/o?X-Goog-Signature=***&x=1"),
        ("url: /o?x=1&access_token=ab12)", "url: /o?x=1&access_token=***"),
        ("gs://bucket/bob@example.com?x.jpg", "gs://bucket/bob@example.com?x.jpg"),
        ("/data/a?b.jpg and s3://b/c@d", "/data/a?b.jpg and s3://b/c@d"),
        ("https://h/a and bob@example.com", "https://h/a and bob@example.com"),
    ],
)
def test_texts_that_name_addresses_on_purpose_lose_only_what_is_secret(text, shown):
    assert without_known_secrets(text) == shown
    assert DriftError(text).message == shown


@pytest.mark.parametrize(
    "url",
    ["http://localhost:9091", "https://u:p%2F@h/prefix", "http://[::1]:4318/v1/metrics"],
)
def test_addresses_of_servers_are_taken_as_they_are(url):
    assert check_http_endpoint(url) == url


@pytest.mark.parametrize(
    "url",
    ["", "localhost:9091", "ftp://h", "http://", "http://h:port", "http://h/?a=b", "http://h h"],
)
def test_anything_else_is_refused(url):
    with pytest.raises(ValueError, match="a URL"):
        check_http_endpoint(url)


@pytest.mark.parametrize("path", ["/var/lib/x/dogs.prom", "{job}.prom"])
def test_textfiles_end_as_the_node_exporter_wants(path):
    assert check_textfile(path) == path


@pytest.mark.parametrize("path", ["/var/lib/x/", "dogs.txt", "{name}.prom", "{job.prom"])
def test_other_textfiles_are_refused(path):
    with pytest.raises(ValueError, match=r"ends in \.prom"):
        check_textfile(path)


def test_outputs_come_from_the_environment_too(job_file):
    variables = {
        "DRIFT__METRICS__PUSHGATEWAY": "https://team:s3cret@push.example",
        "DRIFT__METRICS__TEXTFILE": "metrics/{job}.prom",
    }
    job = load_job(job_file, variables)
    assert job.metrics.pushgateway == "https://team:s3cret@push.example"
    assert job.metrics.textfile == str(job_file.parent / "metrics" / "{job}.prom")
    assert "s3cret" not in repr(job)


@pytest.mark.parametrize("key", ["METRICS__PUSHGATEWAY", "METRICS__OTLP", "METRICS"])
@pytest.mark.parametrize(
    "address",
    [
        "https://team:s3/xyzzy@push.example?k=hush",
        "team:s3xyzzy@push.example:9091",
        "https:/team:s3xyzzy@push.example:9091",
        "http://team:s3 xyzzy@push.example",
        "push.example/#s3xyzzy",
        '["http://team:s3xyzzy@push.example"]',
    ],
)
def test_a_fault_in_an_address_does_not_show_its_login(job_file, key, address):
    with pytest.raises(JobFileError) as refused:
        load_job(job_file, {f"DRIFT__{key}": address})
    message = refused.value.message.replace(str(job_file), "")
    assert f"DRIFT__{key} ({key.lower().replace('__', '.')})" in message
    assert "not shown here" in message
    for secret in ("s3", "xyzzy", "hush", "team"):
        assert secret not in message


def test_urls_in_place_of_the_name_of_their_variable_are_not_shown(job_file):
    with pytest.raises(JobFileError, match="the name of an environment variable") as refused:
        load_job(job_file, {"DRIFT__NOTIFICATIONS__URLS_FROM": "tgram:/s3cret/chat"})
    assert "s3cret" not in refused.value.message


def test_a_fault_beside_an_address_is_still_shown(job_file):
    with pytest.raises(JobFileError, match=r'metrics\.textfile\) is "[^"]*dogs\.txt"'):
        load_job(job_file, {"DRIFT__METRICS__TEXTFILE": "dogs.txt"})
