"""Signed links to objects in Google Cloud Storage, checked with the public key."""

import base64
import hashlib
import json
import threading
import urllib.parse
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import google.auth.transport.requests
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.auth import credentials as google_credentials
from google.auth.compute_engine import _metadata

from jobs.buckets.gcs.store import GCSBucket
from jobs.buckets.registry import open_bucket
from jobs.errors import BucketAccessError

ACCOUNT = "drift-run@my-project.iam.gserviceaccount.com"
NAME = "data drift/dogs/runs/2025 ü/report.html"


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class GoogleServices:
    """A metadata server and the IAM Credentials API, as a Cloud Run job sees them."""

    def __init__(self, key, *, may_sign=True):
        self.key, self.may_sign, self.scopes = key, may_sign, []

    def answer(self, path, body):
        url = urllib.parse.urlsplit(path)
        if url.path.endswith("/token"):
            self.scopes += urllib.parse.parse_qs(url.query).get("scopes", [])
            return 200, {"access_token": "a-token", "expires_in": 3600, "token_type": "Bearer"}
        if url.path.endswith(":signBlob"):
            if not self.may_sign:
                return 403, {"error": {"message": "Permission iam.serviceAccounts.signBlob denied"}}
            payload = base64.b64decode(json.loads(body)["payload"])
            signed = self.key.sign(payload, padding.PKCS1v15(), hashes.SHA256())
            return 200, {"signedBlob": base64.b64encode(signed).decode()}
        if "service-accounts/default" in url.path:
            return 200, {"email": ACCOUNT, "scopes": [], "aliases": ["default"]}
        return 200, {}


@pytest.fixture
def cloud_run(key, monkeypatch):
    """Let the credentials be those of a Cloud Run job: a token from the metadata server, no key."""
    services = GoogleServices(key)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length", 0))
            status, content = services.answer(self.path, self.rfile.read(length))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Metadata-Flavor", "Google")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        do_POST = do_GET

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    here = f"127.0.0.1:{server.server_address[1]}"

    class Redirected(google.auth.transport.requests.Request):
        """Google's own transport; only the address of the IAM API, which is fixed, is another."""

        def __call__(self, url, *args, **kwargs):
            url = url.replace("https://iamcredentials.googleapis.com", f"http://{here}")
            return super().__call__(url, *args, **kwargs)

    monkeypatch.setattr(google.auth.transport.requests, "Request", Redirected)
    # Set by GCE_METADATA_HOST and NO_GCE_CHECK, which are read only once in a process.
    monkeypatch.setattr(_metadata, "_GCE_METADATA_HOST", here)
    monkeypatch.setattr(_metadata, "_NO_GCE_CHECK", False)
    monkeypatch.setenv("GCE_METADATA_IP", here)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "my-project")
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    yield services
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def key_file(key, tmp_path, monkeypatch):
    """Let the credentials be those of a service account with a key."""
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    content = {
        "type": "service_account",
        "project_id": "my-project",
        "private_key_id": "1",
        "private_key": private.decode(),
        "client_email": ACCOUNT,
        "token_uri": "http://127.0.0.1:9/token",
    }
    path = tmp_path / "key.json"
    path.write_text(json.dumps(content))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)


def check_signature(link, key, *, name, seconds):
    """Check a V4 signature by Google's published recipe, without Google's library."""
    url = urllib.parse.urlsplit(link)
    query = dict(urllib.parse.parse_qsl(url.query))
    signature = bytes.fromhex(query.pop("X-Goog-Signature"))
    assert f"{url.scheme}://{url.netloc}" == "https://storage.googleapis.com"
    assert urllib.parse.unquote(url.path) == f"/my-bucket/{name}"
    assert query["X-Goog-Expires"] == str(seconds)
    assert query["X-Goog-Credential"].startswith(f"{ACCOUNT}/")
    signed_at = datetime.strptime(query["X-Goog-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - signed_at) < timedelta(minutes=5)
    canonical_query = "&".join(
        f"{urllib.parse.quote(one, safe='')}={urllib.parse.quote(query[one], safe='')}"
        for one in sorted(query)
    )
    canonical = "\n".join(
        ["GET", url.path, canonical_query, f"host:{url.netloc}\n", "host", "UNSIGNED-PAYLOAD"]
    )
    scope = query["X-Goog-Credential"].partition("/")[2]
    to_sign = "\n".join(
        [
            "GOOG4-RSA-SHA256",
            query["X-Goog-Date"],
            scope,
            hashlib.sha256(canonical.encode()).hexdigest(),
        ]
    )
    public = key.public_key()
    public.verify(signature, to_sign.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_credentials_with_a_key_sign_by_themselves(key, key_file):
    link = open_bucket("gs://my-bucket/team").signed_url(NAME, timedelta(days=7))
    check_signature(link, key, name=f"team/{NAME}", seconds=604_800)


def test_without_a_key_google_signs_for_the_account_of_the_job(key, cloud_run):
    link = open_bucket("gs://my-bucket").signed_url(NAME, timedelta(hours=1))
    check_signature(link, key, name=NAME, seconds=3600)
    # A token for storage alone would be refused.
    assert any("cloud-platform" in scope for scope in cloud_run.scopes)


def test_a_refusal_says_which_role_is_missing(cloud_run):
    cloud_run.may_sign = False
    with pytest.raises(BucketAccessError, match="serviceAccountTokenCreator") as caught:
        open_bucket("gs://my-bucket").signed_url(NAME, timedelta(hours=1))
    assert "signBlob denied" in caught.value.problem


def test_without_credentials_there_is_a_clear_error(gcs_server):
    with pytest.raises(BucketAccessError, match="no link could be signed"):
        open_bucket("gs://my-bucket").signed_url(NAME, timedelta(hours=1))


def test_a_persons_credentials_cannot_sign(monkeypatch):
    class Person(google_credentials.Credentials):
        def refresh(self, request):
            self.token = "a-token"

    monkeypatch.setattr(google.auth, "default", lambda **_: (Person(), None))
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")
    with pytest.raises(BucketAccessError, match="a person's credentials cannot sign"):
        GCSBucket("gs://my-bucket").signed_url(NAME, timedelta(hours=1))


def test_a_folder_signs_nothing(tmp_path):
    assert open_bucket(str(tmp_path)).signed_url("a.html", timedelta(hours=1)) is None
