"""The links to reports that work in a browser, for stores whose own pages can be linked to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import quote

from drift.setup.job_file_lines import comment
from jobs.toml_text import as_text


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


def link_lines(template: str | None, url: str) -> Iterator[str]:
    """Yield how links to reports are made, for stores whose pages have no relative links."""
    if template is not None:
        yield from comment(
            "Links to reports, for people who are signed in to the store in their browser."
        )
        yield f"link_template = {as_text(template)}"
    elif "://" in url and not url.startswith("file:"):
        yield from comment(
            "How people reach the store in a browser, so that links to reports work."
        )
        yield '# link_template = "https://.../{path}"'
