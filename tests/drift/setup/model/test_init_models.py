"""What `drift init` proposes where models lie in the bucket."""

import shutil
import tomllib

import pytest

from drift.setup.propose.outcome import told, validated
from jobs.job_file.model_settings import ModelSettings
from tests.support import usual_layouts
from tests.support.layouts import LAYOUTS, feature_table
from tests.support.model_files import archive, onnx_bytes
from tests.support.proposing import proposed

assert usual_layouts


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    LAYOUTS["daily_parquet"].make(folder)
    # The log's oldest stretch is the reference then, whose images a model can look at.
    (folder / "reference_metrics.csv").unlink()
    return folder


@pytest.fixture
def bucket(world, tmp_path):
    shutil.copytree(world, tmp_path / "bucket")
    return tmp_path / "bucket"


def put(bucket, name, data=b"no model"):
    path = bucket / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_a_bucket_without_models_gets_the_ready_one_as_a_comment(bucket):
    proposal = proposed(bucket)
    assert proposal.model.path == ""
    assert "model" not in tomllib.loads(validated(proposal))
    assert '# path = "efficientnet-lite0"' in validated(proposal)


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


def test_onnx_that_says_its_size_becomes_an_active_table(bucket, tmp_path):
    put(bucket, "models/dogs.onnx", onnx_bytes(["n", 1, 28, 20], ("logits", "features")))
    proposal = proposed(bucket)
    text = validated(proposal)
    assert tomllib.loads(text)["model"] == {
        "path": "models/dogs.onnx",
        "input_size": [28, 20],
        "grey": True,
    }
    (doubt,) = [one.text for one in proposal.doubts if one.key == "model"]
    assert doubt.startswith("The file does not say how pixels are scaled")
    line = next(one for one in told(proposal, tmp_path / "x.toml").splitlines() if "model " in one)
    assert line == "model      models/dogs.onnx   (ONNX, takes 1 x 28 x 20)"


def test_code_is_never_trusted_and_what_trust_would_mean_is_said(bucket, tmp_path):
    data = archive("w.pt", b"w", {"net.py": b"raise SystemExit"}, modelFile="net.py")
    put(bucket, "model_store/dogs.mar", data)
    proposal = proposed(bucket)
    text = validated(proposal)
    assert "model" not in tomllib.loads(text)
    assert "trust_code = true" not in [line.lstrip("# ") for line in text.splitlines()]
    said = " ".join(text.replace("# ", "").split())
    assert "need Python code of the archive (net.py)" in said
    assert "the rights of the user who runs the job" in said
    assert "not taken yet: see [model] in the file" in told(proposal, tmp_path / "x.toml")


def test_the_table_without_its_marks_is_one_that_a_job_takes(bucket):
    data = archive("w.pt", b"w", {"net.py": b"raise SystemExit"}, modelFile="net.py")
    put(bucket, "model_store/dogs.mar", data)
    lines = validated(proposed(bucket)).splitlines()
    start = lines.index("# [model]")
    keys = [line[2:] for line in lines[start:] if line.startswith(("# [model]", "# path"))]
    table = tomllib.loads("\n".join(keys[:2]))["model"]
    assert ModelSettings.model_validate(table).trust_code is False


def test_beside_a_reference_without_images_no_table_is_active(bucket):
    feature_table(bucket)
    put(bucket, "models/dogs.onnx", onnx_bytes(["n", 1, 28, 20]))
    text = validated(proposed(bucket))
    assert "model" not in tomllib.loads(text)
    assert "The reference above has none" in " ".join(text.replace("# ", "").split())
