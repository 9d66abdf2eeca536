"""Which photograph a coloured view shows: what TorchServe loads, and what the training trains."""

import io

import torch
from PIL import Image
from torch import Tensor, nn


class ColoursModel(nn.Module):
    """One hidden layer over the view's colours, made 12 x 9."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(324, 48), nn.ReLU(), nn.Linear(48, 7))

    def forward(self, pixels: Tensor) -> Tensor:
        """Return one logit per class of each row."""
        logits: Tensor = self.layers(pixels)
        return logits

    @staticmethod
    def read(upload: bytes) -> Tensor:
        """Return an encoded image as the 324 numbers between 0 and 1 that the model takes."""
        with Image.open(io.BytesIO(upload)) as image:
            small = image.convert("RGB").resize((12, 9), Image.Resampling.BOX)
        return torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8) / 255
