"""From a model's file to a model that looks at pictures."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import BinaryIO

from jobs.errors import ModelError
from reference_stats.model_view.definition import Preprocessing
from reference_stats.model_view.files.archive import ModelArchive
from reference_stats.model_view.files.choice import ModelChoice
from reference_stats.model_view.files.exported_scan import check_exported
from reference_stats.model_view.files.forms import ModelForm, form_of
from reference_stats.model_view.files.model_file import ModelFile
from reference_stats.model_view.files.script_scan import check_script
from reference_stats.model_view.files.zip_members import ModelZip
from reference_stats.model_view.runtimes.entering import preprocessing_of
from reference_stats.model_view.runtimes.net import Program
from reference_stats.model_view.runtimes.opened import Identity, OpenedModel, first_batch


def open_model(file: ModelFile, choice: ModelChoice) -> OpenedModel:
    """Open a model, and try it on fixed pictures.

    Only the models' own process calls this: a file that somebody made to break a program breaks
    that one.

    Parameters
    ----------
    file
        Its file, or `ModelFile.ready_embedder()`.
    choice
        What the job file says of it.

    Raises
    ------
    ModelError
        If it cannot be opened or used; one line that says what to do.
    """
    if file.path is None:
        return _ready_embedder(file.url, choice)
    with file.path.open("rb") as stream:
        form = form_of(file.url, stream, choice.kind)
        if form is ModelForm.MAR:
            return _from_archive(file, stream, choice)
        identity = Identity(url=file.url, digest=file.digest, kind=form.value)
        if form is ModelForm.STATE_DICT:
            return _from_weights(file, stream, choice, identity)
        return _opened(_whole(file.url, form, stream, choice), choice, identity)


def _ready_embedder(url: str, choice: ModelChoice) -> OpenedModel:
    _need_torch(url, "embedder")
    from reference_stats.model_view.runtimes.with_torch.lite0 import (  # noqa: PLC0415 - imports torch
        PREPROCESSING,
        lite0_program,
    )

    program, digest = lite0_program(choice.layer)
    identity = Identity(url=url, digest=digest, kind=ModelForm.STATE_DICT.value)
    return _opened(program, choice, identity, PREPROCESSING)


def _from_archive(file: ModelFile, stream: BinaryIO, choice: ModelChoice) -> OpenedModel:
    archive = ModelArchive.looked_at(file.url, stream)
    content = io.BytesIO(archive.weights())
    form = form_of(file.url, content)
    identity = Identity(
        url=file.url, digest=file.digest, kind=ModelForm.MAR.value, class_names=archive.class_names
    )
    if form is ModelForm.MAR:
        raise ModelError(
            file.url,
            f"its serializedFile {archive.weights_name} is an archive again. Name that one.",
        )
    if form is not ModelForm.STATE_DICT:
        return _opened(_whole(file.url, form, content, choice), choice, identity)
    _need_torch(file.url, "torch")
    from reference_stats.model_view.runtimes.with_torch.weights_and_class import (  # noqa: PLC0415 - torch
        archived_program,
    )

    program, digest = archived_program(archive, file.digest, content, choice)
    return _opened(program, choice, replace(identity, digest=digest))


def _from_weights(
    file: ModelFile, stream: BinaryIO, choice: ModelChoice, identity: Identity
) -> OpenedModel:
    _need_torch(file.url, "torch")
    from reference_stats.model_view.runtimes.with_torch.weights_and_class import (  # noqa: PLC0415 - torch
        program_of_weights,
    )

    program, digest = program_of_weights(file, stream, choice)
    return _opened(program, choice, replace(identity, digest=digest))


def _whole(url: str, form: ModelForm, stream: BinaryIO, choice: ModelChoice) -> Program:
    """Return a model that needs no class: TorchScript, an exported program or ONNX."""
    if form is ModelForm.ONNX:
        return _onnx(url, stream, choice)
    _need_torch(url, "torch")
    from reference_stats.model_view.runtimes.with_torch.exported import exported_program  # noqa: PLC0415
    from reference_stats.model_view.runtimes.with_torch.loading import (  # noqa: PLC0415 - torch
        torchscript_program,
    )

    script = form is ModelForm.TORCHSCRIPT
    if not choice.trust_code:
        check = check_script if script else check_exported
        check(url, ModelZip(url, stream))
        stream.seek(0)
    read = torchscript_program if script else exported_program
    return read(url, stream, choice.layer)


def _onnx(url: str, stream: BinaryIO, choice: ModelChoice) -> Program:
    try:
        from reference_stats.model_view.runtimes.onnx_net import (  # noqa: PLC0415 - an extra
            onnx_program,
        )
    except ImportError as error:
        raise _missing(url, "onnxruntime", "onnx", error) from None
    return onnx_program(url, stream.read(), choice.layer, choice.device)


def _need_torch(url: str, extra: str) -> None:
    try:
        import torch  # noqa: F401, PLC0415 - an extra of the install, and 2 s of every start
    except ImportError as error:
        raise _missing(url, "torch", extra, error) from None


def _missing(url: str, package: str, extra: str, error: ImportError) -> ModelError:
    return ModelError(
        url,
        f"it needs {package}, which cannot be imported ({error}). Install it: "
        f"pip install 'image-drift[{extra}]'",
    )


def _opened(
    program: Program,
    choice: ModelChoice,
    identity: Identity,
    default: Preprocessing | None = None,
) -> OpenedModel:
    """Return a model that has been tried in the ways in which pictures may enter it."""
    url = program.url
    preprocessing = preprocessing_of(url, choice, program.shape, default)
    refused: ModelError | None = None
    for entry in program.shape.entries():
        net = program.net(preprocessing, entry, choice.device)
        try:
            net.see(first_batch(preprocessing, net.most_images))
        except ModelError as error:
            # The first way is the likeliest one: what is said of it helps most.
            refused = refused or error
            continue
        return OpenedModel(net, preprocessing, choice, identity)
    raise refused or ModelError(url, "it takes no pictures.")
