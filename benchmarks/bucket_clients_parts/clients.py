"""The clients of S3 that are compared, each opened on one bucket."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

THREADS = 32


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client that was opened on one bucket: how it reads an object, and lists all of them."""

    read: Callable[[str], bytes]
    count: Callable[[], int]


def open_jobs(host: str, bucket_name: str) -> Client:
    """Open this project's bucket."""
    from jobs.buckets.registry import open_bucket  # noqa: PLC0415 - clients are optional

    os.environ["AWS_ENDPOINT_URL"] = host
    bucket = open_bucket(f"s3://{bucket_name}")
    return Client(read=lambda name: bucket.read(name).data, count=lambda: len(list(bucket.list())))


def open_botocore(host: str, bucket_name: str) -> Client:
    """Open the client that boto3 is made of."""
    import botocore.session  # noqa: PLC0415 - clients are optional
    from botocore.config import Config  # noqa: PLC0415 - as above

    config = Config(s3={"addressing_style": "path"}, max_pool_connections=THREADS)
    session = botocore.session.get_session()
    client: Any = session.create_client("s3", endpoint_url=host, config=config)

    def count() -> int:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket_name)
        return sum(len(page.get("Contents", ())) for page in pages)

    def read(name: str) -> bytes:
        content: bytes = client.get_object(Bucket=bucket_name, Key=name)["Body"].read()
        return content

    return Client(read=read, count=count)


def open_obstore(host: str, bucket_name: str) -> Client:
    """Open obstore, which is made of Rust's object_store."""
    import obstore  # noqa: PLC0415 - clients are optional
    from obstore.store import S3Store  # noqa: PLC0415 - as above

    store = S3Store(
        bucket_name,
        endpoint=host,
        region="us-east-1",
        access_key_id="testing",
        secret_access_key="testing",  # the server asks for none in particular
        client_options={"allow_http": True},
    )
    return Client(
        read=lambda name: bytes(obstore.get(store, name).bytes()),
        count=lambda: sum(len(page) for page in obstore.list(store)),
    )


def open_s3fs(host: str, bucket_name: str) -> Client:
    """Open fsspec's file system."""
    import s3fs  # noqa: PLC0415 - clients are optional

    files = s3fs.S3FileSystem(
        endpoint_url=host, key="testing", secret="testing", skip_instance_cache=True
    )
    return Client(
        read=lambda name: bytes(files.cat_file(f"{bucket_name}/{name}")),
        count=lambda: len(files.find(bucket_name)),
    )


OPENERS: dict[str, tuple[str, Callable[[str, str], Client]]] = {
    "jobs": ("botocore", open_jobs),
    "botocore": ("botocore", open_botocore),
    "obstore": ("obstore", open_obstore),
    "s3fs": ("s3fs", open_s3fs),
}
