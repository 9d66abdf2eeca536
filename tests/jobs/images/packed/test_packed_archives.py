"""Tar and zip files as programs write them, and as those who mean harm do."""

from __future__ import annotations

import contextlib
import gzip
import io
import struct
import subprocess
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.buckets.registry import open_bucket
from jobs.errors import ObjectError, ObjectMissingError, ObjectTooLargeError
from jobs.images.packed import local, members, tar
from jobs.images.packed import zip as packed_zip
from jobs.images.packed.bucket import PackedImages
from jobs.images.packed.opening import PackedRules
from tests.support.packed_images import tar_of, zip_of

LONG = "ü/" * 60 + "x" * 120 + ".jpg"
CONTENTS = {"a.jpg": b"first", LONG: b"long name", "c.jpg": b"third" * 1000}


@pytest.fixture
def packed(tmp_path):
    bucket = open_bucket(str(tmp_path))

    def pack(name, data):
        bucket.write(name, data)
        return PackedImages(bucket, PackedRules(most_bytes=100_000))

    return pack


def read(images, shard):
    return {name.partition("#")[2]: images.read(name).data for name in images.members(shard)}


@pytest.mark.parametrize("format", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_of_either_kind(packed, format):  # noqa: A002
    assert read(packed("x.tar", tar_of(CONTENTS, format)), "x.tar") == CONTENTS


def test_a_long_name_of_ustar(packed):
    contents = {"d" * 120 + "/" + "e" * 90: b"split"}
    assert read(packed("x.tar", tar_of(contents)), "x.tar") == contents


@pytest.mark.parametrize("options", [[], ["--format=v7"], ["--format=gnu", "--sparse"]])
def test_what_the_program_tar_writes(packed, tmp_path, options):
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "sub" / "a.jpg").write_bytes(b"a" * 700)
    (tmp_path / "in" / "b.jpg").write_bytes(b"b")
    with (tmp_path / "in" / "hole.jpg").open("wb") as file:
        for place in range(30):
            file.seek(place << 17)
            file.write(b"x" * 512)
    (tmp_path / "in" / "zz.jpg").write_bytes(b"behind the hole")
    (tmp_path / "in" / "link.jpg").symlink_to("b.jpg")
    (tmp_path / "in" / "z.jpg").hardlink_to(tmp_path / "in" / "b.jpg")
    command = ["tar", *options, "-C", str(tmp_path / "in"), "--sort=name", "-cf", "-", "."]
    images = packed("x.tar", subprocess.run(command, check=True, capture_output=True).stdout)
    found = read(PackedImages(open_bucket(str(tmp_path)), PackedRules()), "x.tar")
    assert found["sub/a.jpg"] == b"a" * 700
    assert found["zz.jpg"] == b"behind the hole"
    # Neither links nor holes are followed: they are no members.
    plain = {"sub/a.jpg", "b.jpg", "zz.jpg"}
    assert set(found) == (plain if "--sparse" in options else {*plain, "hole.jpg"})
    with pytest.raises(ObjectMissingError):
        images.read("x.tar#link.jpg")


def test_a_sparse_file_of_pax_is_no_member(packed, tmp_path):
    with (tmp_path / "hole.jpg").open("wb") as file:
        file.seek(1 << 20)
        file.write(b"x")
    command = ["tar", "--format=pax", "--sparse", "-C", str(tmp_path), "-cf", "-", "hole.jpg"]
    data = subprocess.run(command, check=True, capture_output=True).stdout
    assert read(packed("x.tar", data), "x.tar") == {}


def test_a_tar_that_was_appended_to(packed, tmp_path):
    path = tmp_path / "x.tar"
    path.write_bytes(tar_of({"a.jpg": b"old", "b.jpg": b"b"}))
    with tarfile.open(path, "a") as archive:
        member = tarfile.TarInfo("a.jpg")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"new"))
    assert read(packed("x.tar", path.read_bytes()), "x.tar") == {"a.jpg": b"new", "b.jpg": b"b"}


def test_an_archive_in_an_archive_is_not_looked_into(packed):
    images = packed("x.tar", tar_of({"in.tar": tar_of({"a.jpg": b"a"})}))
    with pytest.raises(ObjectMissingError):
        images.read("x.tar#in.tar#a.jpg")


def test_a_wrong_checksum_names_its_place(packed):
    data = bytearray(tar_of({"a.jpg": b"a", "b.jpg": b"b"}))
    data[1024 + 3] ^= 1
    images = packed("x.tar", bytes(data))
    with pytest.raises(ObjectError, match="checksum of a header is wrong, at byte 1,024"):
        images.read("x.tar#a.jpg")


