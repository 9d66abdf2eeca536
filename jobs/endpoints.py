"""Addresses that numbers are sent to, and how they are shown without the secrets in them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LOGIN = re.compile(r"(?<=://)[^\s\"]*@")
# A query with braces is a template and no secret.
_QUERY = re.compile(r"(://[^\s\"?]*)\?[^\s\"{}]+(?=[\s\"]|$)")


def without_secrets(text: str) -> str:
    """Return a text without the logins and the queries of the URLs in it."""
    return _QUERY.sub(r"\1?***", _LOGIN.sub("***@", text))


def check_http_endpoint(value: str) -> str:
    """Return a URL of a server, as it is.

    Raises
    ------
    ValueError
        If it is none; the message says what was expected.
    """
    try:
        parts = urlsplit(value)
        known = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known or re.search(r"\s", value):
        raise ValueError(
            "a URL such as http://localhost:9091; where a user name or a password holds one of "
            "/ ? # @, write it as %2F %3F %23 %40"
        )
    if parts.query or parts.fragment:
        raise ValueError("a URL without ? and #; keys are sent as headers, see docs/metrics.md")
    return value


def check_textfile(value: str) -> str:
    """Return the path of a textfile, as it is; ``{job}`` is the only placeholder.

    Raises
    ------
    ValueError
        If the node exporter would not read such a file.
    """
    if not value.endswith(".prom") or re.search(r"[{}]", value.replace("{job}", "")):
        raise ValueError(
            "the path of a file that ends in .prom, such as "
            "/var/lib/node_exporter/textfile/drift_{job}.prom"
        )
    return value
