"""A property that is computed at its first use and kept on the object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, overload

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class once(Generic[Owner, Value]):  # noqa: N801 - a decorator, written like `property`
    """Like `functools.cached_property`, without its lock.

    Until Python 3.12 that one holds a lock for all objects of a class together, so that threads
    which work on different images would wait for each other. Here two threads that ask the same
    object at once may both compute the value, which is the same.
    """

    def __init__(self, compute: Callable[[Owner], Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type[Owner], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type[Owner]) -> once[Owner, Value]: ...

    @overload
    def __get__(self, instance: Owner, owner: type[Owner]) -> Value: ...

    def __get__(self, instance: Owner | None, owner: type[Owner]) -> Value | once[Owner, Value]:
        if instance is None:
            return self
        value = self._compute(instance)
        # Found there before this descriptor is asked again: it defines no __set__.
        instance.__dict__[self._name] = value
        return value
