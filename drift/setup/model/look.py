"""What a model's file in a bucket says of itself, with nothing of it run and little of it read."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from drift.setup.log.bucket_file import BucketFile
from drift.setup.model.guess import ToldByFile
from jobs.buckets.bucket import Bucket, ObjectInfo
from jobs.errors import ModelError, ObjectError
from reference_stats.model_view.files.archive import ModelArchive
from reference_stats.model_view.files.forms import ModelForm, form_of
from reference_stats.model_view.files.onnx_inputs import Axes, onnx_inputs
from reference_stats.model_view.runtimes.entering import InputShape, Layout

# A larger model inside an archive is not fetched to be looked at.
_MOST_INNER_BYTES = 64 << 20
_WORDS = {
    ModelForm.TORCHSCRIPT: "TorchScript",
    ModelForm.EXPORTED: "an exported program",
    ModelForm.ONNX: "ONNX",
    ModelForm.STATE_DICT: "a state dict",
}


def told_by_file(bucket: Bucket, one: ObjectInfo) -> ToldByFile:
    """Return what the file of a model says; a fault where it is none that can be read."""
    stream = cast("BinaryIO", BucketFile(bucket, one.name, one.size_bytes))
    try:
        form = form_of(one.name, stream)
        if form is ModelForm.MAR:
            return _of_archive(one.name, stream)
        return _of_model(one.name, form, stream, one.size_bytes)
    except ModelError as error:
        return ToldByFile(fault=f"It cannot be opened: {error.problem}")
    except ObjectError as error:
        return ToldByFile(fault=f"It could not be looked into: {error.problem}")


def _of_archive(name: str, stream: BinaryIO) -> ToldByFile:
    archive = ModelArchive.looked_at(name, stream)
    if archive.class_file is not None:
        return ToldByFile(
            form="a TorchServe archive of weights and a class",
            code=(archive.class_file,),
            classes=archive.class_names,
        )
    if archive.members.size(archive.weights_name) > _MOST_INNER_BYTES:
        return ToldByFile(form="a TorchServe archive", classes=archive.class_names)
    weights = archive.weights()
    inner = io.BytesIO(weights)
    told = _of_model(name, form_of(name, inner), inner, len(weights))
    return ToldByFile(
        form=f"a TorchServe archive with {told.form}",
        needs_module=told.needs_module,
        height=told.height,
        width=told.width,
        channels=told.channels,
        classes=archive.class_names,
        fault=told.fault,
    )


def _of_model(name: str, form: ModelForm, stream: BinaryIO, size_bytes: int) -> ToldByFile:
    words = _WORDS[form]
    if form is not ModelForm.ONNX:
        return ToldByFile(form=words, needs_module=form is ModelForm.STATE_DICT)
    try:
        inputs = onnx_inputs(stream, size_bytes)
    except ValueError as error:
        return ToldByFile(form=words, fault=f"It cannot be opened: {error}.")
    return _of_onnx(name, words, inputs)


def _of_onnx(name: str, words: str, inputs: Axes) -> ToldByFile:
    if len(inputs) != 1:
        said = f"It has {len(inputs)} inputs. Expected one: a batch of images."
        return ToldByFile(form=words, fault=said)
    try:
        shape = InputShape.of_axes(name, inputs[0])
    except ModelError as error:
        return ToldByFile(form=words, fault=error.problem)
    is_flat = shape.layout is Layout.FLAT
    return ToldByFile(
        form=words,
        height=None if is_flat else shape.height,
        width=None if is_flat else shape.width,
        channels=shape.channels,
    )
