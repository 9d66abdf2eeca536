"""Google Cloud Storage against a real server process: the contract, and what networks do."""

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.buckets.bucket import Bucket, ObjectKind
from jobs.buckets.gcs import GCSBucket, GCSSettings
from jobs.buckets.registry import open_bucket
from jobs.buckets.retrying import RetrySettings
from jobs.errors import (
    BucketAccessError,
    ExitCode,
    ObjectExistsError,
    ObjectMissingError,
    UnsafeNameError,
    UsageError,
)
from tests.support.bucket_contract import BucketContract
from tests.support.faulty_proxy import (
    FaultyProxy,
    cut_short,
    flip_a_bit,
    lose_the_answer,
    proxy_before,
    status,
)
from tests.support.gcs_server import GcsServer, free_port, skip_or_fail

QUICK = GCSSettings(
    retry=RetrySettings(
        deadline_s=4, connect_timeout_s=1, read_timeout_s=2, first_pause_s=0.02, longest_pause_s=0.1
    ),
    page_size=7,
)


class TestGCSBucket(BucketContract):
    """The contract on a folder of a bucket."""

    @pytest.fixture
    def bucket_name(self, gcs_server: GcsServer) -> str:
        return gcs_server.make_bucket()

    @pytest.fixture
    def bucket(self, bucket_name: str) -> GCSBucket:
        return GCSBucket(f"gs://{bucket_name}/a folder", GCSSettings(page_size=300))

    @pytest.fixture
    def look_behind(self, gcs_server: GcsServer, bucket_name: str) -> Callable[[str], bytes]:
        return lambda name: gcs_server.get(bucket_name, f"a folder/{name}")

    @pytest.fixture
    def put_behind(self, gcs_server: GcsServer, bucket_name: str) -> Callable[[str, bytes], None]:
        return lambda name, data: gcs_server.put(bucket_name, f"a folder/{name}", data)

    def test_what_lies_beside_the_folder_is_not_seen(
        self, bucket: Bucket, gcs_server: GcsServer, bucket_name: str
    ) -> None:
        gcs_server.put(bucket_name, "a folder beside/x", b"other")
        gcs_server.put(bucket_name, "x", b"other")
        assert list(bucket.list()) == []
        with pytest.raises(ObjectMissingError):
            bucket.read("x")

    def test_type_and_caching_are_what_the_kind_says(
        self, bucket: Bucket, gcs_server: GcsServer, bucket_name: str
    ) -> None:
        bucket.write("a.html", b"x", ObjectKind(content_type="text/html", cache_control="no-cache"))
        described = gcs_server.describe(bucket_name, "a folder/a.html")
        assert described["contentType"] == "text/html"
        assert described["cacheControl"] == "no-cache"


@pytest.fixture
def proxy(gcs_server: GcsServer, monkeypatch: pytest.MonkeyPatch):
    with proxy_before(gcs_server.host) as running:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", running.host)
        yield running


@pytest.fixture
def faulty(gcs_server: GcsServer, proxy: FaultyProxy) -> GCSBucket:
    bucket = GCSBucket(f"gs://{gcs_server.make_bucket()}", QUICK)
    bucket.write("a.bin", bytes(range(256)) * 100)
    return bucket


CONTENT = bytes(range(256)) * 100


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_a_passing_error_is_retried_until_it_has_passed(faulty, proxy, code):
    proxy.fail("GET", status(code), status(code))
    assert faulty.read("a.bin").data == CONTENT


@pytest.mark.parametrize("fault", [cut_short, flip_a_bit, lose_the_answer])
def test_a_damaged_body_is_fetched_again_and_never_used(faulty, proxy, fault):
    proxy.fail("alt=media", fault, fault)
    assert faulty.read("a.bin").data == CONTENT
    assert sum("alt=media" in request for request in proxy.seen) == 3


@pytest.mark.parametrize("fault", [cut_short, flip_a_bit])
def test_a_body_that_stays_damaged_is_an_error_by_name(faulty, proxy, tmp_path, fault):
    proxy.fail("alt=media", *[fault] * 5000)
    for read in (faulty.read, lambda name: faulty.local_copy(name, tmp_path)):
        with pytest.raises(BucketAccessError) as caught:
            read("a.bin")
        assert caught.value.url == f"{faulty.url}/a.bin"
        assert caught.value.exit_code is ExitCode.INPUT
        if fault is cut_short:
            break
    assert list(tmp_path.iterdir()) == []


