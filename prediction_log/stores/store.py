"""What the logger asks of a store: that it takes an object whole."""

from __future__ import annotations

from abc import ABC, abstractmethod


class Store(ABC):
    """A bucket, or a folder in one; safe to use from many threads.

    Attributes
    ----------
    senders
        How many objects are worth sending at a time.
    """

    senders = 8

    @abstractmethod
    def put(self, name: str, data: bytes) -> None:
        """Write an object, in place of one of the same name.

        Parameters
        ----------
        name
            Below the URL that the store was opened with.

        Raises
        ------
        Exception
            Whatever the store's client raises; the caller tries again later.
        """
