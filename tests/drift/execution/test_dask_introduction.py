"""Which workers compute the numbers of a run, by what they say of themselves."""

from dataclasses import replace

import pytest

from drift.execution.dask_cluster.introduction import introduce, misfit, not_introduced
from reference_stats.features.registry import feature_set, feature_set_id


def test_a_machine_fits_itself():
    own = introduce(None, has_model=True)
    assert misfit(own, introduce(None, has_model=True, threads=8)) == ""


def test_features_at_another_canonical_size_are_others():
    own, other = introduce(256, has_model=False), introduce(None, has_model=False)
    assert feature_set_id(feature_set(256)) in misfit(own, other)


@pytest.mark.parametrize("package", ["image-drift", "distributed", "numpy", "pillow", "simplejpeg"])
def test_a_package_of_another_version_is_named_with_both_versions(package):
    own = introduce(None, has_model=False)
    other = replace(own, packages={**own.packages, package: "0.0.1"})
    said = misfit(own, other)
    assert f"it has {package} 0.0.1, and the run has {package} {own.packages[package]}" in said


def test_a_reader_of_heic_counts_on_either_side():
    own = introduce(None, has_model=False)
    own = replace(own, packages={**own.packages, "pillow-heif": ""})
    other = replace(own, packages={**own.packages, "pillow-heif": "1.1.0"})
    assert "it has pillow-heif 1.1.0, and the run has no pillow-heif" in misfit(own, other)
    assert "it has no pillow-heif, and the run has pillow-heif 1.1.0" in misfit(other, own)


def test_packages_of_models_count_for_jobs_with_a_model_alone():
    with_model = introduce(None, has_model=True)
    other = replace(with_model, packages={**with_model.packages, "torch": ""})
    assert "it has no torch" in misfit(with_model, other)
    assert "torch" not in introduce(None, has_model=False).packages


def test_a_worker_with_an_accelerator_sees_other_views():
    own = introduce(None, has_model=True)
    machine = {**own.machine, "accelerator": not own.machine["accelerator"]}
    assert "so that the model's numbers would differ" in misfit(own, replace(own, machine=machine))


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'drift'"),
        AttributeError("no attribute 'introduced'"),
        # As distributed passes on what failed while a question was unpacked.
        Exception("ModuleNotFoundError(\"No module named 'drift'\")"),
    ],
)
def test_a_worker_without_the_package_is_told_so(error):
    assert not_introduced(error).startswith("it has no image-drift, or another version of it")


def test_a_worker_that_failed_otherwise_says_how():
    assert "(OSError: too many open files)" in not_introduced(OSError("too many open files"))
