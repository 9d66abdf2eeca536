"""The top of a run's page: what happened, how many images, which ones to look at."""

import dataclasses
import html as html_text
import re

from reports.findings.answers import State
from reports.findings.columns import Outside
from reports.findings.days import Basis
from reports.findings.images import GrownClass
from reports.findings.places import SegmentScan
from reports.findings.remarks import Remark, RemarkWeight
from reports.findings.run import RunFindings
from reports.pages.run.grown_class import ClassPictures
from reports.pages.run.report import report_html
from reports.pages.run.thumbnails import FurtherPictures
from reports.words.losses import losing_advice
from reports.words.numbers import SIGMA, sentence
from reports.words.wording import SIGMA_EXPLAINED
from tests.support import findings as examples
from tests.support import normal_days, quality_findings

PICTURE = b"\xff\xd8 a picture"
GROWN = GrownClass(
    name="beagle", usual_share=0.2, share=0.4, images=tuple("abcde"), reference_images=("r",)
)
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


def test_the_headline_is_said_once_and_its_figures_are_folded_away() -> None:
    headline = "Images are darker and blurrier than the reference"
    run = told(headline=headline, summary=f"{headline}: brightness down 1.3 sigma; 5,190 images.")
    top = top_of(run)

    assert heading(top) == headline
    assert text_of(top).count(headline) == 1
    assert f"Brightness down 1.3 {SIGMA}; 5,190 images." in " ".join(figures(top).split())
    assert SIGMA not in top.partition("<details")[0]


def test_the_cause_of_a_drift_is_the_first_thing_to_do_something_about() -> None:
    cause = Remark(
        code="files_differ",
        text="All 80 images are grey; all of the reference's 80 are in colour.",
        weight=RemarkWeight.CAUSE,
        headline="The images are grey, unlike the reference's",
    )
    run = told(
        headline=cause.headline, summary=f"{cause.text} Images are greyer.", remarks=(cause,)
    )
    top = html_text.unescape(top_of(run))

    assert f"What to do {cause.text}" in text_of(top)
    assert "Images are greyer." in figures(top)
    assert text_of(top).count(cause.text) == 1


def test_without_a_headline_the_summary_is_the_heading_and_is_not_repeated() -> None:
    run = told(headline="")
    top = top_of(run)

    assert heading(top) == run.summary
    assert text_of(top).count(run.summary) == 1


def test_it_says_how_many_images_differ_and_folds_away_how_often_that_is_chance() -> None:
    top = top_of(told(affected=412))

    assert "At least 412 of 5,190 images differ from the reference." in text_of(top)
    assert "At least 1 of 5,190 images differs" in text_of(top_of(told(affected=1)))
    assert "about 1 run in 100 would still say drift" in figures(top)
    assert text_of(top).count("would still say drift") == 1


def test_where_the_number_is_not_known_only_what_was_compared_is_said() -> None:
    text = text_of(top_of(told(affected=None)))

    assert "Images 5,190 compared of 5,210 logged" in text
    assert "Compared with the reference 1,204 images from reference/" in text
    assert "At least" not in text


def test_four_of_the_worst_images_stand_beside_four_typical_ones() -> None:
    run = told(headline="The images have moved away from the reference")
    worst, typical = top_of(run).split("Typical of the reference")

    assert worst.count("<img") == typical.count("<img") == 4
    for number in range(1, 5):
        assert f'href="#image-{number}"' in worst
    assert "These stand out: darker, blurrier" in text_of(worst)
    assert 'class="why"' not in worst, "what all have in common is said once"


def test_the_headline_s_own_words_are_not_said_again_above_the_pictures() -> None:
    top = top_of(told(headline="Images are darker and blurrier than the reference"))

    assert "These stand out more" in text_of(top)


def test_without_pictures_the_worst_images_are_named() -> None:
    run = examples.drifted()
    top = top_of(run, pictures=False)

    assert "<img" not in top
    assert "Look at these first" in top
    for offender in run.offenders[:4]:
        assert offender.image in top
    assert text_of(top).count("darker, blurrier") == 4
    assert run.offenders[4].image not in top


def test_what_changed_is_in_the_order_of_the_headline_and_then_of_size() -> None:
    run = examples.drifted()
    (breed,) = (one for one in run.predictions if one.name == "breed")
    larger = dataclasses.replace(breed, effect=0.5)
    others = tuple(one for one in run.predictions if one is not breed)
    more = dataclasses.replace(run, predictions=(larger, *others))

    assert chips(run) == ["Brightness", "Red", "Sharpness", "breed beagle"]
    assert chips(more)[0] == "breed beagle"
    assert chips(dataclasses.replace(more, named=("sharpness", "mean")))[:2] == [
        "Sharpness",
        "Brightness",
    ]


def test_columns_that_moved_in_the_same_words_share_a_chip() -> None:
    low = Outside(images=161, below=93, above=0, usual_below=0.0, usual_above=0.0)
    run = told(basis=Basis.DAYS)
    features = tuple(dataclasses.replace(one, outside=low) for one in run.features)
    top = text_of(top_of(dataclasses.replace(run, features=features)))

    assert "Brightness, red and sharpness : 93 of 161 images below normal" in top
    assert top.count("93 of 161") == 1


def chips(run: RunFindings) -> list[str]:
    top = top_of(run)
    return re.findall(r'<li><a href="#[^"]+"><bdi>([^<]+)', top[top.index("What changed") :])


def figures(top: str) -> str:
    return text_of(top[top.index('<details class="figures">') :])


