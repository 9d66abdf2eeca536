"""Signatures of downloads, compared with those that botocore makes."""

from __future__ import annotations

import calendar
import time
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("botocore", reason="the extra s3 is not installed")

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from jobs.buckets.s3.signatures import Signatures

HOST = "store.example:9000"
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)
SECRETS = st.text("abcdefghijABCDEFGHIJ0123456789+/=", min_size=1, max_size=40)


@given(
    name=NAMES,
    query=st.sampled_from(["", "response-content-disposition=drift-answer-0123456789abcdef"]),
    access=SECRETS,
    secret=SECRETS,
    token=st.none() | SECRETS,
    region=st.sampled_from(["us-east-1", "eu-central-1"]),
)
def test_a_signature_is_the_one_that_botocore_makes(
    name: str, query: str, access: str, secret: str, token: str | None, region: str
) -> None:
    path = "/bucket/" + urllib.parse.quote(name, safe="/~")
    url = f"http://{HOST}{path}" + (f"?{query}" if query else "")
    theirs = AWSRequest(method="GET", url=url)
    S3SigV4Auth(ReadOnlyCredentials(access, secret, token), "s3", region).add_auth(theirs)
    moment = time.strptime(theirs.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    signatures = Signatures(HOST, region)
    ours = signatures.headers(path, query, (access, secret, token), calendar.timegm(moment))
    assert ours == {name.lower(): value for name, value in theirs.headers.items()}


def test_keys_that_were_replaced_and_a_new_day_are_noticed() -> None:
    signatures = Signatures(HOST, "us-east-1")
    asked = [
        (("a", "first", None), 0.0),
        (("a", "second", None), 0.0),
        (("a", "second", None), 86_400.0),
        (("a", "first", None), 0.0),
    ]
    found = [signatures.headers("/b/x", "", keys, now_s)["authorization"] for keys, now_s in asked]
    assert found[0] == found[3]
    assert len(set(found)) == 3
