"""Signed links to objects in Google Cloud Storage: with one, anyone can read until it expires.

Credentials with a private key sign by themselves. Those without one, as on Cloud Run, let Google
sign (signBlob of the IAM Credentials API), for which the service account needs
``roles/iam.serviceAccountTokenCreator`` on itself.
"""

from __future__ import annotations

from datetime import timedelta

import google.auth
import requests
from google.auth import exceptions as auth_errors
from google.auth.credentials import Signing
from google.auth.transport.requests import Request
from google.cloud import storage

from jobs.buckets.gcs.client import mount_timed
from jobs.causes import told
from jobs.errors import BucketAccessError

# A token for storage alone has no right to ask for a signature.
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def sign_link(blob: storage.Blob, url: str, lifetime: timedelta) -> str:
    """Return a V4-signed link by which the object can be read for `lifetime`, at most seven days.

    Parameters
    ----------
    url
        The object as users know it, for the message of an error.

    Raises
    ------
    BucketAccessError
        If there are no credentials, they cannot sign, or Google refuses to.
    """
    try:
        credentials, _ = google.auth.default(scopes=[_SCOPE])
        return _signed_by(credentials, blob, url, lifetime)
    except (auth_errors.GoogleAuthError, requests.RequestException) as failure:
        raise BucketAccessError(
            url,
            f"no link could be signed ({told(failure)}). The job's service account needs "
            "roles/iam.serviceAccountTokenCreator on itself, and the IAM Service Account "
            "Credentials API has to be enabled.",
        ) from failure


def _signed_by(
    credentials: google.auth.credentials.Credentials,
    blob: storage.Blob,
    url: str,
    lifetime: timedelta,
) -> str:
    if isinstance(credentials, Signing):
        return str(
            blob.generate_signed_url(version="v4", expiration=lifetime, credentials=credentials)
        )
    # Token and account are set by a refresh only.
    credentials.refresh(Request(mount_timed(requests.Session())))  # type: ignore[no-untyped-call]
    account = getattr(credentials, "service_account_email", None)
    if not account:
        raise BucketAccessError(
            url,
            "no link could be signed: a person's credentials cannot sign. Expected those of a "
            "service account.",
        )
    return str(
        blob.generate_signed_url(
            version="v4",
            expiration=lifetime,
            credentials=credentials,
            service_account_email=account,
            access_token=credentials.token,
        )
    )
