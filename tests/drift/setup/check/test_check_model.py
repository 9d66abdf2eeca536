"""What `drift check` says of a job's model: it is opened for real, in its own process."""

import contextlib
import io
import json
import os
import pickle
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from drift.cli.commands.group import program
from drift.setup.check.model import FirstRun, check_model, opened_for_check
from drift.setup.check.result import CheckState
from drift.workplace import open_workplace
from jobs.errors import ExitCode
from jobs.job_file.reading import load_job
from tests.support.model_files import archive
from tests.support.model_world import JOB, SIDE, blocking, marks_onnx, write_world

ROOT = Path(__file__).parents[4]
PATH = 'path = "models/marks.onnx"'


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(folder)
    return folder


@pytest.fixture
def checked(world):
    def check(model: str = PATH) -> dict[str, dict]:
        """Return the checks by the thing that they are of."""
        job_file = world / "changed.toml"
        job_file.write_text(JOB.replace(PATH, model), encoding="utf-8")
        arguments = ["check", str(job_file), "--json"]
        done = CliRunner().invoke(program, arguments, standalone_mode=False, catch_exceptions=False)
        said = json.loads(done.output)
        return {one["thing"]: one for one in said["checks"]} | {"exit": said["exit_code"]}

    return check


def put(world: Path, name: str, data: bytes) -> str:
    (world / "bucket/models" / name).write_bytes(data)
    return f'path = "models/{name}"'


@pytest.fixture
def refused(world):
    def open_alone(model: str) -> str:
        """Return what is said of a model that cannot be used; the rest is not checked."""
        job_file = world / "changed.toml"
        job_file.write_text(JOB.replace(PATH, model), encoding="utf-8")
        job = load_job(job_file, {})
        with contextlib.closing(open_workplace(job, writes=False).model) as own:
            (check,) = check_model(job, opened_for_check(own), FirstRun())
        assert check.state is CheckState.FAILS
        assert check.exit_code is ExitCode.INPUT
        assert "\n" not in check.found
        return check.found

    return open_alone


def test_a_model_is_opened_and_described_in_one_line(checked):
    found = checked()
    model = found["model"]
    assert model["state"] == "ok"
    assert model["found"].startswith("models/marks.onnx, embeds by the input of fc2 (8 numbers), ")
    assert "3 classes, 12 x 12 grey" in model["found"]
    assert " ms an image (onnxruntime" in model["found"]
    assert "over 80 reference images takes a few seconds more" in model["found"]
    assert found["exit"] == 0


def test_answers_of_the_model_are_compared_with_those_of_the_log(checked):
    found = checked()
    assert found["model's answers"]["found"] == (
        "its class is that of the log for 60 of 60 images tried"
    )


def test_pixels_that_enter_otherwise_than_in_training_are_seen_by_the_answers(checked):
    # Only the middle is cut out: the brightest third is another one.
    found = checked(f"{PATH}\nresize = 40")
    assert found["model's answers"]["state"] == "look at this"


def test_nothing_is_written(checked, world):
    before = sorted(world.rglob("*"))
    checked()
    assert sorted(set(world.rglob("*")) - {world / "changed.toml"}) == [
        one for one in before if one != world / "changed.toml"
    ]


def test_a_model_that_cannot_be_used_fails_the_check(checked):
    found = checked('path = "models/none.onnx"')
    assert found["model"]["state"] == "fails"
    assert found["model"]["mend"] == "Until then runs go on without the model's view."
    assert found["exit"] == 5


def test_a_missing_file_is_named_with_where_it_was_looked_for(refused):
    assert "there is no such file" in refused('path = "models/none.onnx"')


def test_another_size_than_the_model_takes_is_one_clear_line(refused):
    said = refused(f"{PATH}\ninput_size = 32")
    assert "12 x 12" in said
    assert "32 x 32" in said


def test_colour_for_a_grey_model_is_one_clear_line(refused):
    assert "1 channel" in refused(f"{PATH}\ngrey = false")


def test_a_model_of_five_channels_is_one_clear_line(refused, world):
    assert "5 channels" in refused(put(world, "five.onnx", marks_onnx(channels=5)))


def test_code_without_consent_does_not_run(refused, world, tmp_path):
    code = f"open({str(tmp_path / 'ran')!r}, 'w')\n".encode()
    path = put(world, "c.mar", archive("w.pt", state_dict(), {"net.py": code}, modelFile="net.py"))
    assert "trust_code = true" in refused(path)
    assert not (tmp_path / "ran").exists()


def state_dict() -> bytes:
    """Return what begins like torch's weights: enough to be told from other forms."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("net/data.pkl", pickle.dumps({}, protocol=2))
    return data.getvalue()


def test_a_hostile_archive_is_one_clear_line(refused, world):
    data = archive(weights=b"w", members={"../out.py": b""})

    assert "would leave its folder" in refused(put(world, "hostile.mar", data))


def test_without_onnxruntime_it_says_what_to_install(refused, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(blocking(tmp_path / "none", "onnxruntime")))
    assert "pip install 'image-drift[onnx]'" in refused(PATH)


def test_without_torch_it_says_what_to_install(refused, world, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(blocking(tmp_path / "none", "torch")))
    path = put(world, "a.mar", archive("w.pt", state_dict(), {"n.py": b""}, modelFile="n.py"))
    assert "pip install 'image-drift[torch]'" in refused(f"{path}\ntrust_code = true")
    assert "image-drift[embedder]" in refused('path = "efficientnet-lite0"')


@pytest.mark.slow
def test_torchscript_works_by_its_output_and_says_so(checked, world):
    import torch  # noqa: PLC0415 - takes seconds, and one test needs it

    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(SIDE * SIDE, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        traced = torch.jit.trace(net.eval(), torch.zeros(2, 1, SIDE, SIDE))
        torch.jit.save(traced, str(world / "bucket/models/script.pt"))
    found = checked(f'path = "models/script.pt"\ninput_size = {SIDE}\ngrey = true')
    assert found["model"]["state"] == "look at this"
    assert "embeds by its output (4 numbers)" in found["model"]["found"]
    assert "model.layer" in found["model"]["mend"]
    assert found["exit"] == 0


@pytest.mark.slow
def test_a_base_install_runs_without_the_model_and_says_which_extra_is_missing(tmp_path):
    job_file = write_world(tmp_path)
    none = blocking(tmp_path / "none", "torch", "onnxruntime", "efficientnet_lite_pytorch")
    environment = os.environ | {"PYTHONPATH": f"{none}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "drift", "run", str(job_file), "--until", "2025-03-04"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    latest = tmp_path / "bucket/data_drift_reports/marks/latest.json"
    report = json.loads(latest.read_text(encoding="utf-8"))
    assert "pip install 'image-drift[onnx]'" in report["model_view"]["problem"]
    assert report["images"]["analysed"] == 60
    assert "takes no part in this run" in done.stderr
