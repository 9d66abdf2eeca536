"""S3 and what speaks it, by botocore."""

from __future__ import annotations

import botocore.session
from botocore.config import Config

from prediction_log.stores.store import Store


class S3Store(Store):
    """A bucket, or a folder in one, with the credentials that botocore finds.

    Parameters
    ----------
    url
        ``s3://bucket`` or ``s3://bucket/folder``.
    """

    def __init__(self, url: str) -> None:
        self._bucket, _, folder = url.removeprefix("s3://").partition("/")
        self._prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
        # One attempt: the caller keeps what was not sent, and tries again.
        config = Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"total_max_attempts": 1},
            max_pool_connections=self.senders,
        )
        self._client = botocore.session.get_session().create_client("s3", config=config)

    def put(self, name: str, data: bytes) -> None:
        """Write an object by one request."""
        self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=data)
