"""Small models with fixed weights, written in every form that a job can name."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import torch

CLASS = """
from torch import nn


class TinyNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 6, 3, 2, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten()
        )
        self.fc1 = nn.Linear(24, 12)
        self.fc2 = nn.Linear(12, 5)

    def forward(self, pictures):
        return self.fc2(self.fc1(self.body(pictures)).relu())
"""
SIDE = 16


def tiny_net():
    """Return a model of `CLASS`, always the same."""
    names: dict[str, object] = {}
    exec(compile(CLASS, "tiny_net.py", "exec"), names)
    torch.manual_seed(3)
    return names["TinyNet"]().eval()


def pictures(count: int, side: int = SIDE, channels: int = 3) -> np.ndarray:
    """Return noise."""
    return np.random.default_rng(count).integers(
        0, 256, (count, side, side, channels), dtype=np.uint8
    )


def entering(shown: np.ndarray):
    """Return pictures as ImageNet's preprocessing hands them to a model."""
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    values = (shown / 255 - mean) / std
    return torch.from_numpy(values.transpose(0, 3, 1, 2).astype(np.float32))


def save_state(model, path: Path, **options: object) -> Path:
    """Write a model's weights."""
    torch.save(model.state_dict(), path, **options)
    return path


def save_script(model, path: Path, example=None) -> Path:
    """Write a model as TorchScript."""
    if example is None:
        example = torch.zeros(2, 3, SIDE, SIDE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.trace(model, example, strict=False).save(str(path))
    return path


def save_exported(model, path: Path, images: int | None = None, example=None) -> Path:
    """Write an exported program that takes so many images at once; any number where None."""
    if example is None:
        example = torch.zeros(images or 2, 3, SIDE, SIDE)
    shapes = None if images else ({0: torch.export.Dim("images")},)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.export.save(torch.export.export(model, (example,), dynamic_shapes=shapes), path)
    return path


def save_onnx(model, path: Path, images: int | None = None) -> Path:
    """Write a model as ONNX."""
    axes = None if images else {"pictures": {0: "images"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (torch.zeros(images or 2, 3, SIDE, SIDE),),
            str(path),
            dynamo=False,
            input_names=["pictures"],
            output_names=["logits"],
            dynamic_axes=axes,
        )
    return path
