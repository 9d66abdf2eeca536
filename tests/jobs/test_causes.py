"""Why a connection failed is said first and in plain words, by every kind of client."""

import logging
import socket
import ssl
from collections.abc import Iterator

import pytest
import requests
import urllib3.exceptions

from jobs.buckets.cloud import CloudBucket, CloudSettings
from jobs.buckets.deadlines import DeadlinePassedError
from jobs.buckets.gcs import GCSBucket
from jobs.buckets.retrying import Retrying, RetrySettings
from jobs.buckets.s3 import S3Bucket
from jobs.causes import cause_in, cause_of, quoted, told
from jobs.errors import BucketAccessError
from reports.apprise_sender import send
from reports.findings import NoticeKind
from reports.metrics.errors import MetricsError
from reports.metrics.otlp import export
from reports.metrics.pushgateway import push
from reports.notifications import Message
from tests.support.receivers import make_certificate, web_server
from tests.support.server_process import free_port

# The pause would last longer than the call may: there is one attempt.
ONCE = CloudSettings(
    retry=RetrySettings(deadline_s=25.0, first_pause_s=100.0, longest_pause_s=100.0)
)
MESSAGE = Message(title="t", body="b", kind=NoticeKind.DRIFT)
FAULTS = {
    "closed": ("the connection was refused: nothing listens at that port", "Check host and port"),
    "unknown": ("the host name was not found", "Check its spelling and this machine's DNS"),
    "plain": ("the port answers without TLS", "Use http:// in place of https://"),
    "untrusted": ("the server's certificate is not trusted", "this machine's clock"),
}


@pytest.fixture(params=FAULTS)
def fault(request, tmp_path) -> Iterator[tuple[str, str, str, str]]:
    """A scheme, a host with its port, the cause and the advice."""
    words = FAULTS[request.param]
    if request.param == "closed":
        yield ("http", f"127.0.0.1:{free_port()}", *words)
    elif request.param == "unknown":
        yield ("http", "store.invalid", *words)
    else:
        certificate = make_certificate(tmp_path) if request.param == "untrusted" else None
        with web_server(certificate) as server:
            yield ("https", f"localhost:{server.port}", *words)


@pytest.fixture(params=["gs", "s3"])
def bucket(request, fault, monkeypatch) -> CloudBucket:
    scheme, host, *_ = fault
    if request.param == "gs":
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"{scheme}://{host}")
        return GCSBucket("gs://bucket-a", ONCE)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"{scheme}://{host}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    return S3Bucket("s3://bucket-a", ONCE)


def test_a_store_that_cannot_be_reached_says_why_and_what_to_check(bucket, fault):
    _, _, words, advice = fault
    with pytest.raises(BucketAccessError) as refused:
        bucket.read("log.csv")
    assert f"before the deadline ({words}; " in refused.value.message
    assert advice in refused.value.message
    variable = "STORAGE_EMULATOR_HOST" if "gs://" in refused.value.url else "AWS_ENDPOINT_URL"
    assert f"check {variable} too" in refused.value.message


@pytest.mark.parametrize("fault", ["closed"], indirect=True)
def test_the_login_of_an_endpoint_is_not_shown(bucket, monkeypatch):
    for name in ("STORAGE_EMULATOR_HOST", "AWS_ENDPOINT_URL"):
        monkeypatch.setenv(name, f"http://team:s3cr3t@127.0.0.1:{free_port()}")
    with pytest.raises(BucketAccessError) as refused:
        bucket.read("log.csv")
    assert "the connection was refused" in refused.value.message
    assert "s3cr3t" not in refused.value.message


def test_the_log_says_why_before_another_attempt_and_shows_no_secret(caplog):
    def request(number: int) -> str:
        if number:
            return "done"
        raise ConnectionError("to http://u:s3cr3t@h/x?X-Amz-Signature=abc: Connection refused")

    retrying = Retrying(
        settings=RetrySettings(first_pause_s=0.01),
        failures=(OSError,),
        is_passing=lambda _failure, _attempts: True,
    )
    with caplog.at_level(logging.INFO):
        assert retrying.call("gs://a/b", request) == "done"
    assert f"gs://a/b: {FAULTS['closed'][0]}; ConnectionError: to http://***@h/x?" in caplog.text
    assert "s3cr3t" not in caplog.text
    assert "abc" not in caplog.text


def test_what_failed_is_said_where_the_deadline_cut_the_last_attempt_short():
    def request(number: int) -> None:
        if not number:
            raise socket.gaierror(-2, "Name or service not known")
        raise urllib3.exceptions.ProtocolError("Connection aborted.", DeadlinePassedError("late"))

    retrying = Retrying(
        settings=RetrySettings(deadline_s=20.0, first_pause_s=0.01),
        failures=(OSError, urllib3.exceptions.HTTPError),
        is_passing=lambda _failure, attempts: attempts < 3,
    )
    with pytest.raises(socket.gaierror):
        retrying.call("gs://a/b", request)


