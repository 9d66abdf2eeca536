"""From a URL to its store; a cloud's client is imported when it is first needed."""

from __future__ import annotations

from importlib import import_module

from prediction_log.stores.store import Store

_CLOUDS = {
    # scheme: our module, its class, the client's module, the extra that installs it
    "gs": ("prediction_log.stores.gcs_store", "GcsStore", "google.cloud.storage", "gcs"),
    "s3": ("prediction_log.stores.s3_store", "S3Store", "botocore", "s3"),
}
_IN_NAMES = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def check_url(url: str) -> None:
    """Raise an error where nothing can ever be written to a URL; nothing outside is asked.

    Raises
    ------
    ValueError
        If it is no URL that a store is known for.
    ImportError
        If its client is not installed.
    """
    scheme, mark, rest = url.partition("://")
    if not url or (mark and scheme not in {*_CLOUDS, "file"}):
        raise ValueError(
            f"The prediction log's URL is {url!r}. Expected gs://BUCKET/FOLDER, "
            "s3://BUCKET/FOLDER or a folder's path, given to PredictionLog or in "
            "PREDICTION_LOG_URL."
        )
    if not mark or scheme == "file":
        return
    bucket = rest.partition("/")[0]
    if not (3 <= len(bucket) <= 222 and _IN_NAMES.issuperset(bucket)):
        raise ValueError(f"{url!r} names no bucket. Expected {scheme}://BUCKET/FOLDER.")
    _, _, client, extra = _CLOUDS[scheme]
    if not _is_installed(client):
        raise ImportError(
            f"Writing to {url} needs {client}, which is not installed. "
            f"Install image-drift-log with its extra: image-drift-log[{extra}]."
        )


def open_store(url: str) -> Store:
    """Return the store of a URL that `check_url` takes."""
    scheme, mark, _ = url.partition("://")
    if not mark or scheme == "file":
        # Imported here as the others are: none of them imports another.
        return _store_of("prediction_log.stores.folder_store", "FolderStore", url)
    module, name, _, _ = _CLOUDS[scheme]
    return _store_of(module, name, url)


def _store_of(module: str, name: str, url: str) -> Store:
    store: Store = getattr(import_module(module), name)(url)
    return store


def _is_installed(module: str) -> bool:
    # Imported here: it takes a millisecond that a folder does not need.
    from importlib.util import find_spec  # noqa: PLC0415

    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
