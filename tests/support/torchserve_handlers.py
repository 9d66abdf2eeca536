"""Stand-ins with the methods of TorchServe 0.12's handlers, which need torchvision to be imported.

`BaseHandler.handle`, `VisionHandler.preprocess` and `ImageClassifier.postprocess` do what those of
`ts.torch_handler` do, in the same order and with the same arguments.
"""

from __future__ import annotations

import abc
import base64
import io

import numpy as np
import torch
from PIL import Image


class Context:
    """What TorchServe hands to a handler."""

    def __init__(self, requests: int = 1, headers: dict[str, str] | None = None) -> None:
        self.manifest = {"model": {"modelName": "dogs", "modelVersion": "2.0"}}
        self.ids = [f"0f2a-{number}" for number in range(requests)]
        self.headers = headers or {}

    def get_request_id(self, place: int = 0) -> str:
        return self.ids[place]

    def get_request_header(self, place: int, key: str) -> str | None:
        return self.headers.get(key)


class BaseHandler(abc.ABC):  # noqa: B024 - as TorchServe's
    """`ts.torch_handler.base_handler.BaseHandler`."""

    def __init__(self) -> None:
        self.model = None
        self.mapping = None
        self.initialized = False

    def initialize(self, context) -> None:
        self.context = context
        self.model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 3))
        self.mapping = {"0": "beagle", "1": ["n02", "boxer"], "2": "pug"}
        self.initialized = True

    def preprocess(self, data):
        return torch.as_tensor(data)

    def inference(self, data, *args, **kwargs):
        with torch.inference_mode():
            return self.model(data, *args, **kwargs)

    def postprocess(self, data):
        return data.tolist()

    def handle(self, data, context):
        self.context = context
        if self._is_describe():
            return [self.describe_handle()]
        prepared = self.preprocess(data)
        if self._is_explain():
            return self.explain_handle(prepared, data)
        return self.postprocess(self.inference(prepared))

    def explain_handle(self, data_preprocess, raw_data):
        return [{"explained": True}]

    def describe_handle(self):
        return {"described": True}

    def _is_explain(self) -> bool:
        return self.context.get_request_header(0, "explain") == "True"

    def _is_describe(self) -> bool:
        return self.context.get_request_header(0, "describe") == "True"


class VisionHandler(BaseHandler, abc.ABC):
    """`ts.torch_handler.vision_handler.VisionHandler`."""

    def preprocess(self, data):
        images = []
        for row in data:
            image = row.get("data") or row.get("body")
            if isinstance(image, str):
                image = base64.b64decode(image)
            if isinstance(image, (bytearray, bytes)):
                with Image.open(io.BytesIO(image)) as opened:
                    pixels = np.asarray(opened.convert("RGB").resize((2, 2)), np.float32)
                image = torch.from_numpy(pixels / 255)
            else:
                image = torch.FloatTensor(image)
            images.append(image)
        return torch.stack(images)


class ImageClassifier(VisionHandler):
    """`ts.torch_handler.image_classifier.ImageClassifier`."""

    topk = 5

    def postprocess(self, data):
        shares = torch.nn.functional.softmax(data, dim=1)
        best, classes = torch.topk(shares, min(self.topk, shares.shape[1]), dim=1)
        return [
            {self._label(place): share for place, share in zip(places, row, strict=True)}
            for places, row in zip(classes.tolist(), best.tolist(), strict=True)
        ]

    def _label(self, place):
        label = self.mapping[str(place)]
        return label[-1] if isinstance(label, list) else label
