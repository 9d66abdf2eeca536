"""Marks on requests to S3, which the store sends back: an answer without its mark is another's.

The store sets the header ``Content-Disposition`` of an answer as the request asks. Stores that do
not are told by their first answers; nothing is bound there, and `jobs.buckets.belonging` is left.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from jobs.buckets.s3_failures import status_of
from jobs.buckets.wrong_answers import WrongAnswerError

QUERY = "response-content-disposition"
HEADER = "content-disposition"
_BEGINNING = "drift-answer-"
# With these a store says that it knows no such parameter.
_REFUSALS = {400, 501}


class Marks:
    """The marks of one kind of request; safe to use from many threads."""

    def __init__(self) -> None:
        self._come_back = False
        self._are_refused = False

    def new(self) -> str | None:
        """Return a mark that no other request has; None where the store refuses them."""
        return None if self._are_refused else _BEGINNING + secrets.token_hex(8)

    def is_bound(self, mark: str | None, found: str | None) -> bool:
        """Return whether an answer has the mark of its request.

        Parameters
        ----------
        found
            The answer's ``Content-Disposition``.

        Raises
        ------
        WrongAnswerError
            If it has the mark of another request, or none although the store sends them back.
        """
        if mark is None:
            return False
        if found == mark:
            self._come_back = True
            return True
        if self._come_back or (found or "").startswith(_BEGINNING):
            raise WrongAnswerError("it does not have the mark that was sent along")
        return False

    def ask(self, request: Callable[..., dict[str, Any]], **asked: object) -> tuple[Any, bool]:
        """Make a request of botocore's; return its answer and whether that is bound to it.

        Raises
        ------
        WrongAnswerError
            If the answer is another's; its body is closed.
        """
        mark = self.new()
        if mark is None:
            return request(**asked), False
        try:
            answer = request(ResponseContentDisposition=mark, **asked)
        except ClientError as failure:
            if self._come_back or status_of(failure) not in _REFUSALS:
                raise
            answer = request(**asked)
            self._are_refused = True
            return answer, False
        try:
            return answer, self.is_bound(mark, answer.get("ContentDisposition"))
        except WrongAnswerError:
            if "Body" in answer:
                answer["Body"].close()
            raise
