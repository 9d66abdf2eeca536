"""One class in several spellings: of labels, of the model, and of both."""

import pyarrow as pa

from drift.model_quality.detection.joining.classes import BoxClasses


def classes(detected, true):
    found = BoxClasses.of(pa.array(detected, pa.string()), pa.array(true, pa.string()))
    names = [*found.names, None]
    return (
        [names[code] for code in found.detected.tolist()],
        [names[code] for code in found.true.tolist()],
        found,
    )


def test_a_label_is_spelled_as_the_model_spells_it():
    said, true, found = classes(["traffic light", "car"], ["Traffic_Light", "car", "bus", None])
    assert said == ["traffic light", "car"]
    assert true == ["traffic light", "car", "bus", None]
    assert found.spellings == {"Traffic_Light": "traffic light"}
    assert not found.one_of_two.any()


def test_two_versions_of_a_model_that_spell_a_class_differently_have_one_class():
    detected = ["Traffic_Light", "traffic light", "traffic light", "car", None]
    said, true, found = classes(detected, ["Traffic_Light", "TRAFFIC-LIGHT", "car"])
    assert said == ["traffic light", "traffic light", "traffic light", "car", None]
    assert true == ["traffic light", "traffic light", "car"]
    assert found.one_of_two.tolist() == [True, False, False, False, False]


def test_of_spellings_that_are_as_frequent_the_first_by_name_counts_in_any_order():
    for detected in (["b c", "B_C"], ["B_C", "b c"]):
        assert classes(detected, ["b-c"])[0] == ["B_C", "B_C"]


def test_classes_that_labels_tell_apart_as_well_are_two():
    said, true, found = classes(["Mars", "mars", "mars"], ["mars", "Mars"])
    assert said == ["Mars", "mars", "mars"]
    assert true == ["mars", "Mars"]
    assert not found.one_of_two.any()
    assert not found.spellings
