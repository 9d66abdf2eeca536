"""The class of a model: found, imported with what lies beside it, and forgotten again."""

import sys

import pytest

from jobs.errors import ModelError
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.runtimes.opening import open_model
from tests.support.model_archives import manifest, save_archive
from tests.support.tiny_models import CLASS, SIDE, pictures, save_state, tiny_net

TWO = CLASS + "\n\nclass Other(nn.Module):\n    pass\n"
PARTS = CLASS.replace("class TinyNet", "class Part(nn.Linear):\n    pass\n\n\nclass TinyNet")
BESIDE = {
    "net.py": (
        "import json\nfrom pathlib import Path\nfrom layers_beside import TinyNet as Base\n\n\n"
        "class Whole(Base):\n    def __init__(self):\n        super().__init__()\n"
        "        assert json.loads(Path(__file__).with_name('more.json').read_text()) == 1\n"
    ),
    "layers_beside.py": CLASS,
    "more.json": "1",
}


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    return save_state(tiny_net(), tmp_path_factory.mktemp("state") / "state.pt").read_bytes()


def opened(folder, state, members, **choice):
    path = save_archive(
        folder / "m.mar", {"state.pt": state, **members}, manifest("state.pt", "net.py")
    )
    file = ModelFile.at("bucket/m.mar", path)
    trusted = {"trust_code": True, "input_size": (SIDE, SIDE)} | choice
    return open_model(file, ModelChoice(path=file.url, **trusted))


def refused(folder, state, code, **choice):
    with pytest.raises(ModelError) as error:
        opened(folder, state, {"net.py": code}, **choice)
    assert "\n" not in error.value.message
    return error.value.message


def test_what_lies_beside_a_class_is_there_and_forgotten(tmp_path, state):
    paths, modules = list(sys.path), set(sys.modules)

    model = opened(tmp_path, state, BESIDE)

    assert len(model.look(pictures(2))) == 2
    assert sys.path == paths
    assert not {"net", "layers_beside"} & (set(sys.modules) - modules)


def test_a_member_that_cannot_be_a_file_is_one_line(tmp_path, state):
    members = {"net.py": CLASS, "more": "x", "more/yet.txt": "y"}

    with pytest.raises(ModelError, match=r"more/yet\.txt cannot be unpacked"):
        opened(tmp_path, state, members)


def test_two_archives_with_files_of_one_name_do_not_mix(tmp_path, state):
    opened(tmp_path, state, BESIDE)
    changed = BESIDE | {"layers_beside.py": "raise RuntimeError('the second file')"}

    with pytest.raises(ModelError, match="the second file"):
        opened(tmp_path, state, changed)


@pytest.mark.parametrize("code", [TWO, PARTS])
def test_of_several_classes_the_one_that_the_weights_fit_is_taken(tmp_path, state, code):
    assert opened(tmp_path, state, {"net.py": code}).definition.found_layer == "the input of fc2"


def test_a_class_can_be_named(tmp_path, state):
    model = opened(tmp_path, state, {"net.py": TWO}, module="net:TinyNet")

    assert model.definition.classes == 5


def test_two_classes_that_fit_the_same_weights_have_views_of_their_own(tmp_path, state):
    members = {"net.py": CLASS + "\n\nclass Twin(TinyNet):\n    pass\n"}

    ids = {
        opened(tmp_path, state, members, module=f"net:{name}").definition.id
        for name in ("TinyNet", "Twin")
    }

    assert len(ids) == 2


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("x = 1", "defines no torch.nn.Module"),
        ("import nowhere_to_be_found", "needs the module nowhere_to_be_found, which is not here"),
        ("raise SystemExit(3)", "net.py fails: SystemExit: 3"),
        ("def broken(:", "net.py fails: SyntaxError"),
        (CLASS.replace("nn.Linear(12, 5)", "nn.Linear(12, 6)"), "weights do not fit TinyNet"),
        (CLASS.replace("fc2", "last"), "last.weight, last.bias are missing; fc2.weight"),
        (CLASS.replace("__init__(self)", "__init__(self, size)"), "is made without arguments"),
        (TWO.replace("fc2", "last"), "defines TinyNet, Other, and none of them fit the weights"),
    ],
)
def test_a_class_that_cannot_be_used_is_one_line(tmp_path, state, code, words):
    assert words in refused(tmp_path, state, code)


def test_a_class_that_is_not_there_is_one_line(tmp_path, state):
    assert "has no class Gone" in refused(tmp_path, state, CLASS, module="net:Gone")


def test_weights_without_a_class_are_one_line(tmp_path, state):
    path = save_archive(tmp_path / "m.mar", {"state.pt": state}, manifest("state.pt"))
    file = ModelFile.at("bucket/m.mar", path)

    with pytest.raises(ModelError, match="manifest names no modelFile with the class"):
        open_model(file, ModelChoice(path=file.url, trust_code=True))


def test_the_class_of_a_state_dict_may_be_installed(tmp_path, state, monkeypatch):
    (tmp_path / "package_of_models.py").write_text(CLASS, encoding="utf-8")
    (tmp_path / "state.pt").write_bytes(state)
    monkeypatch.syspath_prepend(tmp_path)
    file = ModelFile.at("bucket/state.pt", tmp_path / "state.pt")
    choice = ModelChoice(
        path=file.url,
        module="package_of_models:TinyNet",
        trust_code=True,
        input_size=(SIDE, SIDE),
    )

    said = open_model(file, choice).definition
    sys.modules.pop("package_of_models")

    assert (said.found_layer, said.classes) == ("the input of fc2", 5)


def test_a_class_that_was_not_found_beside_the_weights_is_said(tmp_path, state):
    (tmp_path / "state.pt").write_bytes(state)
    file = ModelFile.at("bucket/state.pt", tmp_path / "state.pt")

    with pytest.raises(ModelError, match=r"file of its class, models/net\.py, was not found"):
        open_model(file, ModelChoice(path="s", module="models/net.py:TinyNet", trust_code=True))
