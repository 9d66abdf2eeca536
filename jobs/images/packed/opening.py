"""Opening a packed object: whole on this machine, or by ranges where little of it is needed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ObjectChangedError, ObjectError
from jobs.images.packed.local import TemporaryFolder, unpacked_gzip
from jobs.images.packed.members import Members
from jobs.images.packed.sources import LocalFile, Ranges, ShardSource, TooManyRequestsError
from jobs.images.packed.table import TableMembers
from jobs.images.packed.table_columns import TableKeys
from jobs.images.packed.tar import TarMembers
from jobs.images.packed.zip import ZipMembers

# One request brings all of such an object.
_SMALL_BYTES = 4 << 20
# A request takes as long as so many bytes of a larger one.
_BYTES_OF_A_REQUEST = 256 << 10
# So many to find out what is in it.
_MOST_REQUESTS = 64
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedRules:
    """What the job file says of packed images.

    Attributes
    ----------
    keys
        Which columns of tables are meant.
    most_bytes
        ``images.max_bytes``.
    """

    keys: TableKeys = field(default_factory=TableKeys)
    most_bytes: int = 100_000_000


@dataclass(slots=True, kw_only=True)
class OpenShard:
    """A packed object at one version.

    Attributes
    ----------
    info
        As its bucket told it.
    members
        What is in it.
    copy_bytes
        How large its copy in the temporary folder is; 0 where it is read in its place.
    """

    info: ObjectInfo
    members: Members
    copy_bytes: int = 0

    @property
    def disk_bytes(self) -> int:
        """How much of the temporary disk it takes, until nobody uses its members."""
        return self.copy_bytes + self.members.disk_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardOpener:
    """Opens the packed objects of one bucket.

    Attributes
    ----------
    bucket
        The bucket.
    rules
        What the job file says.
    folder
        Where copies are put.
    """

    bucket: Bucket
    rules: PackedRules
    folder: TemporaryFolder

    def open(self, info: ObjectInfo, wanted: Collection[str]) -> OpenShard:
        """Open a packed object.

        Parameters
        ----------
        info
            The object as it was just now.
        wanted
            The members that are expected to be read.

        Raises
        ------
        ObjectError
            If it is missing, cannot be read, or is damaged, or there is no room for a copy.
        """
        try:
            return self._open(info, wanted)
        except OSError as error:
            raise ObjectError(
                self.bucket.url_of(info.name),
                f"the packed object could not be opened ({error.strerror or error}). Make room in "
                "the folder for temporary files, or let the variable TMPDIR name another one.",
            ) from error

    def _open(self, info: ObjectInfo, wanted: Collection[str]) -> OpenShard:
        if self.bucket.is_far and info.size_bytes > _SMALL_BYTES and not _is_gzip(info.name):
            found = self._by_ranges(info, wanted)
            if found is not None:
                return found
        return self._whole(info)

    def _by_ranges(self, info: ObjectInfo, wanted: Collection[str]) -> OpenShard | None:
        """Return the object with members that are read by ranges; None where whole is better."""
        if len(wanted) * _BYTES_OF_A_REQUEST > info.size_bytes:
            return None
        source = Ranges(
            self.bucket, info.name, info.version, info.size_bytes, most_requests=_MOST_REQUESTS
        )
        try:
            shard = self._opened(info, source)
        except TooManyRequestsError:
            return None
        needed = shard.members.share_of(wanted) * info.size_bytes
        if needed + len(wanted) * _BYTES_OF_A_REQUEST > info.size_bytes:
            return None
        source.most_requests = None
        return shard

    def _whole(self, info: ObjectInfo) -> OpenShard:
        for _ in range(_ATTEMPTS):
            path = self.bucket.local_copy(info.name, self.folder.path)
            now = self.bucket.info(info.name)
            if now.version == info.version:
                return self._of_file(info, path)
            info = now
            self._drop(path)
        raise ObjectChangedError(
            self.bucket.url_of(info.name), "the packed object changed again and again."
        )

    def _of_file(self, info: ObjectInfo, path: Path) -> OpenShard:
        url = self.bucket.url_of(info.name)
        try:
            if _is_gzip(info.name):
                packed, path = path, unpacked_gzip(url, path, self.folder.path)
                self._drop(packed)
            source = LocalFile(url, path)
        finally:
            # An open file stays, and goes with this process however that ends.
            self._drop(path)
        shard = self._opened(info, source)
        if self.folder.holds(path):
            shard.copy_bytes = source.size
        return shard

    def _opened(self, info: ObjectInfo, source: ShardSource) -> OpenShard:
        ending = info.name.lower()
        if ending.endswith(".zip"):
            return OpenShard(info=info, members=ZipMembers(source))
        if ending.endswith(".parquet"):
            rules = self.rules
            table = TableMembers(source, rules.keys, self.folder.path, rules.most_bytes)
            return OpenShard(info=info, members=table)
        return OpenShard(info=info, members=TarMembers(source))

    def let_go(self, shard: OpenShard) -> OpenShard | None:
        """Return a packed object as it can be read without its copy; None where it cannot."""
        info = shard.info
        if _is_gzip(info.name):
            return None
        # It takes a whole reading to find what is in a tar, which need not be repeated.
        ranges = Ranges(self.bucket, info.name, info.version, info.size_bytes)
        members = shard.members.moved_to(ranges)
        return None if members is None else OpenShard(info=info, members=members)

    def _drop(self, path: Path) -> None:
        if self.folder.holds(path):
            path.unlink(missing_ok=True)


def _is_gzip(name: str) -> bool:
    return name.lower().endswith((".gz", ".tgz"))
