"""Where the file of a model is, and how it comes onto this machine."""

from functools import cache
from pathlib import Path

import pytest

from drift.run_model.places import code_beside, model_place
from jobs.buckets.registry import open_bucket
from jobs.errors import ModelError


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for folder in ("bucket/models", "others/nets", "copies"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "bucket/models/a.pt").write_bytes(b"in the bucket")
    (tmp_path / "bucket/models/nets.py").write_bytes(b"class Small: ...")
    (tmp_path / "others/nets/a.pt").write_bytes(b"elsewhere")
    return tmp_path.resolve()


def place(model: str, folders: Path, allowed=()):
    opened = cache(open_bucket)
    return model_place(model, opened(str(folders / "bucket")), opened, allowed)


@pytest.mark.parametrize(
    ("model", "content"),
    [
        ("models/a.pt", b"in the bucket"),
        ("{folders}/bucket/models/a.pt", b"in the bucket"),
        ("{folders}/others/nets/a.pt", b"elsewhere"),
        ("file://{folders}/others/nets/a.pt", b"elsewhere"),
    ],
)
def test_a_model_is_copied_from_where_the_job_file_says(folders, model, content):
    found = place(model.format(folders=folders), folders).local(folders / "copies")

    assert found.read_bytes() == content
    assert found.parent == folders / "copies"


def test_a_copy_stays_as_it_is_when_the_model_is_replaced(folders):
    found = place("models/a.pt", folders)
    copy, before = found.local(folders / "copies"), found.version()

    (folders / "bucket/models/a.pt").write_bytes(b"a later model")

    assert copy.read_bytes() == b"in the bucket"
    assert found.version() != before


def test_a_url_below_an_allowed_prefix_is_read_there(folders):
    prefix = f"file://{folders}/others/"
    found = place(f"{prefix}nets/a.pt", folders, [prefix])

    assert found.local(folders / "copies").read_bytes() == b"elsewhere"


def test_a_url_outside_of_all_prefixes_is_refused(folders):
    with pytest.raises(ModelError, match=r"images\.allowed_prefixes \(there: gs://mine/\)"):
        place("gs://others/a.pt", folders, ["gs://mine/"])


@pytest.mark.parametrize("model", ["models/../../others/nets/a.pt", "models/", "models/\x00.pt"])
def test_an_unsafe_name_is_refused(folders, model):
    with pytest.raises(ModelError, match=r"model\.path cannot be used"):
        place(model, folders)


def test_a_model_that_is_gone_is_said_to_be(folders):
    found = place("models/b.pt", folders)

    with pytest.raises(ModelError, match=r"models/b\.pt: there is no such file .*Upload it"):
        found.version()
    with pytest.raises(ModelError, match="there is no such file"):
        found.local(folders / "copies")


def test_where_no_copy_can_be_written_the_advice_is_about_that_alone(folders):
    with pytest.raises(ModelError, match=r"could not be copied to .*TMPDIR name another folder\.$"):
        place("models/a.pt", folders).local(folders / "gone")


def test_the_class_of_a_state_dict_lies_beside_it(folders):
    found = place("models/a.pt", folders)

    beside = code_beside(found, "nets.py:Small")

    assert beside is not None
    assert beside.local(folders / "copies").read_bytes() == b"class Small: ..."
    assert code_beside(found, "package.nets:Small") is None
    assert code_beside(found, None) is None
    with pytest.raises(ModelError, match=r"model\.module"):
        code_beside(found, "../../others/nets.py:Small")
