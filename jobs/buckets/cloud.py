"""Buckets of cloud stores: what they have in common, whoever the vendor is."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from jobs.buckets.belonging import Belonging
from jobs.buckets.bucket import (
    BINARY,
    Bucket,
    ObjectInfo,
    ObjectKind,
    StoredObject,
    check_name,
    check_prefix,
)
from jobs.buckets.cloud_requests import CloudRequests
from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.listing import Listed, ListedPage, distinct, merged, pages_in_order
from jobs.buckets.local_files import new_local_file
from jobs.buckets.object_store import (
    Condition,
    ConditionFailedError,
    NotThereError,
    ObjectStore,
    Sink,
)
from jobs.errors import BucketAccessError, ObjectError, ObjectExistsError, ObjectMissingError

Result = TypeVar("Result")
_RIGHTS_DEADLINE_S = 10.0


class CloudBucket(Bucket):
    """A bucket of a cloud store, or a folder in it.

    Passing failures are forgiven until a deadline. A write whose answer is lost is recognised
    when it is tried again.

    Parameters
    ----------
    url
        The bucket or folder as users write it.
    bucket_name, root
        The bucket, and the folder's prefix in it: empty or with a slash at its end.
    store
        The vendor's, which is not asked before the first call.
    settings
        Deadlines and the size of pages.
    """

    is_far = True

    def __init__(
        self,
        url: str,
        bucket_name: str,
        root: str,
        store: ObjectStore[Any],
        settings: CloudSettings,
    ) -> None:
        super().__init__(url.rstrip("/"))
        self._bucket_name = bucket_name
        self._root = root
        self._store = store
        self._belonging = Belonging(store)
        self._settings = settings
        self._requests = CloudRequests(store, self._belonging, settings)

    def signed_url(self, name: str, lifetime: timedelta) -> str:
        """Return a link that works for `lifetime`, at most seven days.

        One that temporary credentials signed, such as a role's of S3, ends with them.
        """
        url = self.url_of(check_name(self.url, name))
        return self._requests.make(
            url, lambda _: self._store.sign(self._root + name, url, lifetime)
        )

    def read(self, name: str, most_bytes: int | None = None) -> StoredObject:
        """Return content and version of one and the same response, verified."""

        def request() -> StoredObject:
            content = io.BytesIO()
            check = self._belonging.check_of(self._root + name)
            sink = Sink(self.url_of(name), content, most_bytes, check)
            version = self._download(self._root + name, sink)
            return StoredObject(data=content.getvalue(), version=version)

        return self._call(name, request)

    def info(self, name: str) -> ObjectInfo:
        """Return size, version and time."""

        def request() -> ObjectInfo:
            head = self._belonging.head(self._root + name)
            return ObjectInfo(
                name=name,
                size_bytes=head.size_bytes,
                version=head.version,
                written=head.written,
            )

        return self._call(name, request)

    def local_copy(self, name: str, folder: Path) -> Path:
        """Download into a new file below `folder`; a failed download leaves no file."""
        url = self.url_of(check_name(self.url, name))
        with new_local_file(url, folder) as target:

            def request() -> Path:
                check = self._belonging.check_of(self._root + name)
                with target.open("wb") as content:
                    self._download(self._root + name, Sink(url, content, check=check))
                return target

            return self._call(name, request, self._settings.download_deadline_s)

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Yield the objects page by page; a page is asked for when it is needed."""
        check_prefix(self.url, prefix)
        return distinct(info for page in self._pages(self._listed(prefix)) for info in page.objects)

    def level(self, folder: str = "") -> Iterator[ObjectInfo | str]:
        """Yield one folder's objects and folders, asked for page by page."""
        check_prefix(self.url, folder)
        pages = self._pages(self._listed(folder, one_level=True))
        return (one for page in pages for one in merged(page))

    def read_part(self, name: str, start: int, size: int, version: str | None = None) -> bytes:
        """Return a part of an object in one request."""
        self._require_version(name, version)

        def request() -> bytes:
            check = self._belonging.check_of(self._root + name, version)
            with self._belonging.missing_confirmed(self._root + name, version):
                return self._store.part(self._root + name, start, size, version, check)

        try:
            return self._call(name, request)
        except (ObjectMissingError, ConditionFailedError):
            if version is None:
                raise
            raise self._changed(name, version) from None

    def may_write(self, folder: str) -> bool | None:  # noqa: ARG002 - rights are a bucket's
        """Ask which rights the credentials have in the bucket, conditions on names not counted."""
        try:
            return self._requests.make(
                self.url, lambda _: self._store.may_write(), _RIGHTS_DEADLINE_S
            )
        except BucketAccessError:
            return None

    def write(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Write an object; a repeated attempt writes the same content again."""
        url = self.url_of(check_name(self.url, name))
        return self._requests.make(url, lambda _: self._upload(self._root + name, data, kind))

    def create(self, name: str, data: bytes, kind: ObjectKind = BINARY) -> str:
        """Write an object under the condition that there is none."""
        there = ObjectExistsError(self.url_of(name), "there is an object of that name already.")
        return self._write_if(None, name, data, kind, there)

    def replace(self, name: str, data: bytes, version: str, kind: ObjectKind = BINARY) -> str:
        """Write an object under the condition that it is at `version`."""
        self._require_version(name, version)
        return self._write_if(version, name, data, kind, self._changed(name, version))

    def delete(self, name: str) -> None:
        """Delete an object; one that is gone already is no error."""

        def request() -> None:
            self._store.delete(self._root + name)

        try:
            self._call(name, request)
        except ObjectMissingError:
            return

    def _require_version(self, name: str, version: str | None) -> None:
        check_name(self.url, name)
        if version is not None and not self._store.is_version(version):
            raise self._changed(name, version)

    def _call(
        self, name: str, request: Callable[[], Result], deadline_s: float | None = None
    ) -> Result:
        """Make a request about one object, and say what went wrong in this project's terms."""
        url = self.url_of(check_name(self.url, name))

        def with_missing(_: int) -> Result:
            try:
                return _asked_twice(request)
            except NotThereError:
                self._require_bucket()
                raise ObjectMissingError(url, "there is no such object.") from None

        return self._requests.make(url, with_missing, deadline_s)

    def _require_bucket(self) -> None:
        """Raise the store's refusal unless the bucket exists: about objects it says the same."""
        if not self._requests.one_succeeded:
            self._store.page(self._listed(""), None, 1)
            self._requests.one_succeeded = True

    def _write_if(
        self, replaces: str | None, name: str, data: bytes, kind: ObjectKind, refused: ObjectError
    ) -> str:
        # An attempt can succeed although its answer is lost; the next one then meets its own
        # object, which this mark tells from another writer's.
        condition = Condition(replaces=replaces, writer=uuid.uuid4().hex)
        key = self._root + check_name(self.url, name)

        def request(_: int) -> str:
            try:
                return self._upload(key, data, kind, condition)
            except ConditionFailedError:
                # Also of the first attempt, which something on the way may have sent twice.
                own = self._own_version(key, condition.writer)
                if own is None:
                    raise refused from None
                return own

        return self._requests.make(self.url_of(name), request)

    def _download(self, key: str, sink: Sink) -> str:
        with self._belonging.missing_confirmed(key):
            return self._store.download(key, sink)

    def _upload(
        self, key: str, data: bytes, kind: ObjectKind, condition: Condition | None = None
    ) -> str:
        version = self._store.upload(key, data, kind, condition)
        self._belonging.note(key, version)
        return version

    def _own_version(self, key: str, writer: str) -> str | None:
        try:
            head = _asked_twice(partial(self._store.head, key))
        except NotThereError:
            return None
        return head.version if head.writer == writer else None

    def _listed(self, prefix: str, *, one_level: bool = False) -> Listed:
        return Listed(
            url=self.url,
            bucket_name=self._bucket_name,
            root=self._root,
            prefix=prefix,
            one_level=one_level,
        )

    def _pages(self, listed: Listed) -> Iterator[ListedPage]:
        url, size = self.url_of(listed.prefix), self._settings.page_size

        def ask(token: str | None, last: str) -> ListedPage:
            def request(_: int) -> ListedPage:
                page = self._belonging.page(listed, token, size)
                page.require_order(last)
                return page

            return self._requests.make(url, request)

        return pages_in_order(url, ask)


def _asked_twice(request: Callable[[], Result]) -> Result:
    """Make a request again whose object is not there: what stands in between can say so once."""
    try:
        return request()
    except NotThereError:
        return request()
