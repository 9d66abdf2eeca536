"""One page of a listing of S3."""

from __future__ import annotations

from typing import Any

from jobs.buckets.bucket import ObjectInfo, is_readable_name
from jobs.buckets.listing import Listed, ListedPage
from jobs.buckets.object_store import DamagedContentError
from jobs.buckets.s3.client import S3Client
from jobs.buckets.s3.content import version_of
from jobs.buckets.wrong_answers import WrongAnswerError, require_below

_ALIAS = "-s3alias"


def list_page(client: S3Client, listed: Listed, token: str | None, size: int) -> ListedPage:
    """Ask for one page, and leave out names that `check_name` refuses.

    Raises
    ------
    DamagedContentError
        If the page has fewer entries than it says, or is cut off without a token to go on.
    WrongAnswerError
        If the page lists another bucket or prefix than was asked for.
    """
    asked: dict[str, object] = {"Prefix": listed.root + listed.prefix, "MaxKeys": size}
    if listed.one_level:
        asked["Delimiter"] = "/"
    if token is not None:
        asked["ContinuationToken"] = token
    answer = client.call("list_objects_v2", Bucket=listed.bucket_name, **asked)
    _require_own(answer, listed, token)
    contents = answer.get("Contents", [])
    prefixes = answer.get("CommonPrefixes", [])
    _require_whole(answer, len(contents) + len(prefixes))
    require_below(listed, [one["Key"] for one in contents] + [one["Prefix"] for one in prefixes])
    named = ((one["Key"].removeprefix(listed.root), one) for one in contents)
    return ListedPage(
        objects=tuple(
            ObjectInfo(
                name=name,
                size_bytes=one["Size"],
                version=version_of(one),
                written=one.get("LastModified"),
            )
            for name, one in named
            if is_readable_name(listed.url, name)
        ),
        folders=tuple(sorted(one["Prefix"].removeprefix(listed.root) for one in prefixes)),
        next_token=answer["NextContinuationToken"] if answer.get("IsTruncated") else None,
        is_bound="Prefix" in answer and (token is None or "ContinuationToken" in answer),
    )


def _require_own(answer: dict[str, Any], listed: Listed, token: str | None) -> None:
    """Raise `WrongAnswerError` if a page lists something else than was asked for."""
    asked = {
        "Prefix": listed.root + listed.prefix,
        "Delimiter": "/" if listed.one_level else "",
        "ContinuationToken": token or "",
    }
    # The alias of an access point leads to a bucket with another name.
    if not listed.bucket_name.endswith(_ALIAS):
        asked["Name"] = listed.bucket_name
    for name, value in asked.items():
        if answer.get(name, value) != value:
            raise WrongAnswerError(f"its listing names {name} {answer[name]!r}, not {value!r}")


def _require_whole(answer: dict[str, Any], found: int) -> None:
    if answer.get("KeyCount", found) != found:
        raise DamagedContentError("a page of the listing does not hold as much as it says")
    if answer.get("IsTruncated") and not answer.get("NextContinuationToken"):
        raise DamagedContentError("a page of the listing does not say how it goes on")
