"""What every suite of tests for a kind of bucket needs: a bucket, and ways behind its back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import pytest

from jobs.buckets.bucket import Bucket


class BucketSuite(ABC):
    """A subclass supplies the fixtures `bucket`, `look_behind` and `put_behind`.

    Attributes
    ----------
    many
        A number of objects that one page of a listing cannot hold.
    every_write_is_a_version
        Whether each write makes a new version. False where a version stands for the content, as an
        ETag does.
    """

    many = 1100
    every_write_is_a_version = True

    @abstractmethod
    @pytest.fixture
    def bucket(self) -> Bucket:
        """Return an empty bucket."""

    @abstractmethod
    @pytest.fixture
    def look_behind(self, bucket: Bucket) -> Callable[[str], bytes]:
        """Return a function that reads an object without passing through the bucket."""

    @abstractmethod
    @pytest.fixture
    def put_behind(self, bucket: Bucket) -> Callable[[str, bytes], object]:
        """Return a function that stores an object without passing through the bucket."""
