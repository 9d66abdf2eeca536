"""TorchServe's archive: what its manifest says, without unpacking it or running its code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from jobs.errors import ModelError
from reference_stats.model_view.files.class_names import class_names_of
from reference_stats.model_view.files.forms import MANIFEST
from reference_stats.model_view.files.zip_members import ModelZip

_MOST_JSON_BYTES = 16 << 20
_MOST_CODE_BYTES = 256 << 20
_CLASS_NAMES = "index_to_name.json"
_ADVICE = "Make the archive again with torch-model-archiver."


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelArchive:
    """A TorchServe archive that has been looked at.

    Attributes
    ----------
    url
        The model as the job file names it.
    members
        Its members, all with safe names.
    model_name
        What requests call the model.
    weights_name
        The member that holds the weights or the whole model.
    class_file
        The member with the Python code of the model's class; None where the weights are a whole
        model. The handler is code too: it is never run, and needs not be there.
    class_names
        Of all classes in the order of the outputs, where the archive tells them.
    """

    url: str
    members: ModelZip
    model_name: str
    weights_name: str
    class_file: str | None
    class_names: tuple[str, ...]

    @classmethod
    def looked_at(cls, url: str, stream: BinaryIO) -> ModelArchive:
        """Return what an archive says of itself.

        Raises
        ------
        ModelError
            If its members or its manifest are not as TorchServe's are.
        """
        members = ModelZip(url, stream)
        model = _manifest(url, members)
        weights, class_file = (
            _member(url, model, "serializedFile"),
            _member(url, model, "modelFile"),
        )
        if weights is None:
            raise ModelError(
                url,
                f"its {MANIFEST} names no serializedFile: the model is all in its handler, which "
                "is never run. Archive it with --serialized-file.",
            )
        for name in filter(None, (weights, class_file)):
            if name not in members.names:
                raise ModelError(url, f"its manifest names {name}, which is not in it. {_ADVICE}")
        return cls(
            url=url,
            members=members,
            model_name=str(model.get("modelName", "")),
            weights_name=weights,
            class_file=class_file,
            class_names=_class_names(members),
        )

    def weights(self) -> bytes:
        """Return the member that holds the weights or the whole model."""
        return self.members.read(self.weights_name)

    def unpack_code(self, folder: Path) -> None:
        """Write everything beside the weights into a folder, as TorchServe would: code and more.

        Raises
        ------
        ModelError
            If a member is damaged, too large, or cannot be a file.
        """
        left = _MOST_CODE_BYTES
        for name in self.members.names:
            if name == self.weights_name or name.startswith("MAR-INF/"):
                continue
            content = self.members.read(name, left)
            left -= len(content)
            try:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
            except OSError as error:
                # A name may be too long, or a file and a folder at once.
                raise ModelError(
                    self.url, f"its member {name} cannot be unpacked ({error.strerror}). {_ADVICE}"
                ) from None


def _manifest(url: str, members: ModelZip) -> Mapping[str, object]:
    text = members.read(MANIFEST, _MOST_JSON_BYTES)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(url, f"its {MANIFEST} is no JSON ({error}). {_ADVICE}") from None
    model = said.get("model") if isinstance(said, dict) else None
    if not isinstance(model, dict):
        raise ModelError(url, f'its {MANIFEST} has no table "model". {_ADVICE}')
    return model


def _member(url: str, model: Mapping[str, object], key: str) -> str | None:
    name = model.get(key)
    if name is not None and not isinstance(name, str):
        raise ModelError(url, f"model.{key} of its {MANIFEST} is no name of a file. {_ADVICE}")
    return name or None


def _class_names(members: ModelZip) -> tuple[str, ...]:
    if _CLASS_NAMES not in members.names:
        return ()
    return class_names_of(members.read(_CLASS_NAMES, _MOST_JSON_BYTES))
