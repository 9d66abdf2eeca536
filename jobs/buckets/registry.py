"""Which kind of bucket serves which URL; a kind is imported when first needed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from jobs.buckets.bucket import Bucket
from jobs.errors import UsageError

BUCKET_KINDS = {
    "file": "jobs.buckets.folder",
    "gs": "jobs.buckets.gcs",
}


def open_bucket(url: str) -> Bucket:
    """Return the bucket that `url` names: ``gs://name/folder``, ``file:///path`` or a path.

    Each kind's module has a function ``open_url(url) -> Bucket``.

    Raises
    ------
    UsageError
        If no kind of bucket serves the URL's scheme.
    """
    scheme = url.partition("://")[0] if "://" in url else "file"
    if scheme not in BUCKET_KINDS:
        known = ", ".join(f"{kind}://" for kind in sorted(BUCKET_KINDS))
        raise UsageError(
            f"bucket.url is {url!r}: nothing here reads {scheme}://. Expected {known} or a folder."
        )
    module = importlib.import_module(BUCKET_KINDS[scheme])
    open_url = cast("Callable[[str], Bucket]", module.open_url)
    return open_url(url)
