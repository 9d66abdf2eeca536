"""Content from S3, compared with the length and the checksums that the store has of it.

The length is always compared. The ETag is the MD5 of the content, unless the object was uploaded in
parts or is encrypted with a key of KMS or of the customer. Those may have a checksum: botocore
verifies CRC32, SHA-1 and SHA-256, and the others where ``awscrt`` is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jobs.buckets.object_store import DamagedContentError, Sink, UncheckedContentError
from jobs.buckets.wrong_answers import WrongAnswerError

_CHUNK_BYTES = 1 << 18
_MD5 = re.compile(r"[0-9a-f]{32}")
_RANGE = re.compile(r"bytes (\d+)-(\d+)/")
_ENCRYPTION = "x-amz-server-side-encryption"
_CUSTOMER_KEY = "x-amz-server-side-encryption-customer-algorithm"


def version_of(answer: Mapping[str, Any]) -> str:
    """Return the ETag in an answer or an entry of a listing, without its quotes.

    Raises
    ------
    UncheckedContentError
        If there is no ETag.
    """
    etag = str(answer.get("ETag") or "").strip('"')
    if not etag:
        raise UncheckedContentError("the store sent no ETag")
    return etag


def is_md5(etag: str, headers: Mapping[str, str]) -> bool:
    """Return whether an ETag is the MD5 of the content, by the headers that came with it.

    Parameters
    ----------
    headers
        The answer's headers, with names in lower case.
    """
    if _CUSTOMER_KEY in headers or headers.get(_ENCRYPTION, "").startswith("aws:kms"):
        return False
    return _MD5.fullmatch(etag) is not None


def chunks_of(read: Callable[[], bytes], size: int | None) -> Iterator[bytes]:
    """Yield what `read` returns until it is empty.

    Parameters
    ----------
    size
        The number of bytes that the store announced, if it did.

    Raises
    ------
    DamagedContentError
        If there are more or fewer bytes than the store announced.
    """
    found = 0
    while chunk := read():
        found += len(chunk)
        yield chunk
    if size is not None and found != size:
        raise DamagedContentError("the content is not as long as the store said")


def take(chunks: Iterable[bytes], sink: Sink, md5: str | None) -> None:
    """Write `chunks` into `sink`.

    Parameters
    ----------
    md5
        The expected MD5 of the content; None if it is not known.

    Raises
    ------
    DamagedContentError
        If the content has another MD5.
    """
    actual = hashlib.md5(usedforsecurity=False)
    for chunk in chunks:
        sink.write(chunk)
        actual.update(chunk)
    if md5 is not None and actual.hexdigest() != md5:
        raise DamagedContentError("the content's MD5 is not the one that the store named")


def read_range(answer: Mapping[str, Any], start: int, size: int) -> bytes:
    """Return the requested part of an object; only its length can be checked.

    Parameters
    ----------
    answer
        The answer of ``get_object`` to a request for a range.
    start, size
        The range. A store may send the whole object in its place.

    Raises
    ------
    WrongAnswerError
        If the answer holds another part.
    """
    whole = answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    if not whole:
        _require_range(str(answer.get("ContentRange", "")), start, size)
    most = start + size if whole else size
    content = bytearray()
    # Used as a context manager, the body would skip the check of its length.
    with contextlib.closing(answer["Body"]) as body:
        for chunk in chunks_of(lambda: body.read(_CHUNK_BYTES), answer.get("ContentLength")):
            content += chunk
            if len(content) > most:
                break
    if whole:
        return bytes(content[start : start + size])
    if len(content) > size:
        raise DamagedContentError("more than the part that was asked for")
    return bytes(content)


def _require_range(said: str, start: int, size: int) -> None:
    found = _RANGE.match(said)
    if found is None:
        raise UncheckedContentError("the store does not say which part it sent")
    first, last = int(found[1]), int(found[2])
    if first != start or last >= start + size:
        raise WrongAnswerError(f"it holds the bytes {first} to {last}")
