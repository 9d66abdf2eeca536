"""Trains the examples' models: some seconds on one processor core each."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from examples.serving.pictures import Example, Pictures
from examples.torchserve.colours_model import ColoursModel
from examples.torchserve.digits_model import DigitsModel

Model = DigitsModel | ColoursModel
_STEPS = 400
_RATE = 0.003
_DECAY = 1e-3


def train(model: Model, pictures: Pictures) -> Model:
    """Train a new model on its pictures; the same pictures give the same model."""
    torch.manual_seed(0)
    for layer in model.layers:
        if isinstance(layer, nn.Linear):
            layer.reset_parameters()
    inputs, targets = _tensors(model, pictures.names, pictures.training)
    optimizer = torch.optim.AdamW(model.parameters(), lr=_RATE, weight_decay=_DECAY)
    for _step in range(_STEPS):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), targets)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return model.eval()


def accuracy(model: Model, pictures: Pictures) -> float:
    """Return the share of the traffic's pictures whose class the model tells."""
    inputs, targets = _tensors(model, pictures.names, pictures.traffic)
    with torch.inference_mode():
        return float((model(inputs).argmax(1) == targets).float().mean())


def _tensors(
    model: Model, names: Sequence[str], examples: Sequence[Example]
) -> tuple[Tensor, Tensor]:
    inputs = torch.stack([model.read(one.image) for one in examples])
    return inputs, torch.tensor([names.index(one.name) for one in examples])
