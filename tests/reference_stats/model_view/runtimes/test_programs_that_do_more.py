"""TorchScript and exported programs that would run more than arithmetic: they run nothing."""

import io
import json
import pickle
import re
import warnings
import zipfile

import pytest
import torch

from jobs.errors import ModelError
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.runtimes.opening import open_model
from reference_stats.model_view.runtimes.with_torch.loading import weights_in
from tests.reference_stats.model_view.files.test_hostile_models import Running
from tests.support.model_archives import manifest, save_archive
from tests.support.tiny_models import SIDE, save_exported, save_script, tiny_net


class WritesFiles(torch.nn.Module):
    path: str

    def __init__(self, path):
        super().__init__()
        self.path = path

    def forward(self, shown):
        torch.save(shown, self.path)
        return shown.mean((2, 3))


def opened(path, **choice):
    file = ModelFile.at("bucket/model", path)
    return open_model(file, ModelChoice(path=file.url, input_size=(SIDE, SIDE), **choice))


def rewritten(path, folder, change):
    """Return a copy of a zip; `change` returns a member's new content by its name and content."""
    copy = folder / f"changed{path.suffix}"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for info in old.infolist():
            new.writestr(info, change(info.filename, old.read(info.filename)))
    return copy


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return save_exported(tiny_net(), tmp_path_factory.mktemp("exported") / "model.pt2")


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    return save_script(tiny_net(), tmp_path_factory.mktemp("script") / "model.pt")


def changed_graph(exported, folder, change):
    def changing(name, content):
        if not name.endswith("models/model.json"):
            return content
        said = json.loads(content)
        change(said)
        return json.dumps(said)

    return rewritten(exported, folder, changing)


def test_torchscript_that_writes_files_is_not_loaded(tmp_path):
    marker = tmp_path / "written"
    path = tmp_path / "model.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(WritesFiles(str(marker))).save(str(path))

    with pytest.raises(ModelError, match="names 'save', with which TorchScript reaches files"):
        opened(path)
    assert not marker.exists()

    opened(path, trust_code=True)
    assert marker.exists()


def test_torchscript_in_an_archive_is_looked_at_too(tmp_path):
    marker = tmp_path / "written"
    path = tmp_path / "model.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(WritesFiles(str(marker))).save(str(path))
    archive = save_archive(tmp_path / "m.mar", {"m.pt": path.read_bytes()}, manifest("m.pt"))

    with pytest.raises(ModelError, match="reaches files"):
        opened(archive)
    assert not marker.exists()


@pytest.mark.parametrize(
    "code",
    [r'getattr(torch, "\x73ave")', 'getattr(torch, "sa" "ve")', 'getattr(torch, "sa"\n "ve")'],
)
def test_a_hidden_name_in_torchscript_is_not_loaded(script, tmp_path, code):
    def change(name, content):
        return content + b"\n# " + code.encode() if name.endswith(".py") else content

    with pytest.raises(ModelError, match="may hide an operator"):
        opened(rewritten(script, tmp_path, change))


@pytest.mark.parametrize(
    "target",
    [
        "torch.os.system",
        "torch.ops.load_library",
        "torch.hub.load",
        "torch.ops.aten.save.default",
        "torch.ops.aten.relu.__class__",
        "_operator.methodcaller",
        "#extension",
    ],
)
def test_an_exported_program_that_calls_no_operator_is_not_loaded(exported, tmp_path, target):
    marker = tmp_path / "ran"

    def change(said):
        node = said["graph_module"]["graph"]["nodes"][0]
        node["target"] = target
        node["inputs"] = [
            {"name": "", "arg": {"as_string": f"touch {marker}"}, "kind": 1},
        ]

    with pytest.raises(ModelError, match=r"is no operator on tensors\. It was not loaded") as error:
        opened(changed_graph(exported, tmp_path, change))
    assert target in error.value.message
    assert not marker.exists()


@pytest.mark.parametrize(
    "size", ["__import__('os').system('touch {}')", "exec(chr(111))", "s0.__class__", "Max('os')"]
)
def test_a_size_that_is_code_is_not_evaluated(exported, tmp_path, size):
    marker = tmp_path / "ran"
    code = size.format(marker)

    def change(said):
        values = said["graph_module"]["graph"]["tensor_values"]
        first = next(iter(values.values()))
        first["sizes"][0] = {"as_expr": {"expr_str": code, "hint": None}}

    with pytest.raises(ModelError, match="would be evaluated as Python"):
        opened(changed_graph(exported, tmp_path, change))
    assert not marker.exists()


def test_a_pickle_beside_an_exported_program_is_not_read(exported, tmp_path):
    marker = tmp_path / "ran"
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Running(f"touch {marker}"), protocol=2))
        archive.writestr("archive/version", "3")

    def change(name, content):
        return inner.getvalue() if "sample_inputs" in name else content

    with pytest.raises(ModelError, match=r"is a pickle that names (posix|nt)\.system"):
        opened(rewritten(exported, tmp_path, change))
    assert not marker.exists()


def test_an_object_that_is_unpickled_without_a_check_is_not_read(exported, tmp_path):
    def change(name, content):
        if not name.endswith("model_constants_config.json"):
            return content
        return json.dumps({"config": {"a": {"path_name": "opaque_obj_0", "use_pickle": True}}})

    with pytest.raises(ModelError, match="unpickled without a check"):
        opened(rewritten(exported, tmp_path, change))


def test_compiled_code_in_an_exported_program_is_refused(exported, tmp_path):
    path = rewritten(exported, tmp_path, lambda name, content: content)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("model/data/aotinductor/model/x.so", b"\x7fELF")

    with pytest.raises(ModelError, match="compiled code"):
        opened(path)


def test_weights_that_name_a_command_are_refused_by_torch_itself(tmp_path):
    """A name that cannot be followed without unpickling is left to `weights_only`."""
    marker = tmp_path / "ran"
    content = io.BytesIO()
    torch.save({"w": torch.zeros(1), "x": Running(f"touch {marker}")}, content)
    content.seek(0)

    with pytest.raises(ModelError, match="cannot read it as weights alone"):
        weights_in("bucket/model", content)
    assert not marker.exists()


def test_every_operator_of_torch_that_takes_a_file_is_known():
    """A newer torch may have more of them: look at each, and add it to `FILE_OPERATORS`."""
    words = re.compile(r"save|load|file|open|write|exec|import|system")
    named = {
        schema.name.split("::")[1]
        for schema in torch._C._jit_get_all_schemas()
        if schema.name.split("::")[0] in {"aten", "prims", "prim", "quantized", "debugprims"}
        and any(argument.type.str() in {"str", "str?"} for argument in schema.arguments)
        and words.search(schema.name)
    }

    assert named <= {"save", "from_file", "load_tensor"}
