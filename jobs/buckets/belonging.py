"""Whether an answer belongs to the request that it is taken for.

A proxy that lost count sends the answer to an earlier request on a connection that is used again.
Its checksum fits its content, so that only its version can give it away: the generation in Google's
storage, the ETag in S3. What a bucket was told before, by its listings and its answers, says which
version an object has and whose a version is. Where that does not fit, or where an answer is still
outstanding, the store is asked for the object's head, which settles it.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from jobs.buckets.listing import Listed, ListedPage
from jobs.buckets.object_store import ConditionFailedError, NotThereError, ObjectHead, ObjectStore
from jobs.buckets.wrong_answers import WrongAnswerError

Result = TypeVar("Result")

# Numbers for so many objects take ten megabytes at most.
_MOST_REMEMBERED = 1 << 15
# How long the answer to a request that was given up may still be on its way.
_LATE_S = 30.0


class Known:
    """Which versions objects have, and whose they are, as far as it was told; for many threads."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._versions: dict[int, int] = {}
        self._owners: dict[int, int] = {}

    def note(self, owner: str, version: str) -> None:
        """Remember that `owner` has `version`; the oldest is forgotten where it is too much."""
        owned, had = hash(owner), hash(version)
        with self._changing:
            for known, key, value in ((self._versions, owned, had), (self._owners, had, owned)):
                known[key] = value
                if len(known) > _MOST_REMEMBERED:
                    del known[next(iter(known))]

    def is_of(self, owner: str, version: str) -> bool | None:
        """Return whether `version` is the one that `owner` was last said to have; None if unsaid.

        A version that was said to be another's, and of which nothing else is known, is not.
        """
        owned, had = hash(owner), hash(version)
        with self._changing:
            known, other = self._versions.get(owned), self._owners.get(had)
        if known is not None:
            return known == had
        return None if other in {None, owned} else False

    def is_known(self, owner: str) -> bool:
        """Return whether a version of `owner` was told."""
        with self._changing:
            return hash(owner) in self._versions

    def is_of_another(self, owner: str, version: str) -> bool:
        """Return whether `version` was last said to be another's."""
        with self._changing:
            return self._owners.get(hash(version)) not in {None, hash(owner)}


class Belonging:
    """Tells the answers of one store that belong to other requests; safe to call from many threads.

    Parameters
    ----------
    store
        Which is asked where an answer is in doubt.
    """

    def __init__(self, store: ObjectStore[Any]) -> None:
        self._store = store
        self._objects = Known()
        self._missing = Known()
        self._pages = Known()
        self._late_until = 0.0

    def note(self, key: str, version: str) -> None:
        """Remember the version of an object."""
        self._objects.note(key, version)

    def one_is_lost(self) -> None:
        """Doubt what comes in the next time: a request got no answer, which may still come."""
        self._late_until = time.monotonic() + _LATE_S

    def check_of(self, key: str, asked: str | None = None) -> Callable[[str], None]:
        """Return what is to be called with the version that an answer about an object names.

        It raises `WrongAnswerError` if the answer belongs to another request, and
        `ConditionFailedError` if the object is no longer at the version `asked`.
        """

        def check(version: str) -> None:
            if version == asked or (asked is None and self._is_believed(key, version)):
                self.note(key, version)
                return
            head = self._settled(lambda: self._store.head(key))
            if not head.is_bound:
                head = self._settled(lambda: self._store.head_afresh(key))
            self.note(key, head.version)
            if head.version != version:
                raise WrongAnswerError(f"it names version {version}, not {head.version}")
            if asked is not None:
                raise ConditionFailedError

        return check

    def head(self, key: str) -> ObjectHead:
        """Return an object's head, asked for twice where it is like another's."""
        head = self._store.head(key)
        if not head.is_bound and (self._is_late or self._objects.is_of(key, head.version) is False):
            head = self._settled(lambda: self._store.head_afresh(key))
        self.note(key, head.version)
        return head

    @contextlib.contextmanager
    def missing_confirmed(self, key: str, asked: str | None = None) -> Iterator[None]:
        """Believe that an object is missing where the store names it, or nothing speaks against it.

        Raises
        ------
        WrongAnswerError
            If it is there after all, at the version `asked` where there is one.
        """
        try:
            yield
        except NotThereError as missing:
            in_doubt = self._is_late or self._objects.is_known(key)
            if not missing.is_bound and (in_doubt or self._missing.is_of_another(key, "")):
                with contextlib.suppress(NotThereError):
                    head = self._settled(lambda: self._store.head_afresh(key))
                    if asked in {None, head.version}:
                        problem = "the object is there, but was said not to be"
                        raise WrongAnswerError(problem) from None
            self._missing.note(key, "")
            raise

    def page(self, listed: Listed, token: str | None, size: int) -> ListedPage:
        """Return a page of a listing, asked for twice where it is like another's.

        Raises
        ------
        WrongAnswerError
            If the store answers differently the second time.
        """
        page = self._store.page(listed, token, size)
        if not page.is_bound:
            question = f"{listed.prefix}\n{token}\n{size}\n{listed.one_level}"
            answer = repr(page)
            in_doubt = self._is_late or self._pages.is_of_another(question, answer)
            if in_doubt:
                again = self._settled(lambda: self._store.page(listed, token, size))
                if again != page:
                    raise WrongAnswerError("a listing was answered in two ways")
            self._pages.note(question, answer)
        for info in page.objects:
            self.note(listed.root + info.name, info.version)
        return page

    def _settled(self, request: Callable[[], Result]) -> Result:
        """Return what a question in doubt is answered with; a failure does not undo the answer."""
        try:
            return request()
        except self._store.failures:
            return request()

    @property
    def _is_late(self) -> bool:
        return time.monotonic() < self._late_until

    def _is_believed(self, key: str, version: str) -> bool:
        known = self._objects.is_of(key, version)
        return not self._is_late if known is None else known
