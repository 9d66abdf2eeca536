"""Exports of labelling tools: what is read of each, and what is said of what cannot be."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from jobs.boxes.formats import BoxUnit
from jobs.job_file.label_settings import LabelSettings
from jobs.job_file.prediction_settings import PredictionSettings
from jobs.labels.box_labels import (
    CLASS_NOT_KNOWN,
    NO_BOX,
    NO_IMAGE,
    NO_NAME,
    NO_NUMBERS,
    NOT_LABELLED,
    OUTLINE,
    SKIPPED,
    TURNED,
    ReadBoxLabels,
)
from jobs.labels.boxes.reading import list_box_labels, read_box_labels, read_listed_boxes
from jobs.labels.exports.yolo import class_names
from jobs.labels.labels import (
    CONTRADICTING,
    CORRECTED,
    NONE_YET,
    OBJECT_GONE,
    UNREADABLE_OBJECT,
    UnreadLabels,
)
from tests.support.box_world import (
    as_coco,
    as_cvat,
    as_datumaro,
    as_label_studio,
    as_labelbox,
    as_yolo,
    draw_pictures,
)
from tests.support.memory_bucket import MemoryBucket

LOG = PredictionSettings(path="log.csv")
SINCE = datetime(2025, 3, 1, tzinfo=UTC)


def read_any(contents, export="any", path="labels/**", **settings):
    bucket = MemoryBucket()
    bucket.put_all(
        {name: one if isinstance(one, bytes) else one.encode() for name, one in contents.items()}
    )
    labels = LabelSettings(path=path, export=export, **settings)
    return read_box_labels(bucket, MemoryBucket, labels, LOG, since=SINCE, workers=3)


def read(contents, export="any", path="labels/**", **settings) -> ReadBoxLabels:
    found = read_any(contents, export, path, **settings)
    assert isinstance(found, ReadBoxLabels), found
    return found


def boxes_of(found):
    names = found.boxes.classes.to_pylist()
    return {
        key: [
            (names[at], *np.round(found.boxes.corners[at], 6).tolist())
            for at in np.flatnonzero(found.boxes.image == image)
        ]
        for key, image in zip(found.by_image["key"], found.by_image["image"], strict=True)
    }


def coco(annotations=(), images=None, categories=({"id": 3, "name": "car"},)):
    images = (
        [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}] if images is None else images
    )
    whole = {"images": images, "annotations": list(annotations), "categories": list(categories)}
    return {"labels/coco.json": json.dumps(whole)}


def of_coco(box=(10, 20, 30, 40), category=3, image=1, **others):
    return {"image_id": image, "category_id": category, "bbox": box, **others}


def task(*results, image="a.jpg", **annotation):
    return {"data": {"image": image}, "annotations": [{"result": list(results), **annotation}]}


def rectangle(name="car", x=10, y=20, width=30, height=40, rotation=0, **others):
    value = {"x": x, "y": y, "width": width, "height": height, "rotation": rotation}
    return {
        "type": "rectanglelabels",
        "original_width": 200,
        "original_height": 100,
        "value": {**value, "rectanglelabels": [name]},
        **others,
    }


def studio(*tasks):
    return {"labels/export.json": json.dumps(list(tasks))}


def cvat(*images, head=""):
    return {
        "labels/a.xml": f"<?xml version='1.0'?>{head}<annotations>{''.join(images)}</annotations>"
    }


@pytest.mark.parametrize(
    "written", [as_coco, as_yolo, as_label_studio, as_labelbox, as_cvat, as_datumaro]
)
def test_every_image_of_an_export_is_a_label(written):
    pictures = draw_pictures(0, images=25)

    found = read(written(pictures))

    assert found.boxes.images == found.rows == 25
    assert len(found.boxes) == sum(len(one.true) for one in pictures)
    assert any(not one.true for one in pictures)
    assert not found.left_out
    assert not found.lost_boxes
    assert not found.noted_boxes


def test_cocos_boxes_are_pixels_with_sizes_and_crowds():
    found = read(coco([of_coco(), of_coco(box=[1, 2, 3, 4], iscrowd=1)]))

    assert boxes_of(found) == {"a.jpg": [("car", 10, 20, 40, 60), ("car", 1, 2, 4, 6)]}
    assert found.boxes.crowd.tolist() == [False, True]
    assert found.boxes.sizes.tolist() == [[100.0, 80.0]]
    assert found.boxes.in_shares.tolist() == [False]


def test_cocos_faulty_annotations_are_counted_with_reasons():
    found = read(
        coco(
            [
                of_coco(),
                of_coco(category=9),
                of_coco(image=77),
                of_coco(box=[]),
                of_coco(box=[1, 2, 3]),
                of_coco(box=[1, 2, "three", 4]),
                of_coco(box=[500, 2, 3, 4]),
                of_coco(box=[1, 2, 0, 4]),
                of_coco(box=[1, 2, -3, 4]),
                "no annotation",
            ],
            images=[
                {"id": 1, "file_name": "a.jpg", "width": 100, "height": 80},
                {"id": 2, "file_name": None},
            ],
        )
    )

    assert boxes_of(found)["a.jpg"] == [("car", 10, 20, 40, 60), ("9", 10, 20, 40, 60)]
    assert found.lost_boxes == {
        NO_IMAGE: 1,
        NO_BOX: 1,
        NO_NUMBERS: 1,
        "with a number that is missing, NaN or infinite": 1,
        "outside of the image": 1,
        "without an area": 1,
        "inverted": 1,
    }
    assert found.noted_boxes == {NO_NAME: 1}
    assert found.left_out == {"image without a file_name": 1}


def test_shares_where_coco_has_pixels_are_told():
    boxes = [of_coco(box=[0.1, 0.2, 0.3, at / 100]) for at in range(1, 60)]

    found = read(coco(boxes))

    assert found.other_format is not None
    assert found.other_format.fit.box_format.unit is BoxUnit.SHARES


def test_ten_thousand_boxes_on_one_image_are_read():
    found = read(coco([of_coco(box=[at % 50, at % 40, 9, 9]) for at in range(10_000)]))

    assert len(found.boxes) == 10_000


@pytest.mark.parametrize("images", [[], [{"id": 1}]])
def test_an_export_without_images_is_said(images):
    found = read_any(coco([of_coco()], images=images))

    assert isinstance(found, UnreadLabels)
    assert "memory://test/labels/coco.json: it lists no images with a file_name" in found.reason


@pytest.mark.parametrize("written", [as_coco, as_label_studio, as_cvat, as_datumaro])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_export_is_said_and_none_of_it_is_used(written, share):
    [(name, text)] = written(draw_pictures(0, images=5)).items()

    alone = read_any({name: text[: int(share * len(text))]})
    beside = read(
        {
            name: text[: int(share * len(text))],
            "labels/b.json": coco([of_coco()])["labels/coco.json"],
        }
    )

    assert isinstance(alone, UnreadLabels)
    assert f"memory://test/{name}: it is no" in alone.reason
    assert "ends too early" in alone.reason
    assert boxes_of(beside) == {"a.jpg": [("car", 10, 20, 40, 60)]}
    assert beside.left_out == {UNREADABLE_OBJECT: 1}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 and more", "zip archive"),
        (b"\xff\xfe\x00{", "no export that is known"),
        (b'{"a": "\xff"}', "no text in UTF-8"),
        (b"[]", "no export that is known"),
        (b'[{"image_id": 1, "bbox": [1, 2, 3, 4], "score": 0.4}]', "no export that is known"),
        (b"<html></html>", "no export that is known"),
        (b"[" * 100_000, "no JSON"),
        (b"", "no export that is known"),
    ],
)
def test_other_content_is_said(content, said):
    found = read_any({"labels/a.json": content})

    assert isinstance(found, UnreadLabels)
    assert said in found.reason


def test_another_export_than_the_job_file_says_is_named():
    found = read_any(studio(task(rectangle())), export="coco")

    assert isinstance(found, UnreadLabels)
    assert 'of the kind "label studio". Expected "coco"' in found.reason


def test_two_exports_of_an_image_without_times_contradict():
    whole = coco([of_coco()])["labels/coco.json"]
    other = coco([of_coco(box=[1, 2, 3, 4])])["labels/coco.json"]

    assert read({"labels/1.json": whole, "labels/2.json": whole}).noted
    assert read({"labels/1.json": whole, "labels/2.json": other}).left_out == {CONTRADICTING: 2}


def test_yolos_empty_text_file_is_an_image_without_objects():
    found = read(
        {
            "labels/train/a.txt": "0 0.5 0.5 0.2 0.4\n1 0.25 0.25 0.1 0.1 0.93\n",
            "labels/train/b.txt": "",
            "labels/train/c.txt": "\n",
            "labels/train/classes.txt": "car\nbus\n",
            "labels/train/a.jpg": b"\xff\xd8",
        }
    )

    assert boxes_of(found) == {
        "labels/train/a.txt": [("car", 0.4, 0.3, 0.6, 0.7), ("bus", 0.2, 0.2, 0.3, 0.3)],
        "labels/train/b.txt": [],
        "labels/train/c.txt": [],
    }
    assert found.boxes.in_shares.all()
    assert found.objects == 3


def test_yolos_outlines_faulty_lines_and_nameless_classes_are_counted():
    found = read(
        {
            "labels/a.txt": "0 0.1 0.2 0.5 0.2 0.5 0.6\n7 0.5 0.5 0.2 0.2\nx 1 2 3 4\n"
            "0 0.1\n0 nan 0.5 0.1 0.1\n0 0.5 0.5 0 0.1\n0 5 5 0.1 0.1\n",
            "labels/b.txt": "not a label at all",
        },
        path="labels/*.txt",
    )

    assert boxes_of(found) == {
        "labels/a.txt": [("0", 0.1, 0.2, 0.5, 0.6), ("7", 0.4, 0.4, 0.6, 0.6)]
    }
    assert found.noted_boxes == {NO_NAME: 5, OUTLINE: 1}
    assert found.lost_boxes[NO_NUMBERS] == 2
    assert found.lost_boxes["without an area"] == 1
    assert found.lost_boxes["outside of the image"] == 1
    assert found.left_out == {UNREADABLE_OBJECT: 1}


def test_yolos_names_stand_in_a_folder_above():
    found = read(
        {
            "set/labels/train/a.txt": "1 0.5 0.5 0.2 0.4\n",
            "set/data.yaml": "names: [car, 'big bus']\n",
        },
        path="set/labels/**",
    )

    assert boxes_of(found)["set/labels/train/a.txt"][0][0] == "big bus"


@pytest.mark.parametrize(
    "text",
    [
        "names: ['car', \"big bus\"]\nnc: 2",
        "nc: 2\nnames: [car,\n  big bus]\n",
        "names:\n- car\n- big bus # long\nnc: 2\n",
        "path: x\nnames:\n  0: car\n  # a remark\n\n  1: 'big bus'\ntrain: images\n",
        "names: {0: car, 1: big bus}",
    ],
)
def test_names_of_classes_in_yaml_are_read_in_every_usual_form(text):
    assert class_names("data.yaml", text) == {0: "car", 1: "big bus"}


def test_yaml_without_names_has_none():
    assert class_names("data.yaml", "nc: 2\nnamesake: [1]\n") == {}


def test_label_studios_newest_annotation_of_a_task_counts():
    one = task(rectangle(), updated_at="2025-03-02T08:00:00Z")
    one["annotations"].append(
        {"result": [rectangle("bus")], "updated_at": "2025-03-03T08:00:00.5Z"}
    )

    found = read(studio(one))

    assert boxes_of(found) == {"a.jpg": [("bus", 0.1, 0.2, 0.4, 0.6)]}
    assert found.noted == {CORRECTED: 1}
    assert found.boxes.sizes.tolist() == [[200.0, 100.0]]


def test_label_studios_tasks_without_an_annotation_are_no_labels():
    tasks = [
        {"data": {"image": "a.jpg"}, "annotations": []},
        {"data": {"image": "b.jpg"}, "annotations": [{"result": [], "was_cancelled": True}]},
        {"data": {"image": "c.jpg"}, "annotations": [{"result": []}]},
        {"data": {"text": ""}, "annotations": [{"result": []}]},
    ]

    found = read(studio(*tasks))

    assert boxes_of(found) == {"c.jpg": []}
    assert found.left_out == {NOT_LABELLED: 1, SKIPPED: 1, "task without an image": 1}
    assert found.rows == 4


def test_label_studios_turned_boxes_are_taken_upright_and_other_shapes_left_out():
    # By 90 degrees around its upper left corner, in an image of 200 x 100 pixels.
    found = read(
        studio(
            task(
                rectangle(x=50, y=20, width=10, height=20, rotation=90),
                {"type": "polygonlabels", "value": {"points": [[1, 2]]}},
                {"type": "choices", "value": {"choices": ["blurred"]}},
                {
                    "type": "rectangle",
                    "id": "r1",
                    "value": {"x": 0, "y": 0, "width": 5, "height": 5},
                },
                {"type": "labels", "id": "r1", "value": {"labels": ["bus"]}},
            )
        )
    )

    assert boxes_of(found) == {"a.jpg": [("car", 0.4, 0.2, 0.5, 0.4), ("bus", 0, 0, 0.05, 0.05)]}
    assert found.noted_boxes == {TURNED: 1}
    assert found.lost_boxes == {NO_BOX: 1}


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("/data/upload/12/0a1b2c3d-my_image.jpg", "my_image.jpg"),
        ("/data/local-files/?d=images/x%20y/a.jpg", "images/x y/a.jpg"),
        ("s3://photos/2025/a.jpg", "s3://photos/2025/a.jpg"),
        ("https://host.example/photos/a%20b.jpg?token=1", "photos/a b.jpg"),
        ("a.jpg", "a.jpg"),
    ],
)
def test_label_studios_addresses_become_names(written, key):
    assert list(boxes_of(read(studio(task(rectangle(), image=written))))) == [key]


def test_label_studios_short_export_is_read():
    short = {
        "image": "s3://photos/a.jpg",
        "id": 1,
        "annotation_id": 7,
        "updated_at": "2025-03-03T08:00:00Z",
        "label": [
            {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0}
            | {"rectanglelabels": ["car"], "original_width": 200, "original_height": 100}
        ],
    }
    empty = {"image": "s3://photos/b.jpg", "id": 2, "annotation_id": 8}

    found = read(studio(short, empty))

    assert boxes_of(found) == {
        "s3://photos/a.jpg": [("car", 0.1, 0.2, 0.4, 0.6)],
        "s3://photos/b.jpg": [],
    }


def test_cvats_turned_boxes_other_shapes_and_videos():
    box = '<box label="car" xtl="10" ytl="20" xbr="30" ybr="60" rotation="90.0"/>'
    points = '<polygon label="car" points="1,2;3,4"/>'
    found = read(
        cvat(
            f'<image name="a/b.jpg" width="100" height="100">{box}{points}</image>',
            "<image width='1'/>",
        )
    )
    video = read_any(cvat('<track label="car"><box frame="0" xtl="1"/></track>'))

    assert boxes_of(found) == {"a/b.jpg": [("car", 0, 30, 40, 50)]}
    assert found.noted_boxes == {TURNED: 1}
    assert found.lost_boxes == {NO_BOX: 1}
    assert found.left_out == {"image without a name": 1}
    assert isinstance(video, UnreadLabels)
    assert "an export of a video names no images" in video.reason


def test_cvats_newest_export_of_an_image_counts():
    old, new = (
        f"<meta><dumped>2025-03-0{day} 08:00:00.1+00:00</dumped></meta>"
        f'<image name="a.jpg" width="9" height="9"><box label="{name}" xtl="1" ytl="1" xbr="3" '
        'ybr="4"/></image>'
        for day, name in ((2, "car"), (3, "bus"))
    )

    found = read(
        {"labels/1.xml": cvat(new)["labels/a.xml"], "labels/2.xml": cvat(old)["labels/a.xml"]}
    )

    assert boxes_of(found) == {"a.jpg": [("bus", 1, 1, 3, 4)]}


def test_an_xml_with_entities_that_grow_is_refused():
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'

    found = read_any(cvat('<image name="&c;"/>', head=bomb))

    assert isinstance(found, UnreadLabels)
    assert "declares a document type" in found.reason


def test_datumaros_classes_without_a_name_are_their_numbers():
    whole = {
        "categories": {"label": {"labels": [{"name": "car"}]}},
        "items": [
            {
                "id": "a",
                "annotations": [
                    {"type": "bbox", "label_id": 0, "bbox": [1, 2, 3, 4]},
                    {"type": "bbox", "label_id": 5, "bbox": [1, 2, 3, 4]},
                    {"type": "polygon", "label_id": 0, "points": []},
                    {"type": "bbox", "label_id": 0, "bbox": None},
                ],
            }
        ],
    }

    found = read({"labels/a.json": json.dumps(whole)})

    assert boxes_of(found) == {"a": [("car", 1, 2, 4, 6), ("5", 1, 2, 4, 6)]}
    assert found.lost_boxes == {NO_BOX: 1, NO_NUMBERS: 1}
    assert found.noted_boxes == {NO_NAME: 1}


def test_an_object_that_is_gone_is_counted_and_a_store_that_fails_is_said():
    bucket, settings = MemoryBucket(), LabelSettings(path="labels/*", export="yolo")
    bucket.put_all({f"labels/{name}.txt": b"0 0.5 0.5 0.1 0.1" for name in "ab"})
    listing = list_box_labels(bucket, MemoryBucket, settings, LOG)
    del bucket.objects["labels/a.txt"]

    found = read_listed_boxes(listing, settings, LOG, since=SINCE, workers=2)
    bucket.refused.add("labels/b.txt")
    refused = read_listed_boxes(listing, settings, LOG, since=SINCE, workers=2)

    assert isinstance(found, ReadBoxLabels)
    assert found.left_out == {OBJECT_GONE: 1}
    assert found.boxes.images == found.objects == found.rows == 1
    assert isinstance(refused, UnreadLabels)


def test_too_many_objects_are_refused_before_one_is_read():
    texts = {f"labels/{number}.txt": "" for number in range(12)}

    found = read_any(texts, most_objects=10)

    assert isinstance(found, UnreadLabels)
    assert "spread over 12 small objects" in found.reason
    assert "labels.most_objects" in found.reason


def test_exports_of_days_before_the_waiting_predictions_are_not_read():
    old, new = as_coco(draw_pictures(0, images=3)), as_coco(draw_pictures(0, images=4))

    found = read(
        {
            "labels/2025-02-03/coco.json": old["labels/coco.json"],
            "labels/2025-03-03/coco.json": new["labels/coco.json"],
        }
    )

    assert found.boxes.images == 4
    assert found.passed_over == 1


def test_no_export_yet_is_no_failure():
    assert read({}).noted == {NONE_YET: 1}
    assert read({}, path="labels/coco.json").noted == {NONE_YET: 1}


def test_classes_are_renamed_as_the_job_file_says():
    found = read(coco([of_coco()]), classes={"car": "Auto"})

    assert boxes_of(found)["a.jpg"][0][0] == "Auto"


def test_a_class_of_an_export_that_nobody_knows_is_none():
    found = read(coco([of_coco()]), no_class=["car"])

    assert boxes_of(found)["a.jpg"][0][0] is None
    assert found.noted_boxes[CLASS_NOT_KNOWN] == sum(
        one[0] is None for boxes in boxes_of(found).values() for one in boxes
    )


def test_nothing_in_an_export_is_fatal():
    """Values of any kind in the place of any other, in every format of JSON."""
    odd = [None, 5, "text", [], {}, [1], [[1]], {"a": 1}, True, 1e400, "NaN"]
    sources = [
        json.loads(coco([of_coco(iscrowd=0)])["labels/coco.json"]),
        [task(rectangle(id="r1"), updated_at="2025-03-02", was_cancelled=False)],
        json.loads(as_datumaro(draw_pictures(0, images=2))["labels/datumaro.json"]),
    ]
    tried = 0
    for whole in sources:
        for path in _paths(whole):
            for value in odd:
                text = json.dumps(_replaced(whole, path, value))
                found = read_any({"labels/a.json": text})
                assert isinstance(found, ReadBoxLabels | UnreadLabels)
                tried += 1
    assert tried > 500


def _paths(value, path=()):
    if path:
        yield path
    children = value.items() if isinstance(value, dict) else ()
    children = enumerate(value[:1]) if isinstance(value, list) else children
    for key, child in children:
        yield from _paths(child, (*path, key))


def _replaced(whole, path, value):
    copy = json.loads(json.dumps(whole))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return copy
