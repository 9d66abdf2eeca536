"""Downloads past Google's client: its rights, its proxies, and what is left to it."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import gzip
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import google_crc32c
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.gcs.store import GCSBucket
from jobs.buckets.retrying import RetrySettings
from jobs.errors import BucketAccessError
from jobs.job_file.image_settings import ImageSettings
from jobs.testing.clouds.relay import Answer, FaultyStore, Request, refusal, relay_to
from tests.support.gcs_server import GcsServer

PassOn = Callable[[], Answer]
CONTENT = bytes(range(256)) * 400
QUICK = CloudSettings(retry=RetrySettings(deadline_s=3.0, first_pause_s=0.02, longest_pause_s=0.1))


@pytest.fixture
def store(gcs_server: GcsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyStore]:
    with relay_to(gcs_server.host) as relay:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", relay.host)
        yield relay


@pytest.fixture
def name(gcs_server: GcsServer) -> str:
    bucket_name = gcs_server.make_bucket()
    gcs_server.put(bucket_name, "a.bin", CONTENT)
    return bucket_name


def by_client(request: Request) -> bool:
    """Tell whether a request was made by Google's client."""
    return request.headers["user-agent"] != "image-drift"


def changed(answer: Answer, body: bytes, **headers: str) -> Answer:
    """Return an answer with another body, its checksum right, and further headers."""
    checksum = base64.b64encode(google_crc32c.value(body).to_bytes(4, "big")).decode()
    kept = {k: v for k, v in answer.headers.items() if not k.lower().startswith("x-goog-hash")}
    more = {"X-Goog-Hash": f"md5=x,crc32c={checksum}"} | headers
    return dataclasses.replace(answer, body=body, headers=kept | more)


def test_a_plain_download_makes_no_use_of_the_client(store: FaultyStore, name: str) -> None:
    assert GCSBucket(f"gs://{name}", QUICK).read("a.bin").data == CONTENT
    assert [by_client(request) for request in store.seen] == [False]


def test_a_local_copy_makes_no_use_of_the_client(
    store: FaultyStore, name: str, tmp_path: Path
) -> None:
    copy = GCSBucket(f"gs://{name}", QUICK).local_copy("a.bin", tmp_path)
    assert copy.read_bytes() == CONTENT
    assert [by_client(request) for request in store.seen] == [False]


def test_a_hundred_reads_of_eight_threads_take_eight_connections(
    store: FaultyStore, name: str
) -> None:
    bucket = GCSBucket(f"gs://{name}", QUICK)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: bucket.read("a.bin").data == CONTENT, range(100)))
    assert all(found)
    assert 1 <= len({request.port for request in store.seen if not by_client(request)}) <= 8


def test_content_that_is_stored_packed_is_unpacked_and_its_checksum_checked(
    store: FaultyStore, name: str
) -> None:
    packed = gzip.compress(CONTENT)
    store.fault = lambda _, pass_on: changed(pass_on(), packed, **{"Content-Encoding": "gzip"})
    assert GCSBucket(f"gs://{name}", QUICK).read("a.bin").data == CONTENT
    assert by_client(store.seen[-1])


def test_an_answer_in_chunks_is_read_and_its_checksum_checked(
    store: FaultyStore, name: str
) -> None:
    def in_chunks(answer: Answer, parts: tuple[bytes, ...]) -> Answer:
        body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (*parts, b""))
        # Both headers at once are wrong; this is the only way to have chunks from this relay.
        headers = {"Transfer-Encoding": "chunked", "Content-Length": str(len(body))}
        return dataclasses.replace(answer, body=body, headers=answer.headers | headers)

    store.fault = lambda _, pass_on: in_chunks(pass_on(), (CONTENT[:5], CONTENT[5:]))
    assert GCSBucket(f"gs://{name}", QUICK).read("a.bin").data == CONTENT
    store.fault = lambda _, pass_on: in_chunks(pass_on(), (CONTENT[:5], CONTENT[6:]))
    with pytest.raises(BucketAccessError, match="damaged"):
        GCSBucket(f"gs://{name}", QUICK).read("a.bin")


