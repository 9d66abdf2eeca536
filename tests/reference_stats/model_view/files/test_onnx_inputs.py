"""What an ONNX file says of its input, beside the library's own reading of it."""

import io

import onnx
import pytest
from onnx import TensorProto, helper

from reference_stats.model_view.files.onnx_inputs import onnx_inputs


def model(axes, outputs=("logits",), *, lists_weights=False) -> bytes:
    weight = helper.make_tensor("w", TensorProto.FLOAT, [4, 2], [0.5] * 8)
    inputs = [helper.make_tensor_value_info("images", TensorProto.FLOAT, axes)]
    if lists_weights:
        inputs.insert(0, helper.make_tensor_value_info("w", TensorProto.FLOAT, [4, 2]))
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["images", "w"], [name]) for name in outputs],
        "net",
        inputs,
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [weight],
    )
    made = helper.make_model(graph, doc_string="a doc", producer_name="tests")
    return made.SerializeToString()


def read(data: bytes):
    return onnx_inputs(io.BytesIO(data), len(data))


def test_axes_of_any_length_are_told_from_fixed_ones():
    assert read(model(["batch", 3, 224, 160])) == ((None, 3, 224, 160),)


def test_weights_that_are_listed_among_the_inputs_are_no_inputs():
    assert read(model([1, 4], lists_weights=True)) == ((1, 4),)


def test_it_says_what_the_library_says():
    data = model(["n", 1, 28, 28])
    (value,) = onnx.load_model_from_string(data).graph.input
    (axes,) = read(data)
    assert axes == tuple(one.dim_value or None for one in value.type.tensor_type.shape.dim)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_a_part_of_a_file_is_refused(share):
    data = model(["n", 4])
    with pytest.raises(ValueError, match="it "):
        read(data[: int(share * len(data))])


def test_random_bytes_are_refused():
    for seed in range(50):
        data = bytes((seed * 31 + place * 7) % 256 for place in range(200))
        with pytest.raises(ValueError, match="it "):
            read(data)


def test_the_bytes_of_weights_are_not_read():
    data = model(["n", 4])

    class Counted(io.BytesIO):
        count = 0

        def read(self, size=-1):
            Counted.count += size
            return super().read(size)

    large = helper.make_tensor("big", TensorProto.FLOAT, [1000, 1000], b"\0" * 4_000_000, raw=True)
    parsed = onnx.load_model_from_string(data)
    parsed.graph.initializer.append(large)
    whole = parsed.SerializeToString()
    assert onnx_inputs(Counted(whole), len(whole)) == ((None, 4),)
    assert Counted.count < 2_000