def test_a_size_beyond_the_end_is_an_error(packed):
    member = tarfile.TarInfo("a.jpg")
    member.size = 1 << 50
    images = packed("x.tar", member.tobuf(tarfile.GNU_FORMAT) + bytes(1024))
    with pytest.raises(ObjectError, match="ends within the member"):
        images.read("x.tar#a.jpg")


@given(
    noise=st.binary(max_size=40), place=st.integers(0, 4000), kind=st.sampled_from(["tar", "zip"])
)
@settings(max_examples=150, deadline=None)
def test_damage_anywhere_is_an_error_or_other_bytes(noise, place, kind):
    contents = {f"{number}.jpg": b"%d" % number * 99 for number in range(4)}
    pack = {"tar": tar_of, "zip": lambda one: zip_of(one, zipfile.ZIP_DEFLATED)}[kind]
    data = bytearray(pack(contents))
    data[place : place + len(noise)] = noise
    source = _Memory(bytes(data))
    with contextlib.suppress(ObjectError):
        found = (tar.TarMembers if kind == "tar" else packed_zip.ZipMembers)(source)
        for name in found:
            with contextlib.suppress(ObjectError):
                assert len(found.read(name)) == found.size_of(name)


class _Memory:
    """Bytes as a source."""

    block_bytes = 600

    def __init__(self, data):
        self.url, self.size, self._data = "memory://x", len(data), data

    def read(self, start, size):
        return self._data[start : start + size]


def test_a_gzip_bomb_ends_early_and_leaves_nothing(packed, monkeypatch, tmp_path):
    monkeypatch.setattr(local, "_LEAST_LIMIT", 1 << 20)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    images = packed("x.tar.gz", gzip.compress(tar_of({"a.jpg": bytes(50 << 20)})))
    with pytest.raises(ObjectError, match=r"goes on\. Expected at most 20 times"):
        images.read("x.tar.gz#a.jpg")
    assert [one for one in tmp_path.rglob("*") if one.is_file() and one.stat().st_size > 1e6] == []


def test_a_zip_bomb_is_too_large_before_it_is_unpacked(packed):
    images = packed("x.zip", zip_of({"a.jpg": bytes(200_000)}, zipfile.ZIP_DEFLATED))
    with pytest.raises(ObjectTooLargeError):
        images.read("x.zip#a.jpg", 100_000)


def test_a_zip_that_lies_about_a_size_is_unpacked_no_further(packed):
    data = zip_of({"a.jpg": bytes(50_000_000)}, zipfile.ZIP_DEFLATED)
    lying = data.replace(struct.pack("<L", 50_000_000), struct.pack("<L", 1000))
    images = packed("x.zip", lying)
    with pytest.raises(ObjectError, match=r"x\.zip#a\.jpg: this member of the zip is damaged"):
        images.read("x.zip#a.jpg", 100_000)


def test_a_zip_with_a_beginning_and_a_comment(packed):
    file = io.BytesIO(b"#!/bin/sh\nexec true\n")
    file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", b"a" * 999)
        archive.comment = b"PK, a comment"
    assert read(packed("x.zip", file.getvalue()), "x.zip") == {"a.jpg": b"a" * 999}


def test_a_zip_of_more_than_65535_members(packed):
    contents = {f"{number}.jpg": b"%d" % number for number in range(70_000)}
    images = packed("x.zip", zip_of(contents))
    assert images.read("x.zip#69999.jpg").data == b"69999"
    assert len(images.members("x.zip")) == 70_000


def test_other_methods_and_passwords_are_named(packed):
    data = zip_of({"a.jpg": b"a" * 999}, zipfile.ZIP_BZIP2)
    with pytest.raises(ObjectError, match=r"packed by method 12\. Expected one that is stored or"):
        packed("x.zip", data).read("x.zip#a.jpg")
    encrypted = bytearray(zip_of({"a.jpg": b"a"}))
    encrypted[encrypted.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(ObjectError, match=r"is encrypted\. Expected"):
        packed("y.zip", bytes(encrypted)).read("y.zip#a.jpg")


def test_folders_and_links_in_a_zip_are_no_members(packed):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("folder/", b"")
        link = zipfile.ZipInfo("link.jpg")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, b"/etc/passwd")
        archive.writestr("folder/a.jpg", b"a")
    assert read(packed("x.zip", file.getvalue()), "x.zip") == {"folder/a.jpg": b"a"}


@pytest.mark.parametrize(("name", "pack"), [("x.tar", tar_of), ("x.zip", zip_of)])
def test_too_many_members_are_refused(packed, monkeypatch, name, pack):
    for module in (tar, packed_zip, members):
        monkeypatch.setattr(module, "MOST_MEMBERS", 5)
    images = packed(name, pack({f"{number}.jpg": b"a" for number in range(6)}))
    with pytest.raises(ObjectError, match="more than 5 members"):
        images.read(f"{name}#1.jpg")
