"""What all images that stand out have in common is said once, and not below each of them."""

from reports.findings.images import Offender, OffenderReason
from reports.pages.run.pictures.captions import captions


def offender(*looks: str, measured: bool = True) -> Offender:
    numbers = {"measure": "sharpness", "value": 0.377, "low": 2.39, "high": 3.72}
    reasons = (OffenderReason(look=look, **(numbers if measured else {})) for look in looks)  # type: ignore[arg-type]
    return Offender(
        image="a.jpg", id="", timestamp="", score=1.0, because="", reasons=tuple(reasons)
    )


def test_what_all_are_is_said_once_and_each_says_what_it_is_beside_that() -> None:
    said = captions([offender("blurrier", "darker")] * 2 + [offender("blurrier", "noisier")] * 3)

    assert said.shared == "All 5 are blurrier; 3 are also noisier and 2 darker."
    assert [one.own for one in said.each] == ["darker"] * 2 + ["noisier"] * 3


def test_two_faults_of_which_neither_is_common_stand_below_the_images() -> None:
    said = captions([offender("blurrier")] * 3 + [offender("darker")] * 3)

    assert said.shared == "3 are blurrier and 3 darker."
    assert [one.own for one in said.each] == ["blurrier"] * 3 + ["darker"] * 3


def test_an_exception_is_counted() -> None:
    said = captions([offender("blurrier")] * 7 + [offender("darker")])

    assert said.shared == "7 of 8 are blurrier."
    assert said.each[-1].own == "darker"
    assert said.each[0].own == ""


def test_a_number_that_is_usual_by_itself_counts_with_the_others() -> None:
    said = captions([offender("rather blurrier"), offender("blurrier")])

    assert said.shared == "All 2 are blurrier."
    assert [one.own for one in said.each] == ["", ""]


def test_a_single_image_says_everything_itself() -> None:
    said = captions([offender("blurrier", "darker")])

    assert said.shared == ""
    assert said.each[0].own == "blurrier, darker"


def test_what_no_number_says_is_no_common_property() -> None:
    said = captions([offender("one of several near-copies", measured=False)] * 2)

    assert said.shared == ""
    assert said.each[0].own == "one of several near-copies"
    assert said.each[0].figures == ()


def test_figures_stand_beside_what_is_usual() -> None:
    (row,) = captions([offender("blurrier")]).each[0].figures

    assert (row.measure, row.value, row.usual) == ("Sharpness", "0.377", "2.39 to 3.72")
