"""The top of a run's page: what happened, how many images, which ones to look at."""

import dataclasses
import html as html_text
import re

from reports.findings.answers import State
from reports.findings.remarks import Remark, RemarkWeight
from reports.findings.run import RunFindings
from reports.pages.run.report import report_html
from reports.words.losses import losing_advice
from reports.words.wording import SIGMA_EXPLAINED
from tests.support import findings as examples

PICTURE = b"\xff\xd8 a picture"
TYPICAL = {f"reference/{number}.jpg": PICTURE for number in range(8)}


def top_of(run: RunFindings, *, pictures: bool = True, typical: bool = True) -> str:
    shots = {offender.image: PICTURE for offender in run.offenders} if pictures else None
    page = report_html(run, shots, typical=TYPICAL if typical else None).decode()
    return page[page.index("<header") : page.index("</header>")]


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def heading(html: str) -> str:
    return text_of(html[html.index("<h1>") : html.index("</h1>")])


def told(**parts: object) -> RunFindings:
    return dataclasses.replace(examples.drifted(), **parts)  # type: ignore[arg-type]


def test_the_headline_is_the_heading_and_the_summary_stands_below() -> None:
    run = told(headline="Images are darker and blurrier than the reference")
    top = top_of(run)

    assert heading(top) == "Images are darker and blurrier than the reference"
    assert run.summary in text_of(top)


def test_the_cause_of_a_drift_and_what_drifted_are_paragraphs_of_their_own() -> None:
    cause = Remark(
        code="files_differ",
        text="All 80 images are grey; all of the reference's 80 are in colour.",
        weight=RemarkWeight.CAUSE,
        headline="The images are grey, unlike the reference's",
    )
    run = told(
        headline=cause.headline, summary=f"{cause.text} Images are greyer.", remarks=(cause,)
    )
    paragraphs = re.findall(r'<p class="summary">(.*?)</p>', top_of(run))

    assert [text_of(html_text.unescape(one)) for one in paragraphs] == [
        cause.text,
        "Images are greyer.",
    ]
    assert text_of(html_text.unescape(top_of(run))).count(cause.text) == 1


def test_without_a_headline_the_summary_is_the_heading_and_is_not_repeated() -> None:
    run = told(headline="")
    top = top_of(run)

    assert heading(top) == run.summary
    assert text_of(top).count(run.summary) == 1


def test_it_says_how_many_images_differ_and_how_often_that_is_chance() -> None:
    text = text_of(top_of(told(affected=412)))

    assert "At least 412 of 5,190 images differ from the reference." in text
    assert "At least 1 of 5,190 images differs" in text_of(top_of(told(affected=1)))
    assert "about 1 run in 100 would still say drift" in text


def test_where_the_number_is_not_known_only_what_was_compared_is_said() -> None:
    text = text_of(top_of(told(affected=None)))

    assert "5,190 images compared with the reference." in text
    assert "At least" not in text


def test_four_of_the_worst_images_stand_beside_four_typical_ones() -> None:
    run = examples.drifted()
    top = top_of(run)
    worst, typical = top.split("Typical of the reference")

    assert worst.count("<img") == typical.count("<img") == 4
    for number in range(1, 5):
        assert f'href="#image-{number}"' in worst
    assert text_of(worst).count("darker, blurrier") == 4


def test_without_pictures_the_worst_images_are_named() -> None:
    run = examples.drifted()
    top = top_of(run, pictures=False)

    assert "<img" not in top
    assert "Look at these first" in top
    for offender in run.offenders[:4]:
        assert offender.image in top
        assert offender.because in top
    assert run.offenders[4].image not in top


def test_what_moved_most_is_sorted_by_size_predictions_among_the_rest() -> None:
    run = examples.drifted()
    names = ["Brightness", "Red", "Sharpness", "Median brightness"]
    (breed,) = (one for one in run.predictions if one.name == "breed")
    larger = dataclasses.replace(breed, effect=0.5)
    others = tuple(one for one in run.predictions if one is not breed)
    told = dataclasses.replace(run, predictions=(larger, *others))

    assert chips(run) == names
    assert chips(told) == ["breed", *names[:3]]


def chips(run: RunFindings) -> list[str]:
    top = top_of(run)
    return re.findall(r'<li><a href="#[^"]+"><bdi>([^<]+)', top[top.index("What moved most") :])


def test_a_picture_has_its_look_below_it_and_no_numbers() -> None:
    because = "blurrier (sharpness 0.362, reference 2.39 to 3.72), darker (brightness 26.4)"
    run = examples.drifted()
    offenders = tuple(dataclasses.replace(one, because=because) for one in run.offenders)
    top = top_of(dataclasses.replace(run, offenders=offenders))

    assert top.count('<span class="why">blurrier, darker</span>') == 4


def test_a_class_share_is_said_with_the_class() -> None:
    run = examples.drifted()
    calm = tuple(dataclasses.replace(one, state=State.STEADY) for one in run.features)
    text = text_of(top_of(dataclasses.replace(run, features=calm)))

    assert "beagle 26 % to 43 %" in text


def test_sigma_is_explained_once_in_a_page() -> None:
    for run in (examples.drifted(), examples.steady()):
        assert text_of(report_html(run, {}).decode()).count(SIGMA_EXPLAINED) == 1


def test_a_steady_day_is_dull() -> None:
    top = top_of(examples.steady())

    for loud in ("is-drift", "is-inconclusive", "chips", "<img", "What moved"):
        assert loud not in top


def test_an_inconclusive_day_says_what_is_missing_before_anything_else() -> None:
    text = text_of(top_of(examples.inconclusive()))

    assert text.index("What is missing") < text.index("18 images of 41 were lost")
    assert "What moved" not in text


def test_an_inconclusive_day_promises_nothing() -> None:
    text = text_of(top_of(dataclasses.replace(examples.inconclusive(), smallest_effect=0.7)))

    assert "would still say drift" not in text
    assert "would have been seen" not in text


def test_what_the_summary_advises_is_not_advised_twice() -> None:
    lost = dataclasses.replace(examples.drifted().images, analysed=0, missing=0, unreadable=5_210)
    advice = losing_advice(lost, {})
    run = dataclasses.replace(examples.inconclusive(), images=lost, summary=f"None. {advice}")

    assert text_of(top_of(run)).count(advice) == 1


def test_moves_of_predictions_alone_are_at_the_top_too() -> None:
    run = examples.drifted()
    calm = tuple(dataclasses.replace(one, state=State.STEADY) for one in run.features)
    text = text_of(top_of(dataclasses.replace(run, features=calm)))

    assert text.index("What moved most") < text.index("breed")


def test_labels_that_run_from_right_to_left_are_set_apart() -> None:
    label = "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd"
    top = top_of(told(headline=f"share of breed '{label}' 15 % to 29 %"))

    assert f"<bdi>{label}</bdi>" in top
    assert heading(top).endswith("15 % to 29 %")
