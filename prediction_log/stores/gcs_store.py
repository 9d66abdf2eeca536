"""Google Cloud Storage, by google-cloud-storage."""

from __future__ import annotations

from google.cloud import storage

from prediction_log.stores.store import Store

_TIMEOUTS_S = (5.0, 60.0)


class GcsStore(Store):
    """A bucket, or a folder in one, with the application-default credentials.

    With ``STORAGE_EMULATOR_HOST`` set, that server without credentials.

    Parameters
    ----------
    url
        ``gs://bucket`` or ``gs://bucket/folder``.
    """

    def __init__(self, url: str) -> None:
        bucket, _, folder = url.removeprefix("gs://").partition("/")
        self._prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
        # Objects need no project, and looking for one would ask the metadata server.
        self._bucket = storage.Client(project=None).bucket(bucket)

    def put(self, name: str, data: bytes) -> None:
        """Write an object by one request."""
        blob = self._bucket.blob(self._prefix + name)
        # Without the client's own attempts: the caller keeps what was not sent, and tries again.
        blob.upload_from_string(data, _content_type(name), timeout=_TIMEOUTS_S, retry=None)


def _content_type(name: str) -> str:
    return "application/json" if name.endswith((".jsonl", ".json")) else "application/octet-stream"
