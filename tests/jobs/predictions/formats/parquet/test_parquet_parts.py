"""Large Parquet logs in a far store: what is fetched, and what is found in it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from jobs.buckets.gcs.store import GCSBucket
from jobs.buckets.registry import open_bucket
from jobs.errors import ObjectChangedError, ObjectError
from jobs.job_file.prediction_settings import LogColumns, PredictionSettings
from jobs.predictions.reading import read_predictions
from jobs.predictions.rows.rows import PredictionRows
from jobs.testing.clouds.relay import relay_to
from jobs.times.windows import WindowRequest
from tests.support.gcs_server import GcsServer
from tests.support.memory_bucket import MemoryBucket

FIRST = datetime(2025, 3, 1, tzinfo=UTC)
DAYS = 10
ROWS_A_DAY = 4_000
# Random bytes cannot be compressed: a row takes about this many bytes.
WIDTH = 300


@dataclass
class FarBucket(MemoryBucket):
    """A store of which every part has to be fetched; counts the bytes."""

    url: str = "memory://far"
    parts: list[tuple[int, int]] = field(default_factory=list)
    copies: int = 0
    is_far = True

    def __post_init__(self) -> None:
        MemoryBucket.__init__(self, self.url)

    def read_part(self, name: str, start: int, size: int, version: str | None = None) -> bytes:
        self.parts.append((start, size))
        return super().read_part(name, start, size, version)

    def local_copy(self, name, folder):
        self.copies += 1
        return super().local_copy(name, folder)

    @property
    def fetched_bytes(self) -> int:
        return sum(size for _, size in self.parts)


def log_bytes(
    *,
    rows_per_group: int = ROWS_A_DAY,
    count: int = DAYS * ROWS_A_DAY,
    times: pa.Array | None = None,
    **options: object,
) -> bytes:
    """Return a log of ten days that no compression makes smaller."""
    random = np.random.default_rng(0)
    if times is None:
        step_us = DAYS * 86_400_000_000 // count
        start_us = int(FIRST.timestamp()) * 1_000_000
        times = pa.array(start_us + np.arange(count) * step_us).cast(pa.timestamp("us", "UTC"))
    noise = random.integers(0, 256, count * WIDTH, np.uint8).tobytes().hex()
    table = pa.table(
        {
            "timestamp": times,
            "id": [f"id-{number}" for number in range(count)],
            "noise": [noise[i * WIDTH : (i + 1) * WIDTH] for i in range(count)],
        }
    )
    target = io.BytesIO()
    parquet.write_table(table, target, row_group_size=rows_per_group, **options)
    return target.getvalue()


@pytest.fixture(scope="module")
def content() -> bytes:
    return log_bytes()


def read(bucket, *, end: datetime = FIRST + timedelta(days=6), **request) -> PredictionRows:
    settings = PredictionSettings(path="log.parquet", columns=LogColumns(id="id"))
    request = WindowRequest(end=end, **(request or {"last": timedelta(days=1)}))
    return read_predictions(bucket, settings, request)


def far(content: bytes) -> FarBucket:
    bucket = FarBucket()
    bucket.write("log.parquet", content)
    return bucket


def near(content: bytes) -> MemoryBucket:
    bucket = MemoryBucket()
    bucket.write("log.parquet", content)
    return bucket


def test_only_the_footer_and_the_row_groups_of_the_window_are_fetched(content: bytes) -> None:
    bucket = far(content)
    rows = read(bucket)
    assert len(rows) == ROWS_A_DAY
    assert bucket.copies == 0
    # One group of ten, the one that begins at the window's end, and the tail.
    assert bucket.fetched_bytes < 0.25 * len(content)


@pytest.mark.parametrize("day", [1, 5, 10])
def test_the_rows_are_those_of_the_whole_object(content: bytes, day: int) -> None:
    end = FIRST + timedelta(days=day, hours=-3)
    bucket = far(content)
    ours, theirs = read(bucket, end=end), read(near(content), end=end)
    assert bucket.copies == 0
    assert ours.fields.equals(theirs.fields)
    assert ours.raw.equals(theirs.raw)
    assert ours.tally == theirs.tally


def test_of_an_object_without_a_row_in_the_window_only_the_tail_is_fetched(content: bytes) -> None:
    bucket = far(content)
    assert len(read(bucket, end=FIRST + timedelta(days=40))) == 0
    assert (bucket.copies, bucket.fetched_bytes) == (0, 65_536)


def test_a_footer_longer_than_the_tail_is_fetched_whole() -> None:
    content = log_bytes(rows_per_group=100)
    assert int.from_bytes(content[-8:-4], "little") > 65_536
    bucket = far(content)
    assert read(bucket).fields.equals(read(near(content)).fields)
    assert bucket.copies == 0


def test_a_window_that_needs_most_of_an_object_gets_all_of_it(content: bytes) -> None:
    bucket = far(content)
    rows = read(bucket, end=FIRST + timedelta(days=8), last=timedelta(days=7))
    assert (len(rows), bucket.copies) == (7 * ROWS_A_DAY, 1)
    assert bucket.fetched_bytes == 65_536


def test_a_window_by_rows_gets_all_of_it_as_no_start_is_known(content: bytes) -> None:
    bucket = far(content)
    rows = read(bucket, end=FIRST + timedelta(days=9), rows=10)
    assert (len(rows), bucket.copies) == (10, 1)


def test_times_that_are_texts_are_read_whole() -> None:
    count = DAYS * ROWS_A_DAY
    texts = pa.array([(FIRST + timedelta(seconds=21.6 * n)).isoformat() for n in range(count)])
    content = log_bytes(times=texts)
    bucket = far(content)
    assert len(read(bucket)) == ROWS_A_DAY
    assert bucket.copies == 1


def test_a_small_object_is_fetched_at_once() -> None:
    bucket = far(log_bytes(rows_per_group=100, count=500))
    assert len(read(bucket)) == 50
    assert (bucket.copies, bucket.parts) == (1, [])


def test_an_object_at_hand_is_not_read_in_parts(content: bytes) -> None:
    bucket = near(content)
    assert len(read(bucket)) == ROWS_A_DAY
    # `MemoryBucket.read_part` reads.
    assert not bucket.reads


def test_an_object_that_changes_meanwhile_is_read_as_it_is_then(content: bytes) -> None:
    class Changing(FarBucket):
        def read_part(self, name, start, size, version=None):
            if len(self.parts) == 1:
                self.write("log.parquet", content)
            return super().read_part(name, start, size, version)

    bucket = Changing()
    bucket.write("log.parquet", content)
    assert len(read(bucket)) == ROWS_A_DAY
    assert (bucket.copies, len(bucket.parts)) == (1, 2)


@pytest.mark.parametrize("end", [b"PARE", b"....", b"PAR1"])
def test_a_damaged_end_is_said_of_the_whole_object(content: bytes, end: bytes) -> None:
    bucket = far(content[:-12] + b"\xff" * 8 + end)
    with pytest.raises(ObjectError, match="cannot be read as Parquet"):
        read(bucket)
    assert bucket.copies == 1


def test_a_part_that_came_damaged_is_noticed_where_the_writer_left_checksums() -> None:
    content = log_bytes(write_page_checksum=True)

    class Damaging(FarBucket):
        def read_part(self, name, start, size, version=None):
            data = super().read_part(name, start, size, version)
            if len(self.parts) < 2:
                return data
            place = size // 2
            return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

    bucket = Damaging()
    bucket.write("log.parquet", content)
    with pytest.raises(ObjectError, match="cannot be read as Parquet"):
        read(bucket)


def test_a_column_that_is_missing_is_said_as_ever(content: bytes) -> None:
    settings = PredictionSettings(path="log.parquet", columns=LogColumns(timestamp="time"))
    request = WindowRequest(end=FIRST, last=timedelta(days=1))
    with pytest.raises(ObjectError, match='there is no column "time"'):
        read_predictions(far(content), settings, request)


def test_from_a_real_server_few_bytes_come(
    gcs_server: GcsServer, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    name = gcs_server.make_bucket()
    gcs_server.put(name, "log.parquet", content)
    sent: list[int] = []
    with relay_to(gcs_server.host) as relay:

        def count(_, pass_on):
            answer = pass_on()
            sent.append(len(answer.body))
            return answer

        relay.fault = count
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", relay.host)
        rows = read(open_bucket(f"gs://{name}"))
    assert len(rows) == ROWS_A_DAY
    assert sum(sent) < 0.25 * len(content)


def test_a_generation_that_was_replaced_is_told_from_a_missing_object(
    gcs_server: GcsServer,
) -> None:
    name = gcs_server.make_bucket()
    bucket = GCSBucket(f"gs://{name}")
    version = bucket.write("a", b"first")
    bucket.write("a", b"second")
    with pytest.raises(ObjectChangedError, match=version):
        bucket.read_part("a", 0, 1, version)
