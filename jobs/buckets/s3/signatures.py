"""Signatures of downloads: AWS Signature Version 4 of a GET request without a body.

botocore signs any request, and takes longer for it than for all else of a small download. This is
the same signature over the headers that have to be signed; tests compare the two.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass

_ALGORITHM = "AWS4-HMAC-SHA256"
_NO_BODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class _DayKey:
    """The key for one day, and what it is made of."""

    day: str
    secret: str
    key: bytes


class Signatures:
    """Signs the downloads from one server; safe to use from many threads.

    Parameters
    ----------
    host
        The ``Host`` header that is sent.
    region
        The region of the bucket.
    """

    def __init__(self, host: str, region: str) -> None:
        self._host = host
        self._region = region
        self._known = _DayKey("", "", b"")

    def headers(
        self,
        path: str,
        query: str,
        keys: tuple[str, str, str | None],
        now_s: float | None = None,
    ) -> dict[str, str]:
        """Return the headers that sign a request.

        Parameters
        ----------
        path, query
            As they are sent: quoted; the parts of the query sorted, and each with a value.
        keys
            The access key, the secret key, and the token of temporary keys.
        now_s
            Seconds since 1970; None for this moment.
        """
        access, secret, token = keys
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_s))
        day = moment[:8]
        headers = {"host": self._host, "x-amz-content-sha256": _NO_BODY, "x-amz-date": moment}
        if token:
            headers["x-amz-security-token"] = token
        signed = ";".join(headers)
        # Spaces around a value, and several in a row, do not count.
        lines = [f"{name}:{' '.join(value.split())}" for name, value in headers.items()]
        asked = "\n".join(["GET", path, query, *lines, "", signed, _NO_BODY])
        scope = f"{day}/{self._region}/s3/aws4_request"
        digest = hashlib.sha256(asked.encode()).hexdigest()
        text = f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}"
        signature = hmac.digest(self._key(day, secret), text.encode(), "sha256").hex()
        del headers["host"]
        headers["authorization"] = (
            f"{_ALGORITHM} Credential={access}/{scope}, SignedHeaders={signed}, "
            f"Signature={signature}"
        )
        return headers

    def _key(self, day: str, secret: str) -> bytes:
        known = self._known
        if (known.day, known.secret) != (day, secret):
            key = f"AWS4{secret}".encode()
            for part in (day, self._region, "s3", "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            known = self._known = _DayKey(day, secret, key)
        return known.key
