"""Tar and zip files that are right, and unlike what most programs write."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from jobs.buckets.registry import open_bucket
from jobs.images.packed.bucket import PackedImages
from jobs.images.packed.opening import PackedRules
from tests.support.packed_images import zip_of


@pytest.fixture
def members(tmp_path):
    bucket = open_bucket(str(tmp_path))

    def read(name, data):
        bucket.write(name, data)
        images = PackedImages(bucket, PackedRules())
        return {one.partition("#")[2]: images.read(one).data for one in images.members(name)}

    return read


def entry(name, data=b"", *, kind=tarfile.REGTYPE, size=None):
    header = tarfile.TarInfo(name)
    header.type, header.size = kind, len(data) if size is None else size
    return header.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512)


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE])
def test_links_and_folders_have_no_data_whatever_their_size(members, kind):
    data = entry("a.jpg", b"a") + entry("b", kind=kind, size=700) + entry("c.jpg", b"c")
    assert members("x.tar", data + bytes(1024)) == {"a.jpg": b"a", "c.jpg": b"c"}


def test_numbers_too_long_to_be_read_are_passed_over(members):
    record = b"5012 size=" + b"9" * 5001 + b"\n"
    for more in (record, b"9" * 5000):
        data = entry("more", more, kind=tarfile.XHDTYPE) + entry("a.jpg", b"a") + bytes(1024)
        assert members("x.tar", data) == {"a.jpg": b"a"}


@pytest.mark.parametrize("behind", [b"", b" and more" * 9])
def test_a_comment_may_look_like_the_end_of_a_zip(members, behind):
    file = io.BytesIO(zip_of({"a.jpg": b"a"}))
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = b"not PK\5\6 the end" + behind
    assert members("x.zip", file.getvalue()) == {"a.jpg": b"a"}


@pytest.mark.parametrize(("system", "name"), [(0, "in/a.jpg"), (3, "in\\a.jpg")])
def test_a_zip_of_windows_may_have_its_own_mark_for_folders(members, system, name):
    info = zipfile.ZipInfo("in\\a.jpg")
    folder = zipfile.ZipInfo("in\\")
    info.create_system = folder.create_system = system
    written = [(folder, b""), (info, b"a")] if system == 0 else [(info, b"a")]
    assert members("x.zip", zip_of(written)) == {name: b"a"}
