"""A model whose layers can be watched."""

from __future__ import annotations

from torch import nn

from jobs.errors import ModelError
from reference_stats.model_view.runtimes.entering import InputShape
from reference_stats.model_view.runtimes.with_torch.kept_input import KeptInput
from reference_stats.model_view.runtimes.with_torch.torch_net import TorchProgram

_MOST_NAMES = 8


def eager_program(url: str, module: nn.Module, layer: str | None) -> TorchProgram:
    """Return a model whose layers can be watched.

    Parameters
    ----------
    url
        The model as the job file names it.
    module
        The model.
    layer
        The name of the layer whose input is the embedding; None for the last linear layer.

    Raises
    ------
    ModelError
        If the model has no layer of that name.
    """
    module.eval()
    named = dict(module.named_modules())
    if layer is not None and layer not in named:
        last = [name for name in named if name][-_MOST_NAMES:]
        raise ModelError(
            url, f"it has no layer {layer} (model.layer). Its last layers are {', '.join(last)}."
        )
    kept = KeptInput(of_linear=layer is None or isinstance(named[layer], nn.Linear))
    # Of several linear layers the one that is called last is the one that stays.
    watched = (
        {layer: named[layer]}
        if layer is not None
        else {name: one for name, one in named.items() if isinstance(one, nn.Linear)}
    )
    for name, one in watched.items():
        one.register_forward_pre_hook(kept.keeping(name))
    first = next((one for one in module.modules() if isinstance(one, nn.Conv2d | nn.Linear)), None)
    return TorchProgram(
        url=url,
        module=module,
        shape=InputShape(channels=first.in_channels if isinstance(first, nn.Conv2d) else None),
        kept=kept,
        first_takes=first.in_features if isinstance(first, nn.Linear) else None,
    )
