"""A digit from its picture: what TorchServe loads, and what the training trains."""

import io

import torch
from PIL import Image
from torch import Tensor, nn


class DigitsModel(nn.Module):
    """One hidden layer over the picture's grey levels, made 8 x 8."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, pixels: Tensor) -> Tensor:
        """Return one logit per class of each row."""
        logits: Tensor = self.layers(pixels)
        return logits

    @staticmethod
    def read(upload: bytes) -> Tensor:
        """Return an encoded image as the 64 numbers between 0 and 1 that the model takes."""
        with Image.open(io.BytesIO(upload)) as image:
            small = image.convert("L").resize((8, 8), Image.Resampling.BOX)
        return torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8) / 255
