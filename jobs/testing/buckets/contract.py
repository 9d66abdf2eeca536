"""What every kind of bucket does in the same way; subclassed once for each kind."""

from __future__ import annotations

from jobs.testing.buckets.conditions import ConditionsSuite
from jobs.testing.buckets.names import NamesSuite
from jobs.testing.buckets.objects import ObjectsSuite


class BucketContract(ObjectsSuite, NamesSuite, ConditionsSuite):
    """All tests that a kind of bucket has to pass, whatever stands behind it.

    A subclass supplies the fixtures of `BucketSuite`; its name begins with ``Test``, so that pytest
    finds it. docs/extending.md shows one.
    """
