"""Which objects of a bucket are taken for models, by their names alone."""

from datetime import UTC, datetime

import pytest

from drift.setup.model.find import find_models
from jobs.buckets.bucket import ObjectInfo


def named(*names: str) -> tuple[str, ...]:
    return tuple(one.name for one in find_models([of(name) for name in names]).read)


def of(name: str, day: int = 1, size: int = 9) -> ObjectInfo:
    written = datetime(2025, 3, day, tzinfo=UTC)
    return ObjectInfo(name=name, size_bytes=size, version="1", written=written)


@pytest.mark.parametrize(
    "name",
    ["digits.mar", "a/b/breeds.onnx", "export.pt2", "classifier.pt", "models/v3.pth",
     "model_store/train.pt", "weights/epoch_12.pt"],
)  # fmt: skip
def test_models_are_known_by_their_names(name):
    assert named(name) == (name,)


@pytest.mark.parametrize(
    "name",
    ["reference.pt", "train_images.pth", "models/optimizer.pt", "checkpoints/rng_state.pt",
     "images/a.jpg", "log.csv", "data.pt", "embeddings/features.pt"],
)  # fmt: skip
def test_tensors_and_parts_of_a_training_are_no_models(name):
    assert named(name) == ()


def test_what_the_job_takes_for_its_reference_is_no_model():
    objects = [of("weights/known.pt"), of("weights/other.pt")]
    found = find_models(objects, ["weights/known.pt"])
    assert [one.name for one in found.read] == ["weights/other.pt"]


def test_a_folder_of_very_many_torch_files_holds_tensors():
    names = [f"frames/{number:04}.pt" for number in range(60)]
    assert named(*names, "a.onnx") == ("a.onnx",)


def test_models_in_their_folder_come_first_and_archives_before_weights():
    names = ("old.onnx", "models/a.pt", "models/b.mar", "models/c.onnx")
    assert named(*names) == ("models/b.mar", "models/c.onnx", "models/a.pt", "old.onnx")


def test_of_several_the_best_by_name_comes_first_and_then_the_newest():
    objects = [of("models/1.pt", 5), of("models/2.pt", 9), of("models/best.pt", 1)]
    names = [one.name for one in find_models(objects).read]
    assert names == ["models/best.pt", "models/2.pt", "models/1.pt"]


def test_an_empty_file_is_no_model():
    assert find_models([of("models/a.pt", size=0)]).read == ()


def test_forms_that_are_not_read_are_told_where_models_lie():
    found = find_models([of("models/dogs.h5"), of("data/table.h5")])
    assert found.unread == ("models/dogs.h5",)
