"""Which form a model's bytes have, told by their content alone."""

from __future__ import annotations

import enum
import io
from typing import BinaryIO

from jobs.errors import ModelError
from reference_stats.model_view.files.pickles import names_beside_weights
from reference_stats.model_view.files.zip_members import ModelZip

MANIFEST = "MAR-INF/MANIFEST.json"
FORMS_IN_WORDS = (
    "Expected a TorchServe archive (.mar), TorchScript, an exported program (.pt2), ONNX, or a "
    "state dict"
)
_MOST_PICKLE_BYTES = 256 << 20
_LEGACY_PICKLES = 4
"""Of torch before 1.6: a magic number, a version, the system, and then the weights."""
_HEAD_BYTES = 512


class ModelForm(enum.StrEnum):
    """What a model's file is, as `ModelSettings.kind` says it."""

    MAR = "mar"
    TORCHSCRIPT = "torchscript"
    EXPORTED = "exported"
    ONNX = "onnx"
    STATE_DICT = "state_dict"


_IN_WORDS = {
    ModelForm.MAR: "a TorchServe archive",
    ModelForm.TORCHSCRIPT: "TorchScript",
    ModelForm.EXPORTED: "an exported program",
    ModelForm.ONNX: "ONNX",
    ModelForm.STATE_DICT: "a state dict",
}
_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1f\x8b", "packed with gzip, as `torch-model-archiver --archive-format tgz` does"),
    (257, b"ustar", "a tar"),
    (0, b"\x89HDF", "HDF5, as Keras writes it"),
    (4, b"TFL3", "TensorFlow Lite"),
    (8, b'{"', "in the safetensors format"),
    (0, b"<", "a web page or XML, perhaps a store's refusal"),
    (0, b"version https://git-lfs", "a pointer of Git LFS and not the file itself"),
)
_INSTEAD = {
    "packed with gzip, as `torch-model-archiver --archive-format tgz` does": (
        "Archive it with `--archive-format default`"
    ),
    "in the safetensors format": (
        "Save it as a state dict: torch.save(safetensors.torch.load_file(...), ...)"
    ),
}


def form_of(url: str, stream: BinaryIO, kind: str = "auto") -> ModelForm:
    """Return the form of a model's bytes; nothing of them is run.

    Parameters
    ----------
    url
        The model as the job file names it, for messages.
    stream
        The bytes; left at their beginning.
    kind
        What the job file says they are.

    Raises
    ------
    ModelError
        If they are no model, a pickle of more than weights, or not what the job file says.
    """
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    if head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        form = _form_of_zip(url, ModelZip(url, stream))
    elif head[:1] == b"\x80":
        form = _form_of_pickle(url, stream)
    else:
        form = _form_of_other(url, head)
    stream.seek(0)
    if kind not in {"auto", form}:
        raise ModelError(
            url,
            f"its content is {_IN_WORDS[form]}, and model.kind says {kind}. Leave model.kind away, "
            "or name the right file.",
        )
    return form


def _form_of_zip(url: str, members: ModelZip) -> ModelForm:
    if MANIFEST in members.names:
        return ModelForm.MAR
    # torch puts all members below one folder, whose name is any.
    inner = {name.split("/", 1)[-1]: name for name in members.names}
    if "serialized_exported_program.json" in inner or "archive_format" in inner:
        return ModelForm.EXPORTED
    if "constants.pkl" in inner and any(name.startswith("code/") for name in inner):
        return ModelForm.TORCHSCRIPT
    if "data.pkl" in inner:
        data = members.read(inner["data.pkl"], _MOST_PICKLE_BYTES)
        return _form_of_pickle(url, io.BytesIO(data), pickles=1)
    raise ModelError(
        url, f"it is a zip without a model in it: no {MANIFEST}, no data.pkl. {FORMS_IN_WORDS}."
    )


def _form_of_pickle(url: str, stream: BinaryIO, pickles: int = _LEGACY_PICKLES) -> ModelForm:
    try:
        names = names_beside_weights(stream, pickles)
    except ValueError as error:
        raise ModelError(
            url, f"it begins like a pickle and is {error}. {FORMS_IN_WORDS}."
        ) from None
    if names:
        more = f" and {len(names) - 1} more names" if len(names) > 1 else ""
        raise ModelError(
            url,
            f"it is a pickle that holds more than weights: it names {names[0]}{more}. A pickle "
            "runs code when it is read, so it is never read. Save the weights with "
            "torch.save(model.state_dict(), ...), or the model with torch.jit.script or "
            "torch.export.save.",
        )
    return ModelForm.STATE_DICT


def _form_of_other(url: str, head: bytes) -> ModelForm:
    for place, mark, words in _OTHERS:
        if head[place : place + len(mark)] == mark:
            instead = _INSTEAD.get(words, FORMS_IN_WORDS)
            raise ModelError(url, f"it is {words}. {instead}.")
    # ONNX begins with its version: a field of one byte and a small number.
    if head[:1] == b"\x08" and len(head) > 2 and head[1] < 0x80:
        return ModelForm.ONNX
    if not head:
        raise ModelError(url, "it is empty. Upload it again.")
    raise ModelError(url, f"its content is no model that is known. {FORMS_IN_WORDS}.")
