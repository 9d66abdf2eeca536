"""Failures of Google Cloud Storage: which are worth another attempt, and their messages."""

from __future__ import annotations

import json
from dataclasses import dataclass

import requests
import urllib3.exceptions
from google.api_core import exceptions as api_errors
from google.auth import exceptions as auth_errors
from google.cloud.storage.exceptions import DataCorruption

from jobs.buckets.gcs.client import ElsewhereError
from jobs.buckets.object_store import DAMAGED, DamagedContentError, UncheckedContentError
from jobs.buckets.wrong_answers import NO_STORE, WRONG_ANSWER, PageError, WrongAnswerError
from jobs.causes import advised, quoted, told

_PASSING_CODES = {408, 429, 500, 502, 503, 504}
_LOG_IN = (
    "Run `gcloud auth application-default login`, or run the job where a service account is "
    "attached."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The store's answer to a request that failed."""

    text: str


CONNECTION_FAILURES: tuple[type[Exception], ...] = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    urllib3.exceptions.HTTPError,
    ConnectionError,
    TimeoutError,
)
DAMAGE: tuple[type[Exception], ...] = (
    DataCorruption,
    DamagedContentError,
    UncheckedContentError,
)
FAILURES: tuple[type[Exception], ...] = (
    api_errors.GoogleAPICallError,
    auth_errors.GoogleAuthError,
    requests.RequestException,
    *CONNECTION_FAILURES,
    *DAMAGE,
    WrongAnswerError,
)


def is_passing(failure: Exception, attempts: int, damaged_attempts: int) -> bool:
    """Return whether another attempt may succeed.

    Parameters
    ----------
    failure
        One of `FAILURES`.
    attempts
        How many attempts have failed like this one.
    damaged_attempts
        The most attempts for content with a wrong checksum.
    """
    if isinstance(failure, DAMAGE):
        return attempts < damaged_attempts
    if isinstance(failure, api_errors.GoogleAPICallError):
        return failure.code in _PASSING_CODES
    if isinstance(failure, auth_errors.TransportError):
        # The server that gives out credentials could not be reached.
        return True
    if isinstance(failure, auth_errors.GoogleAuthError):
        return bool(failure.retryable)
    # An answer that is not JSON comes from a proxy.
    passing = (*CONNECTION_FAILURES, WrongAnswerError, requests.exceptions.InvalidJSONError)
    return isinstance(failure, passing)


def explain(failure: Exception, bucket_name: str) -> str:
    """Return what failed and what to do, for the message about one object."""
    if isinstance(failure, api_errors.GoogleAPICallError):
        return _explain_answer(failure, bucket_name)
    if isinstance(failure, auth_errors.TransportError):
        return (
            f"the credentials could not be fetched ({told(failure)}). "
            f"{advised(failure, 'Check the network.')}"
        )
    if isinstance(failure, auth_errors.GoogleAuthError):
        return f"there are no valid Google credentials ({told(failure)}). {_LOG_IN}"
    if isinstance(failure, DAMAGE):
        return DAMAGED
    if isinstance(failure, WrongAnswerError):
        return f"{WRONG_ANSWER} ({failure})."
    return _explain_connection(failure)


def _explain_connection(failure: Exception) -> str:
    if isinstance(failure, ElsewhereError):
        return (
            f"{failure}, which was not followed: credentials are for the store alone. Check "
            "STORAGE_EMULATOR_HOST if it is set, and the proxies between here and the store."
        )
    if isinstance(failure, PageError | requests.exceptions.InvalidJSONError):
        return f"{NO_STORE.format(said=told(failure))}; and STORAGE_EMULATOR_HOST if it is set."
    return (
        f"the store could not be reached, or did not answer in full, before the deadline "
        f"({told(failure)}). {advised(failure, 'Check the network and any proxy.')} If it is set, "
        "check STORAGE_EMULATOR_HOST too; then run the job again."
    )


def _explain_answer(answer: api_errors.GoogleAPICallError, bucket_name: str) -> str:
    said = f"{answer.code}: {quoted(said_by(answer))}"
    if answer.code == 401:
        return f"the store does not accept the credentials ({said}). {_LOG_IN}"
    if answer.code == 403:
        return (
            f"the store refused ({said}). Grant the job's account roles/storage.objectUser on "
            f"gs://{bucket_name} (to read only: roles/storage.objectViewer)."
        )
    if answer.code == 404:
        return f"there is no bucket {bucket_name!r} ({said}). Check the name in the URL."
    if answer.code in _PASSING_CODES:
        return f"the store kept failing until the deadline ({said}). Run the job again later."
    return f"the store answered with an error ({said}). Check the bucket's settings."


def said_by(answer: api_errors.GoogleAPICallError) -> str:
    """Return the store's own message, from JSON or plain text."""
    text = getattr(answer.response, "text", "") or ""
    try:
        text = str(json.loads(text)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        text = text or type(answer).__name__
    return text
