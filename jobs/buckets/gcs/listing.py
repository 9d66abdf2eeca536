"""One page of a listing of Google Cloud Storage."""

from __future__ import annotations

from google.cloud import storage

from jobs.buckets.bucket import ObjectInfo, is_readable_name
from jobs.buckets.listing import Listed, ListedPage
from jobs.buckets.object_store import UncheckedContentError
from jobs.buckets.wrong_answers import WrongAnswerError, require_below

_FIELDS = "items(name,size,generation,timeCreated),nextPageToken"


def require_own(blob: storage.Blob) -> None:
    """Raise `WrongAnswerError` if the store described another object than the one asked for."""
    said = blob._properties  # noqa: SLF001 - the name that it was given hides the one in the answer
    if (said.get("name"), said.get("bucket")) != (blob.name, blob.bucket.name):
        raise WrongAnswerError(f"it describes {said.get('bucket')}/{said.get('name')}")


def generation_of(blob: storage.Blob) -> str:
    """Return the object's generation; raise `UncheckedContentError` if the store sent none."""
    if blob.generation is None:
        raise UncheckedContentError
    return str(blob.generation)


def size_of(blob: storage.Blob) -> int:
    """Return the object's size in bytes; raise `UncheckedContentError` if the store sent none."""
    size_bytes: int | None = blob.size
    if size_bytes is None:
        raise UncheckedContentError
    return size_bytes


def list_page(
    client: storage.Client,
    listed: Listed,
    token: str | None,
    size: int,
    timeouts_s: tuple[float, float],
) -> ListedPage:
    """Ask for one page, and leave out names that `check_name` refuses."""
    blobs = client.list_blobs(
        listed.bucket_name,
        prefix=listed.root + listed.prefix,
        delimiter="/" if listed.one_level else None,
        page_token=token,
        page_size=size,
        fields=f"prefixes,{_FIELDS}" if listed.one_level else _FIELDS,
        timeout=timeouts_s,
        retry=None,
    )
    page = tuple(next(blobs.pages, ()))
    require_below(listed, [*(blob.name for blob in page), *blobs.prefixes])
    named = ((blob.name.removeprefix(listed.root), blob) for blob in page)
    return ListedPage(
        objects=tuple(
            ObjectInfo(
                name=name,
                size_bytes=size_of(blob),
                version=generation_of(blob),
                written=blob.time_created,
            )
            for name, blob in named
            if is_readable_name(listed.url, name)
        ),
        folders=tuple(sorted(name.removeprefix(listed.root) for name in blobs.prefixes)),
        next_token=blobs.next_page_token,
    )
