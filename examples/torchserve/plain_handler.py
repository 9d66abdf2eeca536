"""The handler of both models, as it is without a prediction log: an image in, classes out."""

import torch
from torch import Tensor
from ts.torch_handler.base_handler import BaseHandler

# How many classes an answer names.
_MOST_CLASSES = 3


class PlainHandler(BaseHandler):
    """Answers with the most probable classes, as TorchServe's own ImageClassifier does.

    That one needs torchvision. This one reads images as the archive's model says.
    """

    def preprocess(self, data: list[dict[str, bytes]]) -> Tensor:
        """Return the uploads of one batch as the model's input."""
        return torch.stack([self.model.read(row.get("data") or row.get("body")) for row in data])

    def postprocess(self, data: Tensor) -> list[dict[str, float]]:
        """Return the largest probabilities of each image by the name of their class."""
        values, classes = data.softmax(1).topk(_MOST_CLASSES, dim=1)
        return [
            {self.mapping[str(number)]: value for number, value in zip(*both, strict=True)}
            for both in zip(classes.tolist(), values.tolist(), strict=True)
        ]