def test_an_answer_that_nobody_read_to_its_end_does_not_become_the_next_one(
    store: FaultyStore, name: str
) -> None:
    def long_refusal(request: Request, pass_on: PassOn) -> Answer:
        if request.number == 0:
            return dataclasses.replace(refusal(503, "busy"), body=CONTENT * 10)
        return pass_on()

    store.fault = long_refusal
    bucket = GCSBucket(f"gs://{name}", QUICK)
    assert [bucket.read("a.bin").data == CONTENT for _ in range(3)] == [True] * 3


def test_a_redirection_is_followed(store: FaultyStore, name: str) -> None:
    def fault(request: Request, pass_on: PassOn) -> Answer:
        if "moved" in request.path:
            return pass_on()
        return Answer(status=307, headers={"Location": f"{store.host}{request.path}&moved=1"})

    store.fault = fault
    assert GCSBucket(f"gs://{name}", QUICK).read("a.bin").data == CONTENT


@pytest.mark.parametrize(
    "hashes",
    [
        "crc32c=AAAAAA==",
        "crc32c=not base64!",
        "crc32c=",
        "md5=CS9tHYTtyFntzj7B9nkkJQ==",
        "sha=crc32c=AAAAAA==",
    ],
)
def test_a_checksum_that_is_wrong_or_cannot_be_read_is_no_checksum(
    store: FaultyStore, name: str, hashes: str
) -> None:
    def fault(_: Request, pass_on: PassOn) -> Answer:
        answer = pass_on()
        kept = {k: v for k, v in answer.headers.items() if k.lower() != "x-goog-hash"}
        return dataclasses.replace(answer, headers=kept | {"X-Goog-Hash": hashes})

    store.fault = fault
    with pytest.raises(BucketAccessError, match="damaged or without its checksum"):
        GCSBucket(f"gs://{name}", QUICK).read("a.bin")


def test_content_without_a_generation_is_refused(store: FaultyStore, name: str) -> None:
    def fault(_: Request, pass_on: PassOn) -> Answer:
        answer = pass_on()
        kept = {k: v for k, v in answer.headers.items() if k.lower() != "x-goog-generation"}
        return dataclasses.replace(answer, headers=kept)

    store.fault = fault
    with pytest.raises(BucketAccessError, match="damaged or without its checksum"):
        GCSBucket(f"gs://{name}", QUICK).read("a.bin")


def test_what_the_store_says_of_an_error_is_told(store: FaultyStore, name: str) -> None:
    store.fault = lambda _, pass_on: refusal(412, "a rule of the bucket")
    with pytest.raises(BucketAccessError, match=r"\(412: a rule of the bucket\)"):
        GCSBucket(f"gs://{name}", QUICK).read("a.bin")


# --- credentials ---