def test_pictures_with_something_in_common_have_no_other_words_below_them() -> None:
    run = examples.drifted()
    common = "blurrier (sharpness 0.362, reference 2.39 to 3.72)"
    own = ("blockier from compression or resizing (compression blocks 0.35)", "darker (26.4)")
    offenders = tuple(
        dataclasses.replace(one, because=f"{common}, {own[number % 2]}")
        for number, one in enumerate(run.offenders)
    )
    top = top_of(dataclasses.replace(run, offenders=offenders))

    assert "These stand out more" in text_of(top)
    assert 'class="why"' not in top


def test_pictures_with_nothing_in_common_say_the_headline_s_words_first_in_three_at_most() -> None:
    run = examples.drifted()
    block = "blockier from compression or resizing (compression blocks 0.35)"
    own = (f"{block}, blurrier (0.36)", "darker (26.4)")
    offenders = tuple(
        dataclasses.replace(one, because=own[number % 2])
        for number, one in enumerate(run.offenders)
    )
    headline = "Images are blurrier than the reference"
    top = top_of(dataclasses.replace(run, offenders=offenders, headline=headline))

    assert "These stand out more" in text_of(top)
    assert top.count('<span class="why">blurrier, blockier</span>') == 2
    assert top.count('<span class="why">darker</span>') == 2


def test_a_class_share_is_said_with_the_class() -> None:
    run = examples.drifted()
    calm = tuple(dataclasses.replace(one, state=State.STEADY) for one in run.features)
    text = text_of(top_of(dataclasses.replace(run, features=calm)))

    assert "breed beagle : 43 % of the images, usually 26 %" in text


def test_sigma_is_explained_once_in_a_page() -> None:
    for run in (examples.drifted(), examples.steady(), told(headline="Images are darker")):
        assert text_of(report_html(run, {}).decode()).count(SIGMA_EXPLAINED) == 1


def test_a_steady_day_is_dull() -> None:
    top = top_of(examples.steady())

    for loud in ("is-drift", "is-inconclusive", "chips", "<img", "What changed", "What to do"):
        assert loud not in top


def test_an_inconclusive_day_says_what_is_missing_before_anything_else() -> None:
    text = text_of(top_of(examples.inconclusive()))

    assert text.index("What is missing") < text.index("18 images of 41 were lost")
    assert "What changed" not in text


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

    assert text.index("What changed") < text.index("breed beagle")


def test_what_to_do_names_the_part_and_every_command_and_folds_rare_cases() -> None:
    run = dataclasses.replace(normal_days.drifted_camera(), job_file="dogs cam.toml")
    top = top_of(run)
    box = top[top.index('class="todo"') : top.index("</section>")]
    often, _, rare = text_of(html_text.unescape(box)).partition("Other cases")

    assert "Check camera gate-3 first: what was changed there? No other camera changed." in often
    assert f"drift accept 'dogs cam.toml' {run.run_id}" in often
    assert f"drift reject 'dogs cam.toml' {run.run_id}" in often
    assert "drift profile build 'dogs cam.toml'" in rare
    assert "What changed at camera gate-3" in text_of(top)


def test_the_class_that_grew_is_shown_where_no_image_stands_out() -> None:
    run = told(offenders=(), grown_class=GROWN)
    pictures = ClassPictures(window=dict.fromkeys("abcde", PICTURE), reference={"r": PICTURE})
    page = report_html(run, {}, further=FurtherPictures(of_class=pictures)).decode()
    top = page[page.index("<header") : page.index("</header>")]

    assert top.count("<img") == 5
    assert "Now predicted as beagle" in top
    assert "beagle in the reference" in top


def test_a_remark_that_bears_on_the_verdict_is_at_the_top_and_notes_are_below() -> None:
    heavy = Remark(
        code="names_used_again",
        text="Most image names are used again.",
        weight=RemarkWeight.NOT_STEADY,
        headline="Names are used again",
    )
    note = Remark(code="rows", text="3 rows could not be used.")
    run = told(remarks=(heavy, note), warnings=(heavy.text, note.text))
    page = text_of(report_html(run, {}).decode())
    top = text_of(top_of(run))

    assert page.count(heavy.text) == page.count(note.text) == 1
    assert heavy.text in top
    assert "1 note about this run" in top


def test_a_worse_model_on_a_steady_day_says_what_to_do() -> None:
    run = quality_findings.worse_without_drift()
    assert run.model_quality is not None
    top = text_of(top_of(run))

    assert (
        f"Model got worse {sentence(run.model_quality.headline)} {run.headline or run.summary}"
        in top
    )
    assert "What to do Look at the answers that are wrong" in top


def test_a_worse_model_beside_a_drift_has_a_step_of_its_own() -> None:
    worse, drift = quality_findings.worse_with_drift(), examples.drifted()
    box, other = (text_of(top_of(one)).partition("What to do")[2] for one in (worse, drift))

    assert "The model got worse as well: do its wrong answers come from these images" in box
    assert "If this is the new normal, train the model with such images; then:" in box
    assert "The model got worse" not in other


def test_what_holds_the_change_not_is_listed_with_one_or() -> None:
    scan = SegmentScan(columns=("client", "camera", "hour"), segments=9, passed_over=0)
    top = text_of(top_of(told(segments=(), segment_tests=None, onset=None, segment_scan=scan)))

    assert "The change is in no single client, camera or hour." in top


def test_labels_that_run_from_right_to_left_are_set_apart() -> None:
    label = "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd"
    top = top_of(told(headline=f"share of breed '{label}' 15 % to 29 %"))

    assert f"<bdi>{label}</bdi>" in top
    assert heading(top).endswith("15 % to 29 %")