def test_a_webhook_that_cannot_be_reached_says_why_and_what_to_check(fault):
    scheme, host, words, advice = fault
    apprise_scheme = {"http": "json", "https": "jsons"}[scheme]
    (delivery,) = send([f"{apprise_scheme}://team:s3cr3t@{host}/t0ken"], MESSAGE)
    assert f"could not be reached, or broke off: {words}. " in delivery.problem
    assert advice in delivery.problem
    assert "s3cr3t" not in delivery.problem
    assert "t0ken" not in delivery.problem


def test_a_mail_server_that_cannot_be_reached_says_why():
    urls = [
        f"mailto://127.0.0.1:{free_port()}?from=a@example.com&to=b@example.com",
        "mailto://mail.invalid:25?from=a@example.com&to=b@example.com",
    ]
    problems = [one.problem for one in send(urls, MESSAGE)]
    assert FAULTS["closed"][0] in problems[0]
    assert FAULTS["unknown"][0] in problems[1]


def test_receivers_of_metrics_say_why_and_show_no_login(fault):
    scheme, host, words, advice = fault
    url = f"{scheme}://team:s3cr3t@{host}"
    with pytest.raises(MetricsError) as by_otlp:
        export(url, [], job="dogs", time_ns=1, limit_s=6.0)
    with pytest.raises(MetricsError) as by_push:
        push(url, [], job="dogs", environment={}, limit_s=6.0)
    for refused in (by_otlp, by_push):
        assert f": {words}; " in refused.value.message
        assert advice in refused.value.message
        assert "s3cr3t" not in refused.value.message


def test_what_a_receiver_answers_is_not_taken_for_our_own_connection():
    with web_server() as server:
        server.answers["/"] = 400
        with pytest.raises(MetricsError) as refused:
            export(f"http://127.0.0.1:{server.port}", [], job="dogs", time_ns=1)
    assert "the metrics: Failed to export metrics batch code: 400" in refused.value.message


def test_the_cause_is_said_although_it_stands_behind_a_long_address():
    inside = urllib3.exceptions.NewConnectionError(None, "[Errno 111] Connection refused")  # type: ignore[arg-type]
    path = f"/{'folder/' * 200}x?X-Goog-Signature=abcdef"
    retried = urllib3.exceptions.MaxRetryError(None, path, inside)  # type: ignore[arg-type]
    text = told(requests.ConnectionError(retried))
    assert text.startswith("the connection was refused: nothing listens at that port; Connection")
    assert len(text) <= 300
    assert "abcdef" not in told(requests.ConnectionError(retried.args[0][:60] + path[-40:]))


def test_a_cause_is_found_whichever_way_an_exception_holds_it():
    by_context: Exception
    try:
        try:
            raise ConnectionRefusedError(111, "")
        except OSError:
            raise ValueError("something else")  # noqa: B904 - on purpose
    except ValueError as error:
        by_context = error
    for failure in (by_context, RuntimeError("a", ConnectionRefusedError())):
        cause = cause_of(failure)
        assert cause is not None
        assert cause.words == FAULTS["closed"][0]
    circle = ValueError("round")
    circle.__cause__ = circle
    assert cause_of(circle) is None


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (requests.exceptions.ProxyError("Unable to connect to proxy"), "the way through the proxy"),
        (ssl.SSLError(1, "[SSL] unknown"), "speaks no TLS"),
        (ConnectionResetError(104, "Connection reset by peer"), "broke the connection off"),
        (TimeoutError("timed out"), "there was no answer in time"),
        (OSError(113, "No route to host"), "there is no way to the host"),
        (ValueError("what is this"), "ValueError: what is this"),
    ],
)
def test_other_failures_have_their_own_words(failure, words):
    assert words in told(failure)


def test_a_proxy_that_cannot_be_reached_is_what_is_to_be_checked(monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://store.invalid")
    monkeypatch.setenv("HTTP_PROXY", f"http://team:s3cr3t@127.0.0.1:{free_port()}")
    with pytest.raises(BucketAccessError) as refused:
        GCSBucket("gs://bucket-a", ONCE).read("log.csv")
    assert "(the way through the proxy failed: the connection was refused" in refused.value.message
    assert "HTTPS_PROXY, HTTP_PROXY and NO_PROXY" in refused.value.message
    assert "s3cr3t" not in refused.value.message


def test_quotes_are_on_one_line_without_secrets_and_not_too_long():
    assert quoted("a\n b  https://u:p@h/x?token=1") == "a b https://***@h/x?***"
    assert len(quoted("x" * 1000)) == 300
    assert cause_in("nothing of the kind") is None
