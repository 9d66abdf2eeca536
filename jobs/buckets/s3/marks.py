"""Marks on requests to S3, which the store sends back: they tell whose answer an answer is.

A request asks the store to set the header ``Content-Disposition`` of its answer. The first answers
show whether a store does so. If not, no answer is bound to its request by a mark, and
`jobs.buckets.belonging` alone decides.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from jobs.buckets.s3.failures import status_of
from jobs.buckets.wrong_answers import WrongAnswerError

QUERY = "response-content-disposition"
HEADER = "content-disposition"
_BEGINNING = "drift-answer-"
# With these codes a store says that it does not know the parameter.
_REFUSALS = {400, 501}


class Marks:
    """The marks of one kind of request; safe to use from many threads."""

    def __init__(self) -> None:
        self._come_back = False
        self._are_refused = False

    def new(self) -> str | None:
        """Return a mark that no other request has; None if the store refuses marks."""
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
            If it has the mark of another request, or no mark although the store sends marks back.
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
        """Make a request by botocore; return its answer, and whether its mark was confirmed.

        Raises
        ------
        WrongAnswerError
            If the answer belongs to another request; its body is then closed.
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
