"""A pack as bytes: what goes in comes out, and anything else is no pack."""

import gzip
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.buckets.bucket import StoredObject
from reports.copies.names import is_before, is_pack, pack_beginning
from reports.copies.packs import pack, unpack

OBJECTS = st.dictionaries(
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1),
    st.builds(StoredObject, data=st.binary(max_size=200), version=st.text("0123456789-abc")),
    max_size=20,
)


@given(OBJECTS)
def test_what_is_packed_is_unpacked(objects):
    assert unpack(pack(objects)) == objects


def test_the_same_objects_are_the_same_bytes_in_any_order():
    one = {"a": StoredObject(data=b"1", version="7"), "b": StoredObject(data=b"", version="8")}
    assert pack(one) == pack(dict(reversed(one.items())))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: b"no gzip",
        lambda data: data[:-9],
        lambda data: data[: len(data) // 2] + b"\0\0" + data[len(data) // 2 + 2 :],
        lambda data: gzip.compress(b"another format\n[]\n"),
        lambda data: gzip.compress(gzip.decompress(data) + b"more"),
        lambda data: gzip.compress(gzip.decompress(data).replace(b'["a"', b'["a')),
        lambda data: gzip.compress(gzip.decompress(data)[:80]),
        lambda data: gzip.compress(b"\0" * (80 << 20), 1),
    ],
)
def test_what_is_damaged_or_foreign_is_no_pack(change):
    whole = pack({"a": StoredObject(data=b"abc" * 40, version="7")})
    with pytest.raises(ValueError, match=r"it |its "):
        unpack(change(whole))


def test_names_tell_their_days():
    name = f"{pack_beginning('results/*/*')}2025-03-04.pack"
    assert is_pack(name)
    assert is_before(name, date(2025, 3, 5))
    assert not is_before(name, date(2025, 3, 4))
    assert not is_before(f"{pack_beginning('a')}undated.pack", date(2025, 3, 5))
    assert not is_pack("results-2025-03-04.pack")
