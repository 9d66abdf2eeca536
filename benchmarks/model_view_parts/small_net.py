"""A small net of 28 x 28 grey pixels, as teams train on digits, saved as TorchScript."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

SIDE = 28


def save_small_net(path: Path) -> None:
    """Write a net of two convolutions and two linear layers, 0.1 million weights, fixed seed."""
    torch.manual_seed(1)
    net = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    ).eval()
    traced = torch.jit.trace(net, torch.zeros(1, 1, SIDE, SIDE))  # type: ignore[no-untyped-call]
    traced.save(str(path))
