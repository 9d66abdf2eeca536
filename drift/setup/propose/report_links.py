"""The links to reports that work in a browser, for stores whose own pages can be linked to."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote


def link_template_of(url: str, environment: Mapping[str, str]) -> str | None:
    """Return `reports.link_template` for a bucket; None where relative links do, or none is known.

    Parameters
    ----------
    url
        `bucket.url`.
    environment
        The environment variables: with ``AWS_ENDPOINT_URL`` an ``s3://`` bucket is not Amazon's.
    """
    scheme, _, rest = url.partition("://")
    bucket, _, folder = quote(rest.strip("/"), safe="/").partition("/")
    below = f"{folder}/" * bool(folder)
    if scheme == "gs":
        return f"https://storage.cloud.google.com/{bucket}/{below}{{path}}"
    own = any(environment.get(key) for key in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"))
    if scheme == "s3" and not own:
        return f"https://console.aws.amazon.com/s3/object/{bucket}?prefix={below}{{path}}"
    return None
