"""What `drift init` reads in the files of models, and that none of them is run or fetched whole."""

import io
import json
import pickle
import zipfile

import pytest

from drift.setup.model.look import told_by_file
from jobs.buckets.registry import open_bucket
from tests.support.far_bucket import FarBucket
from tests.support.model_files import archive, onnx_bytes

CLASS = b"raise SystemExit('it ran')\n"
NAMES = json.dumps({"0": "cat", "1": "dog", "2": "fox"}).encode()


@pytest.fixture
def told(tmp_path):
    def look(name: str, data: bytes):
        (tmp_path / name).write_bytes(data)
        bucket = open_bucket(str(tmp_path))
        return told_by_file(bucket, bucket.info(name))

    return look


def test_onnx_tells_its_size_and_channels(told):
    found = told("a.onnx", onnx_bytes(["n", 1, 28, 20], ("logits", "features")))
    assert (found.height, found.width, found.channels) == (28, 20, 1)
    assert found.fault == ""


def test_onnx_of_any_size_says_no_size(told):
    assert not told("a.onnx", onnx_bytes(["n", 3, None, None])).has_size


def test_a_large_onnx_is_not_fetched_whole(tmp_path):
    (tmp_path / "a.onnx").write_bytes(onnx_bytes(["n", 3, 32, 32], weight_bytes=20_000_000))
    far = FarBucket(open_bucket(str(tmp_path)))
    assert told_by_file(far, far.info("a.onnx")).has_size
    assert far.calls["read_part", "a.onnx"] <= 4
    assert ("read", "a.onnx") not in far.calls


def test_an_archive_with_a_class_says_which_code_would_run_and_runs_none(told):
    found = told("a.mar", archive("w.pt", b"weights", {"net.py": CLASS}, modelFile="net.py"))
    assert found.code == ("net.py",)


def test_an_archive_tells_the_names_of_its_classes(told):
    data = archive("w.pt", b"", {"net.py": CLASS, "index_to_name.json": NAMES}, modelFile="net.py")
    assert told("a.mar", data).classes == ("cat", "dog", "fox")


def test_onnx_in_an_archive_tells_its_size_and_needs_no_code(told):
    found = told("a.mar", archive(weights=onnx_bytes(["n", 3, 64, 64])))
    assert found.form == "a TorchServe archive with ONNX"
    assert (found.height, found.code) == (64, ())


def test_a_state_dict_needs_its_class_named(told):
    found = told("a.pt", zipped_pickle({"weight": 1.0}))
    assert found.needs_module


def test_a_pickle_that_would_run_code_is_told_and_runs_nothing(told, tmp_path):
    found = told("a.pt", zipped_pickle(Opens(tmp_path / "ran")))
    assert "holds more than weights" in found.fault
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("member", ["../out.py", "/etc/out.py"])
def test_an_archive_that_leaves_its_folder_is_told(told, member):
    found = told("a.mar", archive(weights=b"w", members={member: b""}))
    assert found.fault.startswith("It cannot be opened: its member")


def test_random_bytes_are_told_as_no_model(told):
    assert "no model that is known" in told("a.onnx", b"nothing of the kind").fault


class Opens:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def zipped_pickle(value) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("net/data.pkl", pickle.dumps(value, protocol=2))
        packed.writestr("net/version", "3")
    return data.getvalue()
