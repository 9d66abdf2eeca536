"""Images in a column of a Parquet file."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from jobs.buckets.registry import open_bucket
from jobs.errors import ObjectError, ObjectMissingError, ObjectTooLargeError
from jobs.images.packed import local, table
from jobs.images.packed.bucket import PackedImages
from jobs.images.packed.opening import PackedRules
from jobs.images.packed.table_columns import TableKeys
from tests.support.packed_images import table_of

IMAGES = [b"one" * 100, b"two" * 200, b"three" * 300, b"four", b"five"]
STRUCTS = [{"bytes": image, "path": f"{number}.jpg"} for number, image in enumerate(IMAGES)]


@pytest.fixture
def packed(tmp_path):
    bucket = open_bucket(str(tmp_path))

    def pack(columns, keys=None, **more):
        bucket.write("x.parquet", table_of(columns, **more))
        return PackedImages(bucket, PackedRules(keys=keys or TableKeys(), most_bytes=10_000))

    return pack


def read(images, *keys):
    return [images.read(f"x.parquet#{key}").data for key in keys]


def test_a_struct_of_bytes_and_path_by_its_path(packed):
    images = packed({"image": STRUCTS, "label": [1, 2, 3, 4, 5], "text": list("abcde")})
    assert read(images, *[f"{number}.jpg" for number in range(5)]) == IMAGES


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
@pytest.mark.parametrize("ids", [["a", "b", "c", "d", "e"], [7, 8, 9, 10, -1]])
def test_one_column_of_bytes_by_the_one_column_beside_it(packed, kind, ids):
    images = packed({"id": ids, "score": [0.5] * 5, "jpeg": pa.array(IMAGES, kind)})
    assert read(images, *reversed(ids)) == IMAGES[::-1]


@pytest.mark.parametrize(
    "columns",
    [
        {"jpeg": IMAGES},
        {"image": pa.array([{**one, "path": None} for one in STRUCTS],
                           pa.struct({"bytes": pa.binary(), "path": pa.string()})),
         "label": [3] * 5},
    ],
)  # fmt: skip
def test_rows_are_counted_where_nothing_names_them(packed, columns):
    assert read(packed(columns), 4, 0, 2) == [IMAGES[4], IMAGES[0], IMAGES[2]]


def test_the_job_file_names_columns_where_several_fit(packed):
    columns = {"id": [1, 2], "other": ["a", "b"], "thumb": [b"t", b"u"], "jpeg": IMAGES[:2]}
    with pytest.raises(ObjectError, match=r"several columns .* Expected images\.packed_bytes to"):
        read(packed(columns), 1)
    with pytest.raises(ObjectError) as raised:
        read(packed(columns, TableKeys(images="jpeg")), 1)
    assert (
        "Expected images.packed_key to name the one meant. It has: id (int64), other (string), "
        in (str(raised.value))
    )
    assert read(packed(columns, TableKeys(images="jpeg", names="other")), "b") == [IMAGES[1]]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (TableKeys(images="photo"), "images.packed_bytes is 'photo', which is no column of bytes"),
        (TableKeys(names="jpeg"), "images.packed_key is 'jpeg', which is no column of text or"),
    ],
)
def test_a_column_that_is_not_there_or_of_another_kind_is_named(packed, keys, said):
    with pytest.raises(ObjectError) as raised:
        read(packed({"id": [1], "jpeg": IMAGES[:1]}, keys), 1)
    assert said in str(raised.value)
    assert "It has: id (int64), jpeg (binary)." in str(raised.value)


def test_a_label_is_not_taken_for_a_name(packed):
    columns = {"image": IMAGES[:3], "label": [1, 0, 1]}
    with pytest.raises(ObjectError, match="'label' of the packed table does not name each image"):
        read(packed(columns), 1)
    assert read(packed(columns, TableKeys(names="label")), 1) == [IMAGES[2]]


def test_a_table_without_images_is_named(packed):
    with pytest.raises(ObjectError, match="no column of the packed table holds images"):
        read(packed({"id": [1], "label": ["cat"]}), 1)


def test_rows_without_a_name_or_an_image_are_no_members(packed):
    keys = TableKeys(names="id")
    images = packed({"id": ["a", None, "c"], "jpeg": [None, b"x", b"c"]}, keys)
    assert read(images, "c") == [b"c"]
    for key in ("a", "None", "b"):
        with pytest.raises(ObjectMissingError):
            read(images, key)


def test_an_absolute_path_is_a_name_like_any_other(packed):
    images = packed({"image": [{"bytes": b"x", "path": "/data/train/a.jpg"}]})
    assert read(images, "/data/train/a.jpg") == [b"x"]


def test_a_large_image_is_not_kept(packed):
    images = packed({"id": ["a", "b"], "jpeg": [b"x" * 20_000, b"b"]})
    with pytest.raises(ObjectTooLargeError):
        images.read("x.parquet#a", 10_000)
    assert read(images, "b") == [b"b"]


@pytest.mark.parametrize("compression", ["zstd", "none"])
def test_one_value_in_all_rows_takes_no_memory_and_little_disk(packed, compression, monkeypatch):
    monkeypatch.setattr(table, "_PIECE_BYTES", 1 << 20)
    monkeypatch.setattr(local, "_LEAST_LIMIT", 1 << 20)
    count = 10_000
    columns = {"id": list(range(count)), "jpeg": [b"x" * 9_000] * count}
    images = packed(columns, rows_in_a_group=count, compression=compression)
    images.expect([f"x.parquet#{row}" for row in range(count)])
    before = pa.total_allocated_bytes()
    with pytest.raises(ObjectError, match=r"was unpacked to [\d,]+ bytes and goes on"):
        read(images, 5)
    assert pa.total_allocated_bytes() - before < 8 << 20


def test_only_row_groups_that_are_asked_for_are_read(packed):
    images = packed({"image": STRUCTS})
    images.expect([f"x.parquet#{number}.jpg" for number in (1, 3)])
    assert read(images, "1.jpg", "3.jpg", "2.jpg") == [IMAGES[1], IMAGES[3], IMAGES[2]]


def test_categories_name_images_as_their_texts_do(packed):
    ids = pa.array(list("abcde")).dictionary_encode()
    assert read(packed({"id": ids, "jpeg": IMAGES}), *"edcba") == IMAGES[::-1]


def test_names_that_are_no_text_are_an_error(packed):
    ids = pa.array([b"a", b"\xff", b"c", b"d", b"e"]).view(pa.string())
    with pytest.raises(ObjectError, match="no complete Parquet file: 'utf-8' codec"):
        read(packed({"id": ids, "jpeg": IMAGES}), "a")


def test_no_thread_reads_an_image_before_it_is_in_its_place(packed, monkeypatch):
    images = packed({"id": list("abcde"), "jpeg": IMAGES}, rows_in_a_group=5)
    images.expect([f"x.parquet#{one}" for one in "abcde"])
    add, is_adding, go_on = local.SpoolFile.add, threading.Event(), threading.Event()

    def slow_add(spool, contents):
        found = add(spool, contents)
        is_adding.set()
        assert go_on.wait(10)
        return found

    monkeypatch.setattr(local.SpoolFile, "add", slow_add)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(read, images, "a")
        assert is_adding.wait(10)
        other = pool.submit(read, images, "c")
        time.sleep(0.1)
        go_on.set()
        assert (first.result(), other.result()) == ([IMAGES[0]], [IMAGES[2]])


def test_what_is_too_large_has_no_bytes_of_another(packed):
    images = packed({"id": ["a", "b"], "jpeg": [b"a" * 20_000, b"b" * 9_000]})
    with pytest.raises(ObjectTooLargeError):
        read(images, "b", "a")
