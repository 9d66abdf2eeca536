"""Images packed into tar, zip and Parquet, as bytes of one object."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping

import pyarrow as pa
from pyarrow import parquet

Contents = Mapping[str, bytes] | Iterable[tuple[str, bytes]]


def _pairs(contents: Contents) -> list[tuple[str, bytes]]:
    return list(contents.items() if isinstance(contents, Mapping) else contents)


def tar_of(contents: Contents, format: int = tarfile.USTAR_FORMAT) -> bytes:  # noqa: A002
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=format) as archive:
        for name, data in _pairs(contents):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file.getvalue()


def tgz_of(contents: Contents) -> bytes:
    return gzip.compress(tar_of(contents), mtime=0)


def zip_of(contents: Contents, method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in _pairs(contents):
            archive.writestr(name, data)
    return file.getvalue()


def table_of(columns: Mapping[str, object], rows_in_a_group: int = 2, **more: object) -> bytes:
    file = io.BytesIO()
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    parquet.write_table(table, file, row_group_size=rows_in_a_group, **more)
    return file.getvalue()


def parquet_of(contents: Contents, rows_in_a_group: int = 2) -> bytes:
    rows = [{"bytes": data, "path": name} for name, data in _pairs(contents)]
    return table_of({"image": rows, "label": list(range(len(rows)))}, rows_in_a_group)


PACKERS = {
    "shard.tar": tar_of,
    "shard.TAR": lambda contents: tar_of(contents, tarfile.PAX_FORMAT),
    "shard.tar.gz": tgz_of,
    "shard.tgz": tgz_of,
    "shard.zip": zip_of,
    "deflated.zip": lambda contents: zip_of(contents, zipfile.ZIP_DEFLATED),
    "shard.parquet": parquet_of,
}
"""What packs images, by the name of the object that it makes."""
