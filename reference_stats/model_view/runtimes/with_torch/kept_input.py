"""What passes by one layer of a model while it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn


@dataclass(slots=True, kw_only=True)
class KeptInput:
    """The input of the layer that was called last in a forward pass.

    Attributes
    ----------
    value
        None where none of the layers was called.
    name
        The layer's name.
    of_linear
        Whether it is a linear layer, in whose input the last axis holds the numbers of a place.
    """

    value: Tensor | None = None
    name: str = ""
    of_linear: bool = True

    def take(self) -> Tensor | None:
        """Return what was kept, and keep it no longer."""
        value, self.value = self.value, None
        return value

    def keeping(self, name: str) -> Callable[[nn.Module, tuple[object, ...]], None]:
        """Return a forward pre-hook for a layer of this name."""

        def keep(_: nn.Module, inputs: tuple[object, ...]) -> None:
            if inputs and isinstance(inputs[0], Tensor):
                self.value, self.name = inputs[0], name

        return keep
