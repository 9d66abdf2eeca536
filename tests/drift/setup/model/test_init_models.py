"""What `drift init` proposes where models lie in the bucket."""

import shutil
import tomllib

import pytest

from drift.setup.propose.outcome import told, validated
from tests.support import usual_layouts
from tests.support.layouts import LAYOUTS
from tests.support.proposing import proposed

assert usual_layouts


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    LAYOUTS["daily_parquet"].make(folder)
    return folder


@pytest.fixture
def bucket(world, tmp_path):
    shutil.copytree(world, tmp_path / "bucket")
    return tmp_path / "bucket"


def put(bucket, name, data=b"no model"):
    path = bucket / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_a_bucket_without_models_gets_no_table(bucket):
    proposal = proposed(bucket)
    assert proposal.model is None
    assert "[model]" not in validated(proposal)


def test_of_several_models_the_others_are_told_as_a_doubt(bucket):
    for name in ("models/a.pt", "models/b.pt", "models/c.onnx"):
        put(bucket, name)
    proposal = proposed(bucket)
    assert proposal.model.path == "models/c.onnx"
    (doubt,) = [one for one in proposal.doubts if one.key == "model"]
    assert "models/b.pt or models/a.pt" in doubt.text  # The newest first.
    assert '# path = "models/c.onnx"' in validated(proposal)


def test_a_model_does_not_change_the_rest_of_the_proposal(bucket):
    before = tomllib.loads(validated(proposed(bucket)))
    put(bucket, "model_store/dogs.mar")
    assert tomllib.loads(validated(proposed(bucket))) == before


def test_a_form_that_is_not_read_is_told_with_the_way_over(bucket, tmp_path):
    put(bucket, "models/dogs.h5")
    proposal = proposed(bucket)
    text = " ".join(validated(proposal).replace("# ", "").split())
    assert "models/dogs.h5 looks like a model of a form that is not read" in text
    assert "ONNX" in text
    assert "models/dogs.h5" not in told(proposal, tmp_path / "x.toml")
