"""A small convolutional net for small grey images, trained in a minute."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

_EPOCHS = 15
_BATCH = 50
_WIDTH = 64
_RATE = 2e-3
_MOST_MOVED = 2


class SmallNet(nn.Module):
    """Two convolutions and two linear layers; what enters the last one is the embedding."""

    def __init__(self, side: int, classes: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 16, 3, padding=1)
        self.second = nn.Conv2d(16, 32, 3, padding=1)
        self.embedding = nn.Linear(32 * (side // 4) ** 2, _WIDTH)
        self.last = nn.Linear(_WIDTH, classes)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return embeddings and outputs."""
        found = functional.max_pool2d(functional.relu(self.first(pictures)), 2)
        found = functional.max_pool2d(functional.relu(self.second(found)), 2)
        embedded = functional.relu(self.embedding(found.flatten(1)))
        return embedded, self.last(functional.dropout(embedded, 0.5, self.training))


class _Outputs(nn.Module):
    """What teams export: a net that returns its outputs alone."""

    def __init__(self, net: SmallNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        outputs: torch.Tensor = self.net(pictures)[1]
        return outputs


def trained_answers(
    pixels: NDArray[np.float32], targets: NDArray[np.int64], trained: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Train a net on some square grey images; return embeddings and outputs of all of them.

    Parameters are those of `trained_net`.
    """
    net = trained_net(pixels, targets, trained, seed)
    with torch.inference_mode():
        embedded, outputs = net(torch.from_numpy(pixels)[:, None])
    return embedded.numpy(), outputs.numpy()


def trained_net(
    pixels: NDArray[np.float32], targets: NDArray[np.int64], trained: NDArray[np.int64], seed: int
) -> SmallNet:
    """Return a net that was trained on some square grey images.

    Parameters
    ----------
    pixels
        Shape (images, side, side), 0 to 1.
    targets
        The class of each image; those of images that are not trained on mean nothing.
    trained
        The places of the images to train on.
    """
    torch.manual_seed(seed)
    net = SmallNet(pixels.shape[1], int(targets[trained].max()) + 1)
    pictures = torch.from_numpy(pixels)[:, None]
    truth = torch.from_numpy(targets)
    optimizer = torch.optim.Adam(net.parameters(), _RATE)
    for _ in range(_EPOCHS):
        order = torch.from_numpy(trained)[torch.randperm(len(trained))]
        for batch in torch.split(order, _BATCH):
            moves = torch.randint(-_MOST_MOVED, _MOST_MOVED + 1, (2,)).tolist()
            outputs = net(torch.roll(pictures[batch], moves, (2, 3)))[1]
            optimizer.zero_grad()
            functional.cross_entropy(outputs, truth[batch]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return net.eval()


def save_exported(net: SmallNet, side: int, path: Path) -> None:
    """Write a net as an exported program (`.pt2`) that takes batches of any size."""
    batch = torch.export.Dim("batch")
    example = (torch.zeros(2, 1, side, side),)
    program = torch.export.export(_Outputs(net).eval(), example, dynamic_shapes=({0: batch},))
    torch.export.save(program, path)
