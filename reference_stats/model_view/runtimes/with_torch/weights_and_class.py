"""A state dict and the Python class that it belongs to, which runs by consent alone."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import BinaryIO

from torch import nn

from jobs.errors import ModelError
from reference_stats.model_view.files.archive import ModelArchive
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.runtimes.with_torch.class_code import (
    digest_with,
    filled_model,
    imported_from,
    module_in,
    module_named,
    source_of,
)
from reference_stats.model_view.runtimes.with_torch.eager import eager_program
from reference_stats.model_view.runtimes.with_torch.loading import Weights, weights_in
from reference_stats.model_view.runtimes.with_torch.torch_net import TorchProgram

_CONSENT = (
    "is Python code, which runs only with model.trust_code = true. It then runs with the rights of "
    "the job's user: look at it first. TorchScript, an exported program and ONNX need no code."
)


def archived_program(
    archive: ModelArchive, digest: str, weights: BinaryIO, choice: ModelChoice
) -> tuple[TorchProgram, str]:
    """Return the model of a TorchServe archive that holds a class and its weights, and its digest.

    The digest is that of the archive, and of the class where the job file names one: the same
    weights may fit several.

    The handler is not run, whatever is trusted.

    Raises
    ------
    ModelError
        If the archive names no class, its code is not trusted, or it fails.
    """
    url = archive.url
    if archive.class_file is None:
        raise ModelError(
            url,
            f"its {archive.weights_name} is a state dict, and its manifest names no modelFile with "
            "the class. Archive it with --model-file, or archive TorchScript.",
        )
    if not choice.trust_code:
        raise ModelError(url, f"its class in {archive.class_file} {_CONSENT}")
    state = weights_in(url, weights)
    with tempfile.TemporaryDirectory(prefix="model-") as name:
        folder = Path(name).resolve()
        archive.unpack_code(folder)
        with imported_from(folder):
            module = module_in(url, folder / archive.class_file)
            model = filled_model(url, module, _class_name(choice), state)
    if choice.module is not None:
        digest = digest_with(digest, choice.module, ())
    return eager_program(url, model, choice.layer), digest


def program_of_weights(
    file: ModelFile, stream: BinaryIO, choice: ModelChoice
) -> tuple[TorchProgram, str]:
    """Return the model of a state dict and `model.module`, and a digest of both.

    Raises
    ------
    ModelError
        If the job file names no class, its code is not trusted, or it fails.
    """
    if choice.module is None:
        raise ModelError(
            file.url,
            'it is a state dict: weights without their class. Name it, model.module = "module:'
            'Class", with model.trust_code = true, or save TorchScript or an exported program.',
        )
    if not choice.trust_code:
        raise ModelError(file.url, f"its class {choice.module} {_CONSENT}")
    state = weights_in(file.url, stream)
    where, wanted = choice.module.rsplit(":", 1)
    model, sources = _of_class(file, where, wanted, state)
    digest = digest_with(file.digest, choice.module, sources)
    return eager_program(file.url, model, choice.layer), digest


def _of_class(
    file: ModelFile, where: str, wanted: str, state: Weights
) -> tuple[nn.Module, list[Path]]:
    if not where.endswith(".py"):
        module = module_named(file.url, where)
        return filled_model(file.url, module, wanted, state), source_of(module)
    if file.code is None:
        raise ModelError(file.url, f"the file of its class, {where}, was not found beside it.")
    with imported_from(file.code.parent.resolve()):
        module = module_in(file.url, file.code)
        return filled_model(file.url, module, wanted, state), [file.code]


def _class_name(choice: ModelChoice) -> str | None:
    return choice.module.rsplit(":", 1)[1] if choice.module else None
