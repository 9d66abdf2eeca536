"""Files that somebody made to break or to mislead a program: each is one line, and runs nothing."""

import io
import os
import pickle
import stat
import struct
import warnings
import zipfile

import pytest

from jobs.errors import ModelError
from reference_stats.model_view.files.archive import ModelArchive
from reference_stats.model_view.files.forms import form_of
from reference_stats.model_view.files.zip_members import MOST_UNPACKED_BYTES, ModelZip
from tests.support.model_archives import manifest

GOOD = {"w.pt": b"weights", "MAR-INF/MANIFEST.json": manifest("w.pt").encode()}


class Running:
    """What a pickle of it would run."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def zipped(members, **changes):
    """Return a zip of some members, with changes to the entry of the one called `w.pt`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = changes.get("mode", 0o600) << 16 if name == "w.pt" else 0
            archive.writestr(info, content)
    return stream


def said_of(stream):
    with pytest.raises(ModelError) as error:
        ModelArchive.looked_at("bucket/tiny.mar", stream)
    assert "\n" not in error.value.message
    assert error.value.message.startswith("bucket/tiny.mar: ")
    return error.value.message


def test_a_plain_archive_is_looked_at():
    archive = ModelArchive.looked_at("bucket/tiny.mar", zipped(GOOD.items()))

    assert archive.model_name == "tiny"
    assert archive.weights() == b"weights"


@pytest.mark.parametrize(
    "name", ["../w2.pt", "a/../../w2.pt", "/etc/w2.pt", "C:/w2.pt", "a\\..\\..\\w2.pt", "\\w2.pt"]
)
def test_a_member_that_would_leave_its_folder_is_refused(name):
    message = said_of(zipped([*GOOD.items(), (name, b"x")]))

    assert "leave its folder" in message
    assert "nothing of it was read" in message


def test_a_zero_byte_in_a_name_is_refused():
    stream = zipped([*GOOD.items(), ("abXcd", b"x")])
    changed = io.BytesIO(stream.getvalue().replace(b"abXcd", b"ab\0cd"))

    assert "zero byte" in said_of(changed)


@pytest.mark.parametrize(
    ("kind", "words"), [(stat.S_IFLNK, "w.pt is a link"), (stat.S_IFCHR, "w.pt is a device")]
)
def test_a_member_that_is_no_file_is_refused(kind, words):
    assert words in said_of(zipped(GOOD.items(), mode=kind | 0o777))


def test_an_encrypted_member_is_refused():
    content = bytearray(zipped(GOOD.items()).getvalue())
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= 1

    assert "encrypted" in said_of(io.BytesIO(bytes(content)))


def test_two_members_of_one_name_are_refused():
    assert "2 members named w.pt" in said_of(zipped([*GOOD.items(), ("w.pt", b"other")]))


def test_a_member_that_unpacks_to_much_more_is_not_unpacked():
    message = said_of(zipped([*GOOD.items(), ("zeros", bytes(80 << 20))]))

    assert "200 times" in message
    assert "It was not unpacked" in message


def test_members_that_claim_more_than_a_model_has_are_not_unpacked():
    content = bytearray(zipped(GOOD.items()).getvalue())
    entry = content.index(b"PK\x01\x02")
    claimed = MOST_UNPACKED_BYTES - 1
    content[entry + 24 : entry + 28] = struct.pack("<I", min(claimed, 0xFFFFFFFE))

    assert "It was not unpacked" in said_of(io.BytesIO(bytes(content)))


def test_a_member_that_holds_more_than_it_claims_is_read_no_further():
    # The list of members claims one byte; the member itself unpacks to a million.
    stream = zipped([("w.pt", bytes(1 << 20))])
    content = bytearray(stream.getvalue())
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 1)
    members = ModelZip("tiny.mar", io.BytesIO(bytes(content)))

    with pytest.raises(ModelError, match=r"w\.pt cannot be read"):
        members.read("w.pt")


def test_a_member_is_read_up_to_what_is_allowed():
    members = ModelZip("tiny.mar", zipped([("w.pt", bytes(3 << 20))]))

    with pytest.raises(ModelError, match="more than 1,000,000 bytes"):
        members.read("w.pt", most_bytes=1_000_000)


def test_a_zip_of_very_many_members_is_refused():
    stream = zipped([(f"{number}", b"") for number in range(20_001)])

    assert "20,001 members" in said_of(stream)


def test_a_damaged_zip_is_one_line():
    content = zipped(GOOD.items()).getvalue()

    assert "cannot be read as one" in said_of(io.BytesIO(content[: len(content) // 2]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", 'has no table "model"'),
        ('{"model": {"serializedFile": 3}}', "is no name of a file"),
        ('{"model": {"modelName": "tiny", "handler": "h.py"}}', "all in its handler"),
        ('{"model": {"serializedFile": "gone.pt"}}', "names gone.pt, which is not in it"),
    ],
)
def test_a_manifest_that_is_none_is_one_line(text, words):
    assert words in said_of(zipped([("w.pt", b"x"), ("MAR-INF/MANIFEST.json", text.encode())]))


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_a_pickle_that_runs_a_command_runs_nothing(tmp_path, protocol):
    marker = tmp_path / "ran"
    content = pickle.dumps(Running(f"touch {marker}"), protocol=protocol)

    with pytest.raises(ModelError) as error:
        form_of("bucket/model.pt", io.BytesIO(content))

    assert not marker.exists()
    if protocol >= 2:
        assert "runs code when it is read, so it is never read" in error.value.message


def test_a_pickle_in_a_zip_of_torch_runs_nothing(tmp_path):
    marker = tmp_path / "ran"
    content = pickle.dumps({"weights": Running(f"touch {marker}")}, protocol=2)

    with pytest.raises(ModelError, match=r"names (posix|nt)\.system"):
        form_of("bucket/model.pt", zipped([("model/data.pkl", content), ("model/version", b"3")]))

    assert not marker.exists()


def test_names_that_a_pickle_says_by_their_number_are_found():
    # protocol 4 memoizes both strings of the name, and says them a second time by number.
    content = pickle.dumps([Running("x"), Running("y")], protocol=4)

    with pytest.raises(ModelError, match=r"names (posix|nt)\.system\."):
        form_of("model.pt", io.BytesIO(content * 4))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x1f\x8b\x08" + bytes(600), "packed with gzip"),
        (bytes(257) + b"ustar" + bytes(400), "it is a tar"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"\x1c\0\0\0TFL3" + bytes(20), "TensorFlow Lite"),
        (struct.pack("<Q", 60) + b'{"a":{"dtype":"F32"}}', "safetensors"),
        (b"<?xml version='1.0'?><Error>", "a web page or XML"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
        (b"hello", "no model that is known"),
        (b"\x80\x02", "begins like a pickle"),
    ],
)
def test_what_is_no_model_is_said(content, words):
    with pytest.raises(ModelError, match=words):
        form_of("bucket/model", io.BytesIO(content))


def test_a_zip_without_a_model_is_said():
    with pytest.raises(ModelError, match="a zip without a model in it"):
        form_of("bucket/model", zipped([("photo.jpg", b"x")]))