def test_a_listing_that_fails_on_its_third_page_is_continued(faulty, proxy):
    for number in range(30):
        faulty.write(f"many/{number:02}", b"x")
    proxy.seen.clear()
    pages = iter(faulty.list("many/"))
    names = [next(pages).name for _ in range(14)]
    proxy.fail("GET", status(503), lose_the_answer)
    names += [found.name for found in pages]
    assert names == [f"many/{number:02}" for number in range(30)]


def test_a_create_whose_answer_was_lost_knows_its_own_object(faulty, proxy):
    proxy.fail("POST", lose_the_answer)
    version = faulty.create("lock", b"mine")
    assert faulty.read("lock").version == version
    with pytest.raises(ObjectExistsError):
        faulty.create("lock", b"other")
    assert faulty.read("lock").data == b"mine"


def test_a_replace_whose_answer_was_lost_knows_its_own_object(faulty, proxy):
    first = faulty.create("lock", b"one")
    proxy.fail("POST", lose_the_answer)
    second = faulty.replace("lock", b"two", first)
    assert (faulty.read("lock").data, faulty.read("lock").version) == (b"two", second)


@pytest.mark.parametrize(
    ("code", "said"), [(401, "gcloud auth application-default login"), (403, "Grant the job's")]
)
def test_a_refusal_is_not_retried_and_says_what_to_do(faulty, proxy, code, said):
    proxy.seen.clear()
    proxy.fail("GET", *[status(code, "no access for you")] * 9)
    with pytest.raises(BucketAccessError) as caught:
        faulty.read("a.bin")
    assert said in caught.value.problem
    assert len(proxy.seen) <= 2


def test_a_bucket_that_does_not_exist_is_named(gcs_server):
    bucket = GCSBucket("gs://no-such-bucket-here", QUICK)
    for call in (
        lambda: bucket.read("a"),
        lambda: list(bucket.list()),
        lambda: bucket.write("a", b""),
    ):
        with pytest.raises(BucketAccessError, match="no bucket 'no-such-bucket-here'"):
            call()


def test_a_store_that_is_not_there_is_an_error_within_the_deadline(monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{free_port()}")
    bucket = GCSBucket("gs://some-bucket", QUICK)
    started = time.monotonic()
    with pytest.raises(BucketAccessError, match="could not be reached"):
        bucket.read("a")
    assert time.monotonic() - started < QUICK.retry.deadline_s + 3


@pytest.mark.parametrize("url", ["gs://", "gs:///x", "gs://Upper-Case", "gs://a", "gs://a_b/../c"])
def test_a_url_without_a_bucket_is_a_usage_error(url):
    with pytest.raises((UsageError, UnsafeNameError)):
        open_bucket(url)


def test_nothing_beyond_loopback_is_needed(gcs_server, tmp_path):
    """In a network namespace with only loopback, a server and a client start and work."""
    script = tmp_path / "alone.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, sys
            from pathlib import Path
            from tests.support.gcs_server import running_server
            from jobs.buckets.registry import open_bucket

            with running_server(Path(sys.argv[1])) as server:
                os.environ["STORAGE_EMULATOR_HOST"] = server.host
                bucket = open_bucket("gs://" + server.make_bucket())
                bucket.write("a.txt", b"content")
                print(bucket.read("a.txt").data.decode(), len(list(bucket.list())))
            """
        )
    )
    inside = f"ip link set lo up && exec {sys.executable} {script} {tmp_path}"
    try:
        result = subprocess.run(
            ["unshare", "-n", "sh", "-c", inside],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=Path(__file__).parents[3],
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "PYTHONPATH": ".",
                "NO_GCE_CHECK": "true",
            },
        )
    except FileNotFoundError:
        skip_or_fail("no unshare command")
        return
    if "Operation not permitted" in result.stderr or "ip: not found" in result.stderr:
        skip_or_fail(f"network namespaces cannot be made here: {result.stderr}")
    assert result.stdout == "content 1\n", result.stderr
