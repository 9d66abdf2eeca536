"""A program of torch that looks at pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from jobs.errors import ModelError
from reference_stats.model_view.definition import Preprocessing
from reference_stats.model_view.runtimes.batches import images_at_once
from reference_stats.model_view.runtimes.entering import Entry, InputShape, Layout
from reference_stats.model_view.runtimes.net import Net, Numbers, SeenBatch
from reference_stats.model_view.runtimes.with_torch.answering import answer_of
from reference_stats.model_view.runtimes.with_torch.gradients import integrated_gradients
from reference_stats.model_view.runtimes.with_torch.kept_input import KeptInput
from reference_stats.model_view.runtimes.with_torch.words import first_line, version
from reference_stats.model_view.viewer import Pictures


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TorchProgram:
    """A model of torch that is ready to be called.

    Attributes
    ----------
    url
        The model as the job file names it.
    module
        Takes a batch, returns whatever the model answers with.
    shape
        What it says of its input.
    kept
        The input of the layer that is the embedding; None where outputs only are to be had.
    output
        The output that is the embedding, where the job file names one and `kept` is None.
    dtype
        Of the numbers that it takes; uint8 where it normalises pixels itself.
    first_takes
        How many numbers its first layer takes, where that is a linear one.
    """

    url: str
    module: nn.Module
    shape: InputShape
    kept: KeptInput | None = field(default=None)
    output: str | None = None
    dtype: torch.dtype = torch.float32
    first_takes: int | None = None

    def net(self, preprocessing: Preprocessing, entry: Entry, device: str) -> Net:
        """Return it with a way for pictures to enter, on a device as the job file names it.

        Raises
        ------
        ModelError
            If there is no such device.
        """
        where = device_of(self.url, device)
        return TorchNet(program=self, preprocessing=preprocessing, entry=entry, device=where)


@dataclass(slots=True, kw_only=True, eq=False)
class TorchNet:
    """A model of torch on a device, in one layout of its input.

    Attributes
    ----------
    program
        The model.
    preprocessing
        How pictures enter it.
    entry
        In which order, and how many at once.
    device
        Where it runs.
    """

    program: TorchProgram
    preprocessing: Preprocessing
    entry: Entry
    device: torch.device
    found_layer: str = ""
    is_output: bool = True

    def __post_init__(self) -> None:
        self.program.module.to(self.device)

    @property
    def runtime(self) -> str:
        """What computes it."""
        name = "cpu" if self.device.type == "cpu" else torch.cuda.get_device_name(self.device)
        return f"torch {version()} on {name}"

    @property
    def most_images(self) -> int:
        """How many images it takes at once."""
        return self.entry.images or images_at_once(self.preprocessing, self.device.type)

    def see(self, pictures: Pictures) -> SeenBatch:
        """Return what it says of a batch."""
        with torch.inference_mode():
            raw = self._run(self._entering(pictures))
            answer = answer_of(self.program.url, raw, self.program.output)
            kept = self.program.kept.take() if self.program.kept else None
            if kept is not None and self.program.kept:
                self.found_layer = f"the input of {self.program.kept.name or 'the model'}"
                self.is_output = False
                embedding = _pooled(kept, channels_last=self.program.kept.of_linear)
            else:
                self.found_layer, self.is_output = answer.words, answer.is_output
                embedding = _pooled(answer.embedding, channels_last=False)
            outputs = answer.outputs
            return SeenBatch(
                embeddings=_numbers(embedding),
                outputs=None if outputs is None else _numbers(outputs),
            )

    def attributions(self, picture: Pictures, target: int, steps: int) -> Numbers:
        """Return the integrated gradients of one output for one picture, from black."""

        def output(entering: Tensor) -> Tensor:
            raw = self._run(entering)
            outputs = answer_of(self.program.url, raw, self.program.output).outputs
            if outputs is None:
                raise ModelError(self.program.url, "its answer is no row of outputs an image.")
            return outputs[:, target]

        entering = self._entering(picture)
        black = self._entering(np.zeros_like(picture))
        if not entering.is_floating_point():
            raise ModelError(
                self.program.url,
                "its outputs cannot be explained: it takes whole numbers, which have no "
                "gradients. Set reports.explanations to 0.",
            )
        at_once = self.entry.images or self._steps_at_once()
        try:
            spoken = integrated_gradients(output, entering, black, steps=steps, at_once=at_once)
        except RuntimeError as error:
            raise ModelError(
                self.program.url,
                f"its outputs cannot be explained: it has no gradients ({first_line(error)}). Set "
                "reports.explanations to 0, or export the model without torch.no_grad.",
            ) from None
        return self._as_picture(spoken, picture.shape[1:])

    def _run(self, entering: Tensor) -> object:
        try:
            return self.program.module(entering)
        except ModelError:
            raise
        except Exception as error:  # noqa: BLE001 - a model may raise anything
            shape = " x ".join(map(str, entering.shape))
            takes = self.program.first_takes
            first = f" Its first layer takes {takes:,} numbers." if takes else ""
            raise ModelError(
                self.program.url,
                f"it fails on a batch of {shape} ({self.entry.layout}): {first_line(error)}."
                f"{first} Set model.input_size and model.grey as they were when it was trained.",
            ) from None

    def _entering(self, pictures: Pictures) -> Tensor:
        """Return pictures as the model takes them: uint8 travels to the device, not floats."""
        shape = self.preprocessing
        # torch warns of memory that it may not write to, such as another process's message.
        raw = torch.from_numpy(np.require(pictures, requirements=["C", "W"])).to(self.device)
        if self.program.shape.whole:
            return self._arranged(raw.to(self.program.dtype))
        scale = torch.tensor([1 / (255 * std) for std in shape.std], device=self.device)
        both = zip(shape.mean, shape.std, strict=True)
        shift = torch.tensor([mean / std for mean, std in both], device=self.device)
        entering = raw.to(torch.float32).mul_(scale).sub_(shift)
        return self._arranged(entering.to(self.program.dtype))

    def _arranged(self, entering: Tensor) -> Tensor:
        # Channels stay last in memory: so convolutions are fastest.
        if self.entry.layout is Layout.CHANNELS_FIRST:
            return entering.permute(0, 3, 1, 2)
        return entering.flatten(1) if self.entry.layout is Layout.FLAT else entering

    def _as_picture(self, spoken: Tensor, shape: tuple[int, ...]) -> Numbers:
        first = self.entry.layout is Layout.CHANNELS_FIRST
        one = spoken[0].permute(1, 2, 0) if first else spoken[0]
        return np.ascontiguousarray(_numbers(one).reshape(shape))

    def _steps_at_once(self) -> int:
        return max(1, self.most_images // 4)


def _numbers(values: Tensor) -> Numbers:
    return values.detach().to(device="cpu", dtype=torch.float32).numpy()


def _pooled(values: Tensor, *, channels_last: bool) -> Tensor:
    """Return one row of numbers an image: the mean over places, where there are several."""
    if values.ndim <= 2:
        return values.reshape(len(values), -1)
    if values.ndim == 4 and not channels_last:
        return values.mean(dim=(2, 3))
    return values.flatten(1, -2).mean(dim=1)


def device_of(url: str, wanted: str) -> torch.device:
    """Return where a model runs, with arithmetic that is the same each time.

    Raises
    ------
    ModelError
        If the job file wants an accelerator and there is none.
    """
    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise ModelError(
            url, 'model.device says "cuda" and torch finds none here. Take "auto" or "cpu".'
        )
    if wanted == "cpu" or not there:
        return torch.device("cpu")
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = False
    return torch.device("cuda")
