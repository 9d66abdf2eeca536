"""The contract of the two vendors' buckets, with what only their own stores can be asked."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from jobs.buckets.cloud import CloudBucket
from jobs.testing.clouds.contract import CloudContract


class OneClientContract(CloudContract):
    """The contract of a cloud store that opens its client when it is first used."""

    def test_thirty_two_threads_share_one_client(self, bucket: CloudBucket) -> None:
        bucket.write("a", b"content")
        fresh = self.open(bucket.url, self.settings)
        start = threading.Barrier(32)

        def first_use(_: int) -> int:
            start.wait()
            assert fresh.read("a").data == b"content"
            return id(fresh._store._opened())  # type: ignore[attr-defined]

        with ThreadPoolExecutor(32) as pool:
            assert len(set(pool.map(first_use, range(32)))) == 1