class Tokens(BaseHTTPRequestHandler):
    """A token server: every token is a new one."""

    given: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.given.append(f"token-{len(self.given) + 1}")
        body = json.dumps({"access_token": self.given[-1], "expires_in": 3600}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def given_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Let the credentials be those of a service account whose tokens come from a server."""
    given: list[str] = []
    handler = type("Tokens", (Tokens,), {"given": given})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    content = {
        "type": "service_account",
        "project_id": "my-project",
        "private_key_id": "1",
        "private_key": key.decode(),
        "client_email": "drift@my-project.iam.gserviceaccount.com",
        "token_uri": f"http://127.0.0.1:{server.server_address[1]}/token",
    }
    path = tmp_path / "credentials.json"
    path.write_text(json.dumps(content))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "payer")
    yield given
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def guarded_bucket(
    store: FaultyStore, name: str, given_tokens: list[str], monkeypatch: pytest.MonkeyPatch
) -> GCSBucket:
    """A bucket whose store is no emulator, so that credentials count."""
    monkeypatch.delenv("STORAGE_EMULATOR_HOST")
    monkeypatch.setenv("API_ENDPOINT_OVERRIDE", store.host)
    return GCSBucket(f"gs://{name}", QUICK)


def test_a_download_carries_the_credentials_and_the_project_that_pays(
    guarded_bucket: GCSBucket, store: FaultyStore, given_tokens: list[str]
) -> None:
    for _ in range(3):
        assert guarded_bucket.read("a.bin").data == CONTENT
    assert given_tokens == ["token-1"]
    assert {request.headers["authorization"] for request in store.seen} == {"Bearer token-1"}
    assert {request.headers["x-goog-user-project"] for request in store.seen} == {"payer"}
    assert not any(by_client(request) for request in store.seen)


def test_a_token_that_is_no_longer_accepted_is_replaced(
    guarded_bucket: GCSBucket, store: FaultyStore, given_tokens: list[str]
) -> None:
    def fault(request: Request, pass_on: PassOn) -> Answer:
        old = request.headers["authorization"] == "Bearer token-1"
        return refusal(401, "Invalid Credentials") if old else pass_on()

    store.fault = fault
    for _ in range(2):
        assert guarded_bucket.read("a.bin").data == CONTENT
    assert given_tokens == ["token-1", "token-2"]
    assert not by_client(store.seen[-1])


# --- proxies ---


@pytest.fixture
def proxy(store: FaultyStore, monkeypatch: pytest.MonkeyPatch) -> FaultyStore:
    """Let the store's name be known to a proxy only."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://store.invalid")
    for variable in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(variable, store.host)
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    return store


def test_a_download_goes_through_the_proxy_of_the_environment(
    proxy: FaultyStore, name: str
) -> None:
    seen_paths: list[str] = []

    def note(request: Request, pass_on: PassOn) -> Answer:
        seen_paths.append(request.path)
        return refusal(403, "said by the proxy")

    proxy.fault = note
    with pytest.raises(BucketAccessError, match="said by the proxy"):
        GCSBucket(f"gs://{name}", QUICK).read("a.bin")
    assert seen_paths
    assert seen_paths[0].startswith("http://store.invalid/download/storage/v1/b/")


def test_a_store_that_needs_no_proxy_is_asked_directly(
    store: FaultyStore, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(variable, "http://proxy.invalid:1")
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(variable, "127.0.0.1")
    assert GCSBucket(f"gs://{name}", QUICK).read("a.bin").data == CONTENT
    assert not by_client(store.seen[0])


@pytest.mark.parametrize("url", ["not a url", "http://", "ftp://store"])
def test_a_wrong_address_of_the_store_is_an_error_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)
    with pytest.raises(BucketAccessError, match="STORAGE_EMULATOR_HOST"):
        GCSBucket("gs://some-bucket", QUICK).read("a.bin")


def test_there_is_a_connection_for_every_thread_that_may_fetch() -> None:
    largest = ImageSettings(path="{id}", fetch_workers=256)
    with pytest.raises(ValueError, match="less than or equal to 256"):
        ImageSettings(path="{id}", fetch_workers=257)
    assert CloudSettings().connections >= largest.fetch_workers


# --- TLS ---


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and key for 127.0.0.1 that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "store")])
    now = dt.datetime.now(dt.UTC)
    own_address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([own_address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "store.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def tls_store(certificate: Path, gcs_server: GcsServer) -> Iterator[FaultyStore]:
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(certificate)
    with relay_to(gcs_server.host, trust) as relay:
        yield relay


def test_content_comes_over_tls_from_a_store_that_is_trusted(
    tls_store: FaultyStore, name: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", tls_store.host)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    bucket = GCSBucket(f"gs://{name}", QUICK)
    assert [bucket.read("a.bin").data == CONTENT for _ in range(3)] == [True] * 3
    assert [by_client(request) for request in tls_store.seen] == [False] * 3
    assert len({request.port for request in tls_store.seen}) == 1


def test_a_store_that_is_not_trusted_is_sent_no_request(
    tls_store: FaultyStore, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", tls_store.host)
    with pytest.raises(BucketAccessError, match="CERTIFICATE_VERIFY_FAILED"):
        GCSBucket(f"gs://{name}", QUICK).read("a.bin")
    assert tls_store.seen == []
