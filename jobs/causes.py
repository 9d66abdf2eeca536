"""Why something on the network failed, in plain words, before any library's own sentence.

Clients wrap one exception in another: the cause is at the end of a long text, behind addresses, or
in an exception that the text leaves out. Here it is said first, so that no cut can lose it.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.endpoints import without_secrets

_LONGEST_QUOTE = 300
_MOST_FOLLOWED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a connection failed.

    Attributes
    ----------
    words
        What failed, without a capital letter and a full stop.
    advice
        What to check: a sentence.
    """

    words: str
    advice: str


_NO_NAME = Cause(
    words="the host name was not found",
    advice="Check its spelling and this machine's DNS.",
)
_REFUSED = Cause(
    words="the connection was refused: nothing listens at that port",
    advice="Check host and port, and that the server runs.",
)
_NO_TLS = Cause(
    words="the port answers without TLS",
    advice="Use http:// in place of https://, or the server's port for https.",
)
_CERTIFICATE = Cause(
    words="the server's certificate is not trusted",
    advice=(
        "Check that the host name is the certificate's, its dates and this machine's clock; for a "
        "certificate authority of your own set REQUESTS_CA_BUNDLE, or AWS_CA_BUNDLE for s3://."
    ),
)
_TLS = Cause(
    words="the server speaks no TLS that this client knows",
    advice="Check the port, and the server's TLS settings.",
)
_UNREACHABLE = Cause(
    words="there is no way to the host",
    advice="Check this machine's network and the firewall between.",
)
_BROKEN_OFF = Cause(
    words="the other side broke the connection off",
    advice="Check that the port speaks HTTP, and what stands between here and it.",
)
_NO_ANSWER = Cause(
    words="there was no answer in time",
    advice="Check host and port, and the firewall between.",
)
# The first that fits: a proxy's failure has other causes in it, and "refused" is the most exact.
_PROXY = re.compile(r"ProxyError|Unable to connect to proxy|Tunnel connection failed")
_PROXY_ADVICE = "Check the proxy: HTTPS_PROXY, HTTP_PROXY and NO_PROXY."
_SAID: tuple[tuple[re.Pattern[str], Cause], ...] = tuple(
    (re.compile(pattern), cause)
    for pattern, cause in (
        (
            (
                r"Failed to resolve|NameResolutionError|gaierror|Name or service not known|"
                r"No address associated|name resolution|nodename nor servname|getaddrinfo failed"
            ),
            _NO_NAME,
        ),
        (r"Connection refused|ConnectionRefusedError|actively refused", _REFUSED),
        (r"WRONG_VERSION_NUMBER|HTTP_REQUEST|RECORD_LAYER_FAILURE|PACKET_LENGTH_TOO_LONG", _NO_TLS),
        (r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError|[Hh]ostname mismatch", _CERTIFICATE),
        (r"SSLError|SSL: |SSLEOFError", _TLS),
        (r"Network is unreachable|No route to host|Host is unreachable", _UNREACHABLE),
        (
            (
                r"Connection reset|Connection aborted|RemoteDisconnected|Broken pipe|"
                r"IncompleteRead|ConnectionResetError|Connection broken|Remote end closed"
            ),
            _BROKEN_OFF,
        ),
        (r"[Tt]imed? ?out|TimeoutError", _NO_ANSWER),
    )
)
_TYPES: tuple[tuple[type[BaseException], Cause], ...] = (
    (socket.gaierror, _NO_NAME),
    (ConnectionRefusedError, _REFUSED),
    (ssl.SSLCertVerificationError, _CERTIFICATE),
    (TimeoutError, _NO_ANSWER),
)


def cause_of(failure: BaseException) -> Cause | None:
    """Return why a connection failed, or None where no exception in the chain says so."""
    chain = list(chain_of(failure))
    text = " ".join(f"{type(one).__name__}: {one}" for one in chain)
    by_type = (cause for kind, cause in _TYPES for one in chain if isinstance(one, kind))
    return _behind_proxy(next(by_type, None) or _named(text), text)


def cause_in(text: str) -> Cause | None:
    """Return why a connection failed by what a library wrote of it, or None."""
    return _behind_proxy(_named(text), text)


def told(failure: BaseException) -> str:
    """Return a failure with its cause first, on one line, without secrets and not too long."""
    cause = cause_of(failure)
    own = quoted(f"{type(failure).__name__}: {failure}")
    return own if cause is None else quoted(f"{cause.words}; {own}")


def advised(failure: BaseException, otherwise: str) -> str:
    """Return what to check for the cause of a failure, and `otherwise` where none is known."""
    cause = cause_of(failure)
    return otherwise if cause is None else cause.advice


def quoted(text: str) -> str:
    """Return what a library or a server said: on one line, without secrets, cut if it is long."""
    line = without_secrets(" ".join(text.split()))
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 3] + "..."


def chain_of(failure: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those inside it, whichever way it holds them, the outermost first."""
    waiting, seen = [failure], set[int]()
    while waiting and len(seen) < _MOST_FOLLOWED:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        behind = None if one.__suppress_context__ else one.__context__
        held = (one.__cause__, behind, getattr(one, "reason", None), *one.args)
        named = getattr(one, "kwargs", None)
        further = named.values() if isinstance(named, dict) else ()
        waiting += [inner for inner in (*held, *further) if isinstance(inner, BaseException)]


def _named(text: str) -> Cause | None:
    return next((cause for pattern, cause in _SAID if pattern.search(text)), None)


def _behind_proxy(cause: Cause | None, text: str) -> Cause | None:
    if not _PROXY.search(text):
        return cause
    why = "" if cause is None else f": {cause.words}"
    return Cause(words=f"the way through the proxy failed{why}", advice=_PROXY_ADVICE)
