"""Failures of S3: which are worth another attempt, and their messages."""

from __future__ import annotations

import html
import re
from typing import Any

import urllib3.exceptions
from botocore import exceptions as aws_errors
from botocore.parsers import ResponseParserError

from jobs.buckets.object_store import DAMAGED, DamagedContentError, UncheckedContentError
from jobs.buckets.wrong_answers import NO_STORE, WRONG_ANSWER, PageError, WrongAnswerError
from jobs.causes import advised, quoted, told

PASSING_STATUS = {408, 429, 500, 502, 503, 504}
_PASSING_CODES = {
    "ConditionalRequestConflict",
    "OperationAborted",
    "RequestTimeout",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
}
_PERMISSIONS = {
    "GetObject": "s3:GetObject",
    "HeadObject": "s3:GetObject",
    "ListObjectsV2": "s3:ListBucket",
    "PutObject": "s3:PutObject",
    "DeleteObject": "s3:DeleteObject",
}
_LOG_IN = (
    "Run `aws sso login` or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
    "run the job where a role is attached."
)
_CREDENTIALS = ("the store does not accept the credentials", _LOG_IN)
_REGION = (
    "the bucket is in another region",
    "Set AWS_DEFAULT_REGION to the bucket's region.",
)
_ADVICE = {
    "401": _CREDENTIALS,
    "ExpiredToken": _CREDENTIALS,
    "InvalidAccessKeyId": _CREDENTIALS,
    "InvalidToken": _CREDENTIALS,
    "SignatureDoesNotMatch": _CREDENTIALS,
    "TokenRefreshRequired": _CREDENTIALS,
    "301": _REGION,
    "AuthorizationHeaderMalformed": _REGION,
    "IllegalLocationConstraintException": _REGION,
    "PermanentRedirect": _REGION,
    "RequestTimeTooSkewed": ("the store refused", "Set this machine's clock."),
    "InvalidObjectState": ("the object is in an archive", "Restore it, or leave it out."),
    "NotImplemented": (
        "the store cannot do what is needed",
        "Expected one that knows If-Match and If-None-Match on PutObject.",
    ),
}

DAMAGE: tuple[type[Exception], ...] = (
    DamagedContentError,
    UncheckedContentError,
    aws_errors.FlexibleChecksumError,
)
CONNECTION_FAILURES: tuple[type[Exception], ...] = (
    aws_errors.HTTPClientError,
    aws_errors.ConnectionError,
    aws_errors.IncompleteReadError,
    urllib3.exceptions.HTTPError,
    ResponseParserError,
    ConnectionError,
    TimeoutError,
)
_CREDENTIAL_FAILURES: tuple[type[Exception], ...] = (
    aws_errors.NoCredentialsError,
    aws_errors.PartialCredentialsError,
    aws_errors.CredentialRetrievalError,
    aws_errors.InvalidConfigError,
    aws_errors.ProfileNotFound,
    aws_errors.SSOError,
    aws_errors.TokenRetrievalError,
)
FAILURES: tuple[type[Exception], ...] = (
    aws_errors.ClientError,
    aws_errors.BotoCoreError,
    *CONNECTION_FAILURES,
    *DAMAGE,
    WrongAnswerError,
)


def code_of(answer: aws_errors.ClientError) -> str:
    """Return the store's code for an error, or its HTTP status if it has no body."""
    return str(answer.response.get("Error", {}).get("Code", ""))


def status_of(answer: aws_errors.ClientError) -> int:
    """Return the HTTP status of an error."""
    return int(answer.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def refusal_of(status: int, said: str) -> aws_errors.ClientError:
    """Return the error that botocore would raise for an answer to ``GetObject``.

    Parameters
    ----------
    said
        The answer's body: XML from S3, or any text from a proxy.
    """
    code, message = (_element(name, said) for name in ("Code", "Message"))
    error = {"Code": code or str(status), "Message": message}
    # botocore's type for errors has more fields than its parsers set.
    parsed: Any = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}
    return aws_errors.ClientError(parsed, "GetObject")


def _element(name: str, text: str) -> str:
    found = re.search(f"<{name}>([^<]*)</{name}>", text)
    return html.unescape(found[1]) if found else ""


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
    # A service that gives out credentials can fail for a moment, or not exist at all.
    if isinstance(failure, (*DAMAGE, aws_errors.CredentialRetrievalError)):
        return attempts < damaged_attempts
    if isinstance(failure, aws_errors.ClientError):
        return status_of(failure) in PASSING_STATUS or code_of(failure) in _PASSING_CODES
    return isinstance(failure, (*CONNECTION_FAILURES, WrongAnswerError))


def explain(failure: Exception, bucket_name: str) -> str:
    """Return what failed and what to do, for the message about one object."""
    if isinstance(failure, aws_errors.ClientError):
        return _explain_answer(failure, bucket_name)
    if isinstance(failure, DAMAGE):
        return DAMAGED
    if isinstance(failure, WrongAnswerError):
        return f"{WRONG_ANSWER} ({failure})."
    if isinstance(failure, CONNECTION_FAILURES):
        return _explain_connection(failure)
    if isinstance(failure, _CREDENTIAL_FAILURES):
        return f"there are no valid AWS credentials ({told(failure)}). {_LOG_IN}"
    return (
        f"the client cannot work with its settings ({told(failure)}). Check the variables whose "
        "names begin with AWS_, and ~/.aws/config."
    )


def _explain_connection(failure: Exception) -> str:
    if isinstance(failure, PageError | ResponseParserError):
        return f"{NO_STORE.format(said=told(failure))}; and AWS_ENDPOINT_URL if it is set."
    return (
        f"the store could not be reached, or did not answer in full, before the deadline "
        f"({told(failure)}). {advised(failure, 'Check the network and any proxy.')} If it is "
        "set, check AWS_ENDPOINT_URL too; then run the job again."
    )


def _explain_answer(answer: aws_errors.ClientError, bucket_name: str) -> str:
    status, code = status_of(answer), code_of(answer)
    said = f"{status}: {_said(answer)}"
    if code in _ADVICE:
        problem, advice = _ADVICE[code]
        return f"{problem} ({said}). {advice}"
    if status == 403:
        return _refusal(answer, said, bucket_name)
    if status == 404:
        return f"there is no bucket {bucket_name!r} ({said}). Check the name in the URL."
    if status in PASSING_STATUS or code in _PASSING_CODES:
        return f"the store kept failing until the deadline ({said}). Run the job again later."
    return f"the store answered with an error ({said}). Check the bucket's settings."


def _refusal(answer: aws_errors.ClientError, said: str, bucket_name: str) -> str:
    permission = _PERMISSIONS.get(answer.operation_name, "s3:GetObject")
    below = "" if permission == "s3:ListBucket" else "/*"
    missing = (
        " Without s3:ListBucket on the bucket the store refuses objects that are merely missing."
        if permission == "s3:GetObject"
        else ""
    )
    return (
        f"the store refused ({said}). Grant the job's role {permission} on "
        f"arn:aws:s3:::{bucket_name}{below}, and the use of the key where the objects are "
        f"encrypted with one of KMS.{missing}"
    )


def _said(answer: aws_errors.ClientError) -> str:
    error = answer.response.get("Error", {})
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    return quoted(f"{code}: {message}" if message and not code.isdecimal() else message or code)
