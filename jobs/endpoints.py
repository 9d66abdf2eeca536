"""Addresses of servers, and how they are shown without the secrets in them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LOGIN = re.compile(r"(?<=://)[^\s\"]*@")
# An object's name may hold an @ or a ?; only other addresses have logins and queries.
_FOREIGN_LOGIN = re.compile(r"(?i)(?<!\bgs)(?<!\bs3)(?<!\bfile)(://)[^\s\"'<>/?#]*@")
# Of what urllib3 says only the path is an address: "Max retries exceeded with url: /v1?key=...".
_QUERY = re.compile(r"((?:://|\burl: /)[^\s\"?]*)\?([^\s\"]+)")
_TEMPLATE = re.compile(r"[\w.-]*=?\{\w+\}")
_SECRET_PARAMETER = re.compile(
    r"(?i)([?&][\w.%-]*(?:signature|credential|token|secret|passw|key|auth|\bsig|\bcode)[\w.%-]*=)"
    r"[^\s&\"'<>{}]+"
)


def without_secrets(text: str) -> str:
    """Return a text without the logins and the queries of the URLs in it.

    Parameters of a query that are templates, such as ``run={run_id}``, stay.
    """
    return _QUERY.sub(_without_query, _LOGIN.sub("***@", text))


def without_known_secrets(text: str) -> str:
    """Return a text without logins in URLs, and without what a query calls a key or a signature.

    This is for texts that show addresses on purpose: names of objects in ``gs://``, ``s3://`` and
    ``file://`` stay, and so do the other parts of a link.
    """
    if "://" not in text and "?" not in text:
        return text
    return _SECRET_PARAMETER.sub(r"\1***", _FOREIGN_LOGIN.sub(r"\1***@", text))


def _without_query(match: re.Match[str]) -> str:
    kept = [part for part in match[2].split("&") if _TEMPLATE.fullmatch(part)]
    hidden = len(kept) < match[2].count("&") + 1
    return f"{match[1]}?{'&'.join([*kept, '***'] if hidden else kept)}"


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
