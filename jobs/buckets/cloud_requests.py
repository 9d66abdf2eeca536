"""Requests to a cloud store: tried again, and their failures said in this project's terms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from jobs.buckets.belonging import Belonging
from jobs.buckets.cloud_settings import CloudSettings
from jobs.buckets.listing import OutOfOrderError, odd_listing
from jobs.buckets.object_store import NonsenseError, ObjectStore
from jobs.buckets.retrying import Retrying
from jobs.buckets.wrong_answers import WrongAnswerError
from jobs.causes import quoted
from jobs.errors import BucketAccessError

Result = TypeVar("Result")
# What clients raise over an answer that is not what they expect.
_NONSENSE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


class CloudRequests:
    """Makes the requests of one bucket.

    Parameters
    ----------
    store
        The vendor's, which knows its own failures.
    belonging
        Told of requests whose answer is lost.
    settings
        Deadlines, and how often an answer that makes no sense is asked for again.

    Attributes
    ----------
    one_succeeded
        Whether the bucket answered a request, so that it exists.
    """

    def __init__(
        self, store: ObjectStore[Any], belonging: Belonging, settings: CloudSettings
    ) -> None:
        self._store = store
        self._belonging = belonging
        self._settings = settings
        self._retrying = Retrying(
            settings=settings.retry,
            failures=(*store.failures, NonsenseError, OutOfOrderError),
            is_passing=self._is_passing,
        )
        self.one_succeeded = False

    def make(
        self, url: str, request: Callable[[int], Result], deadline_s: float | None = None
    ) -> Result:
        """Return what a request returns, as `Retrying.call` does.

        Raises
        ------
        BucketAccessError
            If it failed until the deadline, or in a way that does not pass.
        """
        try:
            result = self._retrying.call(
                url, lambda number: self._attempt(request, number), deadline_s
            )
        except NonsenseError as failure:
            raise BucketAccessError(
                url,
                f"what the store answers makes no sense ({quoted(str(failure))}). Check "
                "that it is one, and what stands between here and it.",
            ) from failure
        except OutOfOrderError:
            raise odd_listing(url, "does not come in order") from None
        except self._store.failures as failure:
            raise BucketAccessError(url, self._store.explain(failure)) from failure
        self.one_succeeded = True
        return result

    def _attempt(self, request: Callable[[int], Result], number: int) -> Result:
        try:
            return request(number)
        except self._store.failures as failure:
            if isinstance(failure, WrongAnswerError):
                self._store.drop_connections()
            if self._store.is_unanswered(failure):
                self._belonging.one_is_lost()
            raise
        except _NONSENSE as error:
            raise NonsenseError(f"{type(error).__name__}: {error}") from error

    def _is_passing(self, failure: Exception, attempts: int) -> bool:
        if isinstance(failure, NonsenseError | OutOfOrderError):
            return attempts < self._settings.damaged_attempts
        return self._store.is_passing(failure, attempts)
