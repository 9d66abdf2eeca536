"""Which kind of bucket serves which URL; a kind is imported when first needed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import cast

from jobs.buckets.bucket import Bucket
from jobs.endpoints import without_secrets
from jobs.errors import UsageError

BUCKET_KINDS = {
    "file": "jobs.buckets.folder.bucket",
    "gs": "jobs.buckets.gcs.store",
    "s3": "jobs.buckets.s3.store",
}
# Clients that are not installed with everything else, and the extra that brings each.
_EXTRAS = {"botocore": "s3"}


def open_bucket(url: str) -> Bucket:
    """Return the bucket that `url` names: a path, or `gs://`, `s3://` or `file:///`.

    Each kind's module has a function ``open_url(url) -> Bucket``.

    Raises
    ------
    UsageError
        If no kind of bucket serves the URL's scheme, or its client is not installed.
    """
    shown = without_secrets(url)
    scheme = url.partition("://")[0] if "://" in url else "file"
    if scheme not in BUCKET_KINDS:
        known = ", ".join(f"{kind}://" for kind in sorted(BUCKET_KINDS))
        raise UsageError(
            f"bucket.url is {shown!r}: nothing here reads {scheme}://. Expected {known} or a "
            "folder."
        )
    open_url = cast("Callable[[str], Bucket]", _module(scheme, url).open_url)
    return open_url(url)


def _module(scheme: str, url: str) -> ModuleType:
    shown = without_secrets(url)
    try:
        return importlib.import_module(BUCKET_KINDS[scheme])
    except ModuleNotFoundError as error:
        client = (error.name or "").partition(".")[0]
        if client not in _EXTRAS:
            raise
        raise UsageError(
            f"bucket.url is {shown!r}: {scheme}:// needs {client}, which is not installed. Install "
            f"it with: pip install 'image-drift[{_EXTRAS[client]}]'"
        ) from None
