"""What a worker says of itself, and whether it computes the same numbers as the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from drift.run_model.remembered import MODEL_PACKAGES, machine_of_models
from reference_stats.features.registry import feature_set, feature_set_id

_INSTALL = "Start the workers with the image, or the environment, that the run has."
# They decode images, or compute numbers from pixels.
_OF_IMAGES = ("numpy", "pillow", "simplejpeg", "numba", "scipy", "pillow-heif")
_OF_THE_CLUSTER = ("distributed", "dask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """What the numbers of a machine depend on.

    Attributes
    ----------
    feature_set
        `feature_set_id` of the features that the job computes.
    packages
        Versions by package; empty for one that is not installed.
    machine
        What a model's numbers depend on; empty in a job without one.
    threads
        How many threads the worker has; of the run itself 0.
    """

    feature_set: str
    packages: Mapping[str, str]
    machine: Mapping[str, object] = field(default_factory=dict)
    threads: int = 0


def introduce(canonical_size: int | None, *, has_model: bool, threads: int = 0) -> Introduction:
    """Return what this machine says of itself.

    Parameters
    ----------
    canonical_size
        ``images.canonical_size`` of the job.
    has_model
        Whether a model looks at the images.
    threads
        As of `Introduction`.
    """
    packages = ["image-drift", *_OF_THE_CLUSTER, *_OF_IMAGES]
    packages += MODEL_PACKAGES if has_model else ()
    return Introduction(
        feature_set=feature_set_id(feature_set(canonical_size)),
        packages={one: _version(one) for one in packages},
        machine=machine_of_models() if has_model else {},
        threads=threads,
    )


def misfit(own: Introduction, other: Introduction) -> str:
    """Return in a sentence why a worker cannot measure for a run; empty where it can."""
    for package, expected in own.packages.items():
        found = other.packages.get(package, "")
        if found != expected:
            return (
                f"it has {_named(package, found)}, and the run has {_named(package, expected)}. "
                f"Expected the same. {_INSTALL}"
            )
    if own.feature_set != other.feature_set:
        return (
            f"it computes the features {other.feature_set}, and the run {own.feature_set}. "
            f"{_INSTALL}"
        )
    if dict(own.machine) != dict(other.machine):
        return (
            f"its processor or accelerator is another one ({_machine(other)}) than that of the run "
            f"({_machine(own)}), so that the model's numbers would differ. Run both on machines "
            "of one kind."
        )
    return ""


def not_introduced(error: BaseException) -> str:
    """Return in a sentence why a worker said nothing of itself."""
    # What fails while a question is unpacked comes as a text.
    said = f"{type(error).__name__}: {error}".removeprefix("Exception: ")
    if said.startswith(("ModuleNotFoundError", "ImportError", "AttributeError")):
        return f"it has no image-drift, or another version of it ({said}). {_INSTALL}"
    return f"it could not say which version it has ({said}). {_INSTALL}"


def _machine(one: Introduction) -> str:
    accelerator = "an accelerator" if one.machine.get("accelerator") else "no accelerator"
    return f"{one.machine.get('processor', 'unknown')}, {accelerator}"


def _named(package: str, found: str) -> str:
    return f"{package} {found}" if found else f"no {package}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
