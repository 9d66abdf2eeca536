"""A server that metrics are sent to: its address apart from the secrets for it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address that may be shown, and the headers that may not.

    Attributes
    ----------
    url
        The URL without its login.
    headers
        The login as a header, if the URL has one.
    """

    url: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)


def endpoint_of(url: str) -> Endpoint:
    """Return the endpoint of a URL such as ``https://user:password@metrics.example``."""
    parts = urlsplit(url)
    login, at_sign, place = parts.netloc.rpartition("@")
    bare = urlunsplit((parts.scheme, place, parts.path, "", ""))
    if not at_sign:
        return Endpoint(url=bare)
    token = base64.b64encode(unquote(login).encode()).decode("ascii")
    return Endpoint(url=bare, headers={"Authorization": f"Basic {token}"})


def headers_of(text: str) -> dict[str, str]:
    """Return headers that are written as OpenTelemetry writes them: ``name=value,name=value``.

    Values are percent-encoded. What is no pair is passed over.
    """
    pairs = (part.partition("=") for part in text.split(","))
    return {
        name.strip(): unquote(value.strip()) for name, equals, value in pairs if equals and name
    }
