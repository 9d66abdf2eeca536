"""One model in every form: the same eyes, and the same words for where they look."""

import numpy as np
import pytest

from jobs.errors import ModelError
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.runtimes.opening import open_model
from tests.support.model_archives import manifest, save_archive
from tests.support.tiny_models import (
    CLASS,
    SIDE,
    entering,
    pictures,
    save_exported,
    save_onnx,
    save_script,
    save_state,
    tiny_net,
)

FORMS = {
    "tiny.mar": ("mar", "the input of fc2", False),
    "whole.mar": ("mar", "its output", True),
    "tiny.pt": ("torchscript", "its output", True),
    "tiny.pt2": ("exported", "the input of fc2", False),
    "fixed.pt2": ("exported", "the input of fc2", False),
    "tiny.onnx": ("onnx", "the input of /fc2/Gemm", False),
    "fixed.onnx": ("onnx", "the input of /fc2/Gemm", False),
    "state.pt": ("state_dict", "the input of fc2", False),
    "legacy.pt": ("state_dict", "the input of fc2", False),
}
NAMES = '{"0": "ant", "1": ["n1", "bee"], "2": "cat", "3": "dog", "4": "elk"}'


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    net = tiny_net()
    state = save_state(net, folder / "state.pt")
    save_state(net, folder / "legacy.pt", _use_new_zipfile_serialization=False)
    script = save_script(net, folder / "tiny.pt")
    save_exported(net, folder / "tiny.pt2")
    save_exported(net, folder / "fixed.pt2", images=3)
    save_onnx(net, folder / "tiny.onnx")
    save_onnx(net, folder / "fixed.onnx", images=3)
    (folder / "net.py").write_text(CLASS, encoding="utf-8")
    members = {"state.pt": state.read_bytes(), "net.py": CLASS, "index_to_name.json": NAMES}
    # The archiver copies the handler's source too: this one must not run.
    handler = {"handler.py": "raise SystemExit('the handler ran')"}
    save_archive(
        folder / "tiny.mar", members | handler, manifest("state.pt", "net.py", handler="handler.py")
    )
    whole = {"tiny.pt": script.read_bytes()}
    save_archive(folder / "whole.mar", whole, manifest("tiny.pt", handler="image_classifier"))
    return folder


def opened(models, name, **choice):
    file = ModelFile.at(f"bucket/{name}", models / name, code=models / "net.py")
    trusted = {"trust_code": True, "input_size": (SIDE, SIDE)}
    if name in {"state.pt", "legacy.pt"}:
        trusted["module"] = "net.py:TinyNet"
    return open_model(file, ModelChoice(path=file.url, **trusted | choice))


def refused(models, name, **choice):
    with pytest.raises(ModelError) as error:
        opened(models, name, **choice)
    assert "\n" not in error.value.message
    return error.value.message


