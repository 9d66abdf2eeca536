"""The two models of the examples, and how their pictures go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from examples.serving.pictures import Change, Pictures, blurred, colours, digits, inverted
from examples.serving.training import Model, accuracy, train
from examples.torchserve.colours_model import ColoursModel
from examples.torchserve.digits_model import DigitsModel

DAY = 280


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A model to be served, and what is sent to it.

    Attributes
    ----------
    name
        What the model and its job are called.
    pictures
        Makes its pictures.
    untrained
        Makes the model.
    change
        What happens to the pictures of the second day.
    fault
        The word for it.
    entering
        The keys of ``[model]`` that say how pictures enter the model, as the model's own `read`
        makes them.
    """

    name: str
    pictures: Callable[[], Pictures]
    untrained: Callable[[], Model]
    change: Change
    fault: str
    entering: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A trained model's weights, its pictures, and the share of new pictures that it tells."""

    subject: Subject
    pictures: Pictures
    weights: Path
    accuracy: float


DIGITS = Subject(
    name="digits",
    pictures=digits,
    untrained=DigitsModel,
    change=inverted,
    fault="inverted",
    entering="input_size = [8, 8]\ngrey = true\n",
)
COLOURS = Subject(
    name="colours",
    pictures=colours,
    untrained=ColoursModel,
    change=blurred,
    fault="blurred",
    entering="input_size = [9, 12]\nmean = [0, 0, 0]\nstd = [1, 1, 1]\n",
)


def trained(subject: Subject, folder: Path) -> Trained:
    """Train a subject's model and write its weights into a folder."""
    # One thread: the models are so small that more of them only wait for each other.
    torch.set_num_threads(1)
    pictures = subject.pictures()
    model = train(subject.untrained(), pictures)
    weights = folder / f"{subject.name}.pt"
    torch.save(model.state_dict(), weights)
    return Trained(
        subject=subject, pictures=pictures, weights=weights, accuracy=accuracy(model, pictures)
    )
