"""What the job file says of its model, as values that processes hand to each other."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.job_file.model_settings import ModelSettings

READY_EMBEDDER = "efficientnet-lite0"
"""What `model.path` says where a team has no model at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """Which model looks at images, and how, as far as the job file says it.

    Attributes
    ----------
    path, kind, module, trust_code, resize, grey, mean, std, layer, device
        As of `ModelSettings`; None where the job file says nothing.
    input_size
        Height and width.
    """

    path: str
    kind: str = "auto"
    module: str | None = None
    trust_code: bool = False
    input_size: tuple[int, int] | None = None
    resize: int | None = None
    grey: bool | None = None
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    layer: str | None = None
    device: str = "auto"

    @classmethod
    def of(cls, settings: ModelSettings) -> ModelChoice:
        """Return what a job file's `[model]` says."""
        size = settings.input_size
        return cls(
            path=settings.path,
            kind=settings.kind,
            module=settings.module,
            trust_code=settings.trust_code,
            input_size=(size, size) if isinstance(size, int) else size,
            resize=settings.resize,
            grey=settings.grey,
            mean=settings.mean,
            std=settings.std,
            layer=settings.layer,
            device=settings.device,
        )