@pytest.mark.parametrize("name", FORMS)
def test_every_form_sees_what_the_model_sees(models, name):
    net, shown = tiny_net(), pictures(7)
    hidden = net.fc1(net.body(entering(shown))).relu().detach().numpy()
    logits = net.fc2(net.fc1(net.body(entering(shown))).relu()).detach().numpy().astype(float)
    kind, words, is_output = FORMS[name]

    model = opened(models, name)
    views = model.look(shown)

    said = model.definition
    assert (said.kind, said.found_layer, said.is_output) == (kind, words, is_output)
    assert (said.width, said.classes) == (views.width, 5)
    wanted = logits if is_output else hidden
    np.testing.assert_allclose(views.embeddings, wanted, rtol=2e-3, atol=1e-3)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    entropy = -(shares * np.log(shares)).sum(axis=1)
    energy = -np.log(np.exp(logits).sum(axis=1))
    wanted = np.stack([entropy, energy, shares.max(axis=1)], axis=1)
    np.testing.assert_allclose(views.answers, wanted, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(views.classes, logits.argmax(axis=1))
    assert views.known.all()


def test_an_archive_tells_the_names_of_its_classes(models):
    assert opened(models, "tiny.mar").definition.class_names == ("ant", "bee", "cat", "dog", "elk")


@pytest.mark.parametrize("name", ["tiny.mar", "state.pt", "legacy.pt"])
def test_a_class_does_not_run_without_consent(models, name):
    message = refused(models, name, trust_code=False)

    assert "net.py" in message
    assert "is Python code, which runs only with model.trust_code = true" in message


@pytest.mark.parametrize("name", ["whole.mar", "tiny.pt", "tiny.pt2", "tiny.onnx"])
def test_a_whole_model_needs_no_consent(models, name):
    assert opened(models, name, trust_code=False).definition.classes == 5


def test_a_state_dict_needs_its_class(models):
    assert "weights without their class" in refused(models, "state.pt", module=None)


def test_a_kind_that_the_content_is_not_is_said(models):
    message = refused(models, "tiny.onnx", kind="torchscript")

    assert "its content is ONNX, and model.kind says torchscript" in message


@pytest.mark.parametrize(
    ("name", "layer", "words", "width"),
    [
        ("tiny.mar", "fc1", "the input of fc1", 24),
        ("tiny.mar", "body.1", "the input of body.1", 6),
        ("tiny.pt2", "fc1", "the input of fc1", 24),
        ("tiny.pt2", "body.1", "the input of body.1", 6),
        ("tiny.onnx", "/fc1/Gemm", "the input of /fc1/Gemm", 24),
        ("tiny.onnx", "/body/body.1/Relu_output_0", "the output /body/body.1/Relu_output_0", 6),
    ],
)
def test_a_layer_that_the_job_file_names_is_the_embedding(models, name, layer, words, width):
    said = opened(models, name, layer=layer).definition

    assert (said.found_layer, said.width, said.is_output) == (words, width, False)


@pytest.mark.parametrize("name", ["tiny.mar", "tiny.pt2", "tiny.onnx", "tiny.pt"])
def test_a_layer_that_is_not_there_is_said_with_those_that_are(models, name):
    message = refused(models, name, layer="fc9")

    assert "fc9 (model.layer)" in message
    assert "fc2" in message or "output" in message


@pytest.mark.parametrize("name", ["tiny.pt2", "tiny.onnx"])
def test_a_size_that_the_file_says_needs_no_setting(models, name):
    shape = opened(models, name, input_size=None).definition.preprocessing

    assert (shape.height, shape.width, shape.channels) == (SIDE, SIDE, 3)


@pytest.mark.parametrize("name", ["tiny.pt2", "tiny.onnx"])
def test_a_size_that_the_model_does_not_take_is_said(models, name):
    message = refused(models, name, input_size=(32, 32))

    assert "takes pictures of 16 x 16 pixels, and model.input_size says 32 x 32" in message


def test_channels_that_the_model_does_not_take_are_said(models):
    assert "takes 3 channels, and the job file says 1" in refused(models, "tiny.mar", grey=True)


def test_an_input_that_fails_is_said_with_what_to_set(models):
    message = refused(models, "tiny.pt", grey=True)

    assert "fails on a batch of" in message
    assert "Set model.input_size and model.grey" in message


def test_numbers_do_not_depend_on_what_else_is_looked_at(models):
    shown = pictures(9)
    model = opened(models, "tiny.mar")

    whole = model.look(shown)
    one_by_one = [model.look(shown[place : place + 1]) for place in range(len(shown))]

    for place, alone in enumerate(one_by_one):
        np.testing.assert_array_equal(alone.embeddings[0], whole.embeddings[place])
        np.testing.assert_array_equal(alone.answers[0], whole.answers[place])


def test_no_pictures_are_no_views(models):
    views = opened(models, "tiny.mar").look(pictures(0))

    assert (len(views), views.width) == (0, 12)


def test_the_digest_of_a_state_dict_changes_with_its_class(models, tmp_path):
    other = tmp_path / "net.py"
    other.write_text(CLASS + "\n# another version\n", encoding="utf-8")
    choice = ModelChoice(
        path="s", module="net.py:TinyNet", trust_code=True, input_size=(SIDE, SIDE)
    )

    one, two = (
        open_model(ModelFile.at("s", models / "state.pt", code=code), choice).definition
        for code in (models / "net.py", other)
    )

    assert one.digest != two.digest
    assert one.id != two.id
