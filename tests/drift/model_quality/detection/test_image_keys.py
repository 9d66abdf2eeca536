"""Which label each image has, where labels name images by more or less of their names."""

import numpy as np
import pyarrow as pa
import pytest

from drift.model_quality.detection.joining.detected import DetectedImages
from drift.model_quality.detection.joining.keys import (
    BY_LAST_PART,
    BY_NAME,
    BY_THREE_PARTS,
    BY_TWO_PARTS,
    BY_TWO_STEMS,
    LabelledKeys,
    NamedImages,
    find_labels,
)


def asked_for(names):
    count = len(names)
    nothing = pa.nulls(count, pa.string())
    return DetectedImages(
        moments=np.arange(count),
        names=pa.array(names, pa.string()),
        ids=nothing,
        readable=np.ones(count, np.bool_),
        sizes=np.full((count, 2), np.nan),
        image=np.zeros(0, np.int64),
        corners=np.zeros((0, 4)),
        in_shares=False,
        classes=pa.nulls(0, pa.string()),
        scores=np.zeros(0),
        versions=nothing,
    )


def keys_of(labels):
    named = NamedImages(names=pa.array(labels, pa.string()), image=np.arange(len(labels)))
    none = NamedImages(names=pa.array([], pa.string()), image=np.zeros(0, np.int64))
    return LabelledKeys.of(none, named, "gs://bucket")


def places(images, labels):
    """Return the place of each image's label, and by what they were joined."""
    detected, keys = asked_for(images), keys_of(labels)
    found = find_labels(detected, keys, keys.way_of(detected.names))
    return found.place.tolist(), found.way


@pytest.mark.parametrize(
    ("images", "labels", "way"),
    [
        (["images/a/1.jpg", "images/b/1.jpg"], ["a/1.jpg", "b/1.jpg"], BY_TWO_PARTS),
        (["images/a/1.jpg", "images/b/1.jpg"], ["/mnt/a/1.jpg", "/mnt/b/1.jpg"], BY_TWO_PARTS),
        (["i/03/04/1.jpg", "i/02/04/1.jpg"], ["03/04/1.jpg", "02/04/1.jpg"], BY_THREE_PARTS),
        (["images/a/1.jpg", "images/b/1.jpg"], ["labels/a/1.txt", "labels/b/1.txt"], BY_TWO_STEMS),
        (["images/a/1.jpg", "images/b/1.jpg"], ["images/a/1.jpg", "images/b/1.jpg"], BY_NAME),
    ],
)
def test_images_of_one_name_in_two_folders_have_the_label_of_their_folder(images, labels, way):
    assert places(images, labels) == ([0, 1], way)


def test_a_label_of_another_folder_is_not_for_an_image_of_the_same_name():
    labels = ["a/1.jpg", "a/2.jpg"]
    assert places(["images/a/1.jpg", "images/b/2.jpg"], labels) == ([0, -1], BY_TWO_PARTS)


def test_labels_with_and_without_a_folder_are_both_found():
    images = ["images/a/1.jpg", "images/2.jpg"]
    assert places(images, ["a/1.jpg", "2.jpg"]) == ([0, 1], BY_TWO_PARTS)


def test_images_of_one_name_share_the_label_of_no_folder():
    images = ["images/a/1.jpg", "images/b/1.jpg", "images/b/2.jpg"]
    assert places(images, ["1.jpg", "2.jpg"]) == ([-1, -1, 1], BY_LAST_PART)


def test_only_the_name_is_compared_where_no_folder_is_called_alike():
    assert places(["images/a/1.jpg"], ["train/1.jpg"]) == ([0], BY_LAST_PART)
