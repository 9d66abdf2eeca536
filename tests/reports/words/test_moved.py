"""What moved most, in words for people who know no statistics."""

import dataclasses

import pytest

from reports.findings.columns import Finding, Outside, Pile
from reports.findings.days import Basis
from reports.findings.run import RunFindings
from reports.words.moved import moved_in_words
from tests.support import findings as examples
from tests.support import model_view_findings, normal_days, tested_segments

MOST_LOW = Outside(images=164, below=150, above=1, usual_below=0.01, usual_above=0.0)


def words_of(run: RunFindings) -> dict[str, str]:
    return {one.title: one.words for one in moved_in_words(run, most=99)}


def with_mean(**parts: object) -> RunFindings:
    run = dataclasses.replace(examples.drifted(), basis=Basis.DAYS)
    features = (dataclasses.replace(run.features[0], **parts), *run.features[1:])  # type: ignore[arg-type]
    return dataclasses.replace(run, features=features, named=("mean",))


def test_images_outside_the_usual_range_are_counted_on_the_side_that_moved():
    down = words_of(with_mean(outside=MOST_LOW, direction="down"))
    up = words_of(with_mean(outside=MOST_LOW, direction="upper_tail"))

    assert down["Brightness"] == "150 of 164 images below normal"
    assert up["Brightness"] == "1 of 164 images above normal"


def test_a_range_that_other_days_leave_as_well_is_not_called_normal():
    often = dataclasses.replace(MOST_LOW, usual_below=0.3)

    said = words_of(with_mean(outside=often, direction="down"))["Brightness"]

    assert said == "150 of 164 images very low, usually 49"


@pytest.mark.parametrize("outside", [None, dataclasses.replace(MOST_LOW, below=9)])
def test_where_few_images_left_the_range_none_are_counted(outside):
    said = words_of(with_mean(outside=outside, direction="down"))["Brightness"]
    small = words_of(with_mean(outside=outside, direction="down", effect=0.3))["Brightness"]

    assert said == "darker on average"
    assert small == "slightly darker on average"


def test_beside_the_reference_near_copies_are_said_to_count_once():
    run = dataclasses.replace(with_mean(outside=MOST_LOW, direction="down"), basis=Basis.REFERENCE)

    assert words_of(run)["Brightness"] == "150 of 164 different images below normal"


def test_other_moves_have_words_of_their_own():
    pile = Pile(low=0.1, high=0.1, images=40, expected=3.2)
    spread = words_of(with_mean(direction="spread"))["Brightness"]

    assert words_of(with_mean(direction="pile", pile=pile))["Brightness"] == (
        "nearly the same in 40 images, usually 3"
    )
    assert spread in {"more varied than usual", "less varied than usual"}
    assert words_of(model_view_findings.novel_images())["Novelty to the model"] == (
        "higher on average"
    )


def test_the_columns_of_the_headline_come_first_and_moves_that_look_the_same_are_said_once():
    run = examples.drifted()
    named = dataclasses.replace(run, named=("sharpness", "mean"))

    assert [one.column for one in moved_in_words(run)][:2] == ["mean", "mean_red"]
    assert [one.column for one in moved_in_words(named)][:2] == ["sharpness", "mean"]
    assert "median" not in [one.column for one in moved_in_words(run, most=99)]


def test_a_headline_about_one_segment_is_followed_by_its_columns():
    blurred = dataclasses.replace(tested_segments.BLURRED, outside=MOST_LOW)
    test = tested_segments.one_segment(
        "gate-3", blurred, tested_segments.FEWER, state=normal_days.State.DRIFT
    )
    tests = dataclasses.replace(tested_segments.ONE_CAMERA, tested=(test,))
    run = dataclasses.replace(normal_days.drifted_camera(), segment_tests=tests)

    assert words_of(run) == {
        "Sharpness": "150 of 164 images below normal",
        "breed beagle": "7\N{NO-BREAK SPACE}% of the images, usually 31\N{NO-BREAK SPACE}%",
    }


def test_nothing_moved_where_nothing_drifted():
    assert moved_in_words(examples.steady()) == ()
    assert moved_in_words(examples.inconclusive()) == ()


def test_what_the_log_calls_its_columns_stays_text():
    column = Finding(name="x", unit="", state=normal_days.State.DRIFT, effect=1.0, direction="up")
    run = dataclasses.replace(examples.steady(), numbers=(column,))

    assert words_of(run) == {"x": "higher on average"}
