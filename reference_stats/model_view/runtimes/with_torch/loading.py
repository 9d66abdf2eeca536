"""From bytes to a program of torch; nothing of a file is unpickled but weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import BinaryIO

import torch
from torch import Tensor, nn

from jobs.errors import ModelError
from reference_stats.model_view.runtimes.entering import InputShape
from reference_stats.model_view.runtimes.with_torch.torch_net import TorchProgram
from reference_stats.model_view.runtimes.with_torch.words import first_line

_WRAPPERS = ("state_dict", "model_state_dict", "model_state", "model", "net")
"""Under which keys checkpoints of training loops hold the weights."""
_PREFIXES = ("module.", "_orig_mod.")
"""What torch.nn.DataParallel and torch.compile put before each name."""
_MOST_NAMES = 3

Weights = dict[str, Tensor]


def torchscript_program(url: str, stream: BinaryIO, layer: str | None) -> TorchProgram:
    """Return a model in TorchScript; its layers cannot be watched.

    Raises
    ------
    ModelError
        If torch cannot read it.
    """
    load: Callable[..., nn.Module] = torch.jit.load
    try:
        with warnings.catch_warnings():
            # torch calls TorchScript deprecated; models that were saved so are still there.
            warnings.simplefilter("ignore")
            module = load(stream, map_location="cpu")
        module.eval()
        module.float()
    except Exception as error:  # noqa: BLE001 - torch raises many types for what it cannot read
        raise ModelError(
            url,
            f"torch {torch.__version__} cannot read it as TorchScript: {first_line(error)}. Save "
            "it again with torch.jit.save, of no newer torch than this.",
        ) from None
    return TorchProgram(url=url, module=module, shape=InputShape(), output=layer)


def weights_in(url: str, stream: BinaryIO) -> Weights:
    """Return the weights of a state dict, alone or in a checkpoint.

    Raises
    ------
    ModelError
        If it holds something else than tensors by name.
    """
    try:
        said = torch.load(stream, map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001 - torch raises many types for what it cannot read
        # torch's own message invites to run the code in the file.
        kind = type(error).__name__
        raise ModelError(
            url,
            f"torch {torch.__version__} cannot read it as weights alone ({kind}). Save it with "
            "torch.save(model.state_dict(), ...).",
        ) from None
    for key in _WRAPPERS:
        if isinstance(said, Mapping) and isinstance(said.get(key), Mapping):
            said = said[key]
            break
    if not isinstance(said, Mapping) or not said or not _all_tensors(said):
        raise ModelError(
            url,
            "it holds no state dict: tensors by the names of layers were expected. Save it with "
            "torch.save(model.state_dict(), ...).",
        )
    return _without_prefix({str(name): value for name, value in said.items()})


def fill(url: str, module: nn.Module, weights: Weights) -> nn.Module:
    """Put weights into a model of their class; return the model.

    Raises
    ------
    ModelError
        If they are not those of the class.
    """
    try:
        found = module.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        raise ModelError(
            url,
            f"its weights do not fit {type(module).__name__}: {_last_line(error)} Name the class "
            "that it was trained with.",
        ) from None
    missing, unexpected = found.missing_keys, found.unexpected_keys
    if missing or unexpected:
        raise ModelError(
            url,
            f"its weights do not fit {type(module).__name__}: {_listed('are missing', missing)}"
            f"{'; ' if missing and unexpected else ''}{_listed('are unknown', unexpected)}. Name "
            "the class that it was trained with.",
        )
    return module.float()


def _all_tensors(said: Mapping[object, object]) -> bool:
    return all(isinstance(value, Tensor) for value in said.values())


def _without_prefix(weights: Weights) -> Weights:
    for prefix in _PREFIXES:
        if all(name.startswith(prefix) for name in weights):
            weights = {name.removeprefix(prefix): value for name, value in weights.items()}
    return weights


def _listed(words: str, names: list[str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{', '.join(names[:_MOST_NAMES])}{more} {words}"


def _last_line(error: RuntimeError) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1][:300] if lines else "they have other shapes."
