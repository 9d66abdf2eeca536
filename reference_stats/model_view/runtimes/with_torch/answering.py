"""Which part of what a model returns is its answer, and which the embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from jobs.errors import ModelError

_ANSWER_NAMES = ("logits", "output", "outputs", "scores", "probabilities", "pred", "out")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelAnswer:
    """A model's answer to a batch.

    Attributes
    ----------
    outputs
        Of shape (images, classes); None where the answer is no row of numbers an image.
    embedding
        The output that stands for an image.
    words
        Which output that is.
    is_output
        Whether it is the answer itself, for want of a better one.
    """

    outputs: Tensor | None
    embedding: Tensor
    words: str
    is_output: bool


def answer_of(url: str, raw: object, named: str | None) -> ModelAnswer:
    """Return the parts of what a model returned.

    Parameters
    ----------
    url
        The model as the job file names it.
    raw
        A tensor, or several by name or by place.
    named
        The output that is the embedding, as the job file names it; None for the answer.

    Raises
    ------
    ModelError
        If the model returned no tensor, or has no output of that name.
    """
    outputs = _by_name(raw)
    if not outputs:
        raise ModelError(
            url, f"it returns {type(raw).__name__} and no tensor. Expected outputs an image."
        )
    if named is not None and named not in outputs:
        raise ModelError(
            url, f"it has no output {named} (model.layer). Its outputs are {', '.join(outputs)}."
        )
    answer = next((name for name in _ANSWER_NAMES if name in outputs and name != named), None)
    if answer is None:
        answer = next((name for name in outputs if name != named), None) or next(iter(outputs))
    values = outputs[answer]
    chosen = named or answer
    return ModelAnswer(
        outputs=values if values.ndim == 2 else None,
        embedding=outputs[chosen],
        words=f"the output {chosen}" if len(outputs) > 1 else "its output",
        is_output=chosen == answer,
    )


def _by_name(raw: object) -> dict[str, Tensor]:
    if isinstance(raw, Tensor):
        return {"output": raw}
    if isinstance(raw, Mapping):
        items = [(str(name), value) for name, value in raw.items()]
    elif isinstance(raw, Sequence):
        # A named tuple has names, which TorchScript and models of torchvision return.
        names = getattr(raw, "_fields", None) or [str(place) for place in range(len(raw))]
        items = list(zip(names, raw, strict=True))
    else:
        items = []
    return {name: value for name, value in items if isinstance(value, Tensor)}
