"""Bytes of every kind: the form that they have, or one line; never another error."""

import contextlib
import io
import json

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.errors import ModelError
from jobs.job_file.model_settings import ModelSettings
from reference_stats.model_view.files.archive import ModelArchive
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.class_names import class_names_of
from reference_stats.model_view.files.forms import ModelForm, form_of
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.files.onnx_graph import OnnxGraph, with_output
from tests.reference_stats.model_view.files.test_hostile_models import GOOD, zipped

HEADS = [b"", b"PK\x03\x04", b"\x80\x02", b"\x80\x04", b"\x08\x07", b"\x1f\x8b"]


def outcome(action):
    """Return what an action returns, or the one error that it may raise."""
    try:
        return action()
    except ModelError as error:
        return error


@given(st.sampled_from(HEADS), st.binary(max_size=200))
def test_any_bytes_have_a_form_or_are_one_line(head, rest):
    said = outcome(lambda: form_of("model", io.BytesIO(head + rest)))

    assert said in set(ModelForm) or "\n" not in said.message


def test_a_length_that_nothing_can_have_is_one_line(tmp_path):
    path = tmp_path / "model.pt"
    # BINUNICODE8 with a length of 2 ** 62.
    path.write_bytes(b"\x80\x04\x8d" + (2**62).to_bytes(8, "little") + b"abc.")

    with path.open("rb") as stream, pytest.raises(ModelError, match="no whole pickle"):
        form_of("model.pt", stream)


@given(st.data())
def test_a_damaged_archive_is_read_or_is_one_line(data):
    content = bytearray(zipped(GOOD.items()).getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    said = outcome(lambda: ModelArchive.looked_at("model", io.BytesIO(bytes(content))).weights())

    assert isinstance(said, bytes) or "\n" not in said.message


@given(st.binary(max_size=300))
def test_any_bytes_are_a_graph_or_no_onnx(content):
    with contextlib.suppress(ValueError):
        OnnxGraph.of(content)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({"0": "ant", "1": "bee"}, ("ant", "bee")),
        ({"1": "bee", "0": "ant"}, ("ant", "bee")),
        ({"0": ["n1", "ant"], "1": ["n2", "bee"]}, ("ant", "bee")),
        ({"mapping": {"0": "ant"}}, ("ant",)),
        (["ant", "bee"], ("ant", "bee")),
        ({"0": "ant", "2": "cat"}, ()),
        ({"ant": 0}, ()),
        ({"0": 3}, ()),
        ("ant", ()),
        ([[]], ()),
    ],
)
def test_names_of_classes_are_read_in_the_order_of_outputs(said, names):
    assert class_names_of(json.dumps(said).encode()) == names


def graph_of(*nodes, weights=()):
    value = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [None, 2])
    tensors = [
        onnx.helper.make_tensor(name, onnx.TensorProto.FLOAT, [1, 1], [1.0]) for name in weights
    ]
    graph = onnx.helper.make_graph(nodes, "g", [], [value], initializer=tensors)
    return onnx.helper.make_model(graph).SerializeToString()


def test_the_last_product_with_weights_is_the_last_linear_layer():
    node = onnx.helper.make_node
    content = graph_of(
        node("Gemm", ["x", "w1"], ["a"], name="fc1"),
        node("Transpose", ["w2"], ["w2t"]),
        node("MatMul", ["a", "w2t"], ["b"], name="fc2"),
        node("MatMul", ["b", "a"], ["y"], name="attention"),
        weights=("w1", "w2"),
    )

    graph = OnnxGraph.of(content)

    assert graph.last_linear().name == "fc2"
    assert graph.outputs == ("y",)
    assert graph.tensor_named("fc2") == graph.tensor_named("a") == "a"
    assert graph.tensor_named("nothing") is None


def test_a_tensor_becomes_an_output_for_other_readers_too():
    content = graph_of(onnx.helper.make_node("Gemm", ["x", "w"], ["y"]), weights=("w",))

    merged = onnx.load_from_string(with_output(content, "a"))

    assert [one.name for one in merged.graph.output] == ["y", "a"]
    assert len(merged.graph.node) == 1


def test_a_choice_says_what_the_job_file_says():
    settings = ModelSettings(path="m.pt", input_size=32, grey=True, mean=(0.1,), std=(0.3,))

    choice = ModelChoice.of(settings)

    assert choice.input_size == (32, 32)
    assert (choice.grey, choice.mean, choice.std) == (True, (0.1,), (0.3,))
    assert (choice.kind, choice.trust_code, choice.layer) == ("auto", False, None)


def test_a_file_is_known_by_its_bytes(tmp_path):
    path = tmp_path / "model.pt"
    path.write_bytes(b"abc")

    file = ModelFile.at("bucket/model.pt", path)

    assert file.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
