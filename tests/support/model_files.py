"""Small files of models, made without training and without torch."""

import io
import json
import zipfile

from onnx import TensorProto, helper


def onnx_bytes(axes, outputs=("logits",), weight_bytes=0) -> bytes:
    graph = helper.make_graph(
        [helper.make_node("Identity", ["images"], [name]) for name in outputs],
        "net",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, axes)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [helper.make_tensor("w", TensorProto.UINT8, [weight_bytes], bytes(weight_bytes), raw=True)],
    )
    return helper.make_model(graph).SerializeToString()


def archive(weights_name="w.onnx", weights=b"", members=None, *, deflated=False, **model) -> bytes:
    said = {"modelName": "pets", "serializedFile": weights_name, "handler": "handler.py", **model}
    data = io.BytesIO()
    how = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(data, "w", how) as packed:
        packed.writestr("MAR-INF/MANIFEST.json", json.dumps({"model": said}))
        packed.writestr(weights_name, weights)
        for name, content in (members or {}).items():
            packed.writestr(name, content)
    return data.getvalue()
