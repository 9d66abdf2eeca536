"""What a message says of a detector that has become worse, and of one that has recovered."""

import dataclasses

import pytest

from reports.findings.model_quality.quality import QualityBasis, QualityState
from reports.findings.runs import Notice, NoticeKind
from reports.telling.forms.plain_text import LONGEST_TITLE
from reports.telling.message import message_of
from tests.support import findings as examples
from tests.support.detected_runs import (
    box_class,
    detected_run,
    detection,
    detector_quality,
    detector_scores,
    worst_image,
)

LINK = "https://storage.example.com/b/report.html"
DROPPED, HOLDS = QualityState.DROPPED, QualityState.HOLDS


def message(run, *kinds, since=""):
    notices = [Notice(kind=kind, since=since or run.window.end) for kind in kinds]
    return message_of(run, *notices, link=LINK, pictures={})


def run_of(state, example=examples.steady, **values):
    run = dataclasses.replace(example(), headline="No drift")
    return detected_run(run, state, **values)


def test_a_drop_says_ap50_now_and_before_the_worst_classes_and_images_and_since_when():
    run = run_of(DROPPED)
    sent = message(run, NoticeKind.QUALITY_DROPPED)
    assert sent.title == (
        "Worse model in dogs - AP50 0.55 ± 0.08 on 310 labelled images, 0.84 before"
    )
    assert sent.body.split("\n") == [
        run.model_quality.summary,
        "",
        "The verdict of this run is steady: No drift.",
        "",
        "The classes whose AP50 fell, by how many true boxes that costs:",
        "1. truck: AP50 0.31 [0.21, 1.00], 0.80 before, on 80 true boxes",
        "2. bus: AP50 0.48 [0.38, 1.00], 0.79 before, on 60 true boxes",
        "3. person: AP50 0.82 [0.72, 1.00], 0.85 before, on 400 true boxes",
        "",
        "The images on which the model did worst:",
        "1. images/worst 0.jpg: none of 5 true boxes found; 2 predicted boxes match none",
        "2. images/worst 1.jpg: 1 of 5 true boxes found; 2 predicted boxes match none",
        "",
        "What to do:",
        "1. Look at the answers that are wrong: are their labels right, and what do these images "
        "have in common?",
        "2. If a new version of the model went live, go back to the one before.",
        "3. Else train the model with such images as well.",
        "",
        "Window: 8 Mar, 00:00 to 15 Mar 2025, 00:00 UTC",
        "Images: 980",
        "The drop began with the predictions of 7 Mar 2025",
        "Scores: AP50 0.55 ± 0.08, 0.84 before; AP 0.53, 0.82 before; AP75 0.51, 0.80 before; "
        "AR at 100 0.45, 0.74 before",
        "Mean score of all boxes: 0.77, 0.80 before",
        "Labelled images: 310 of 1,240 between 5 Mar 2025, 00:00 UTC and 12 Mar 2025, 00:00 UTC",
        "",
        f"Report: {LINK}",
    ]


def test_drift_and_drop_are_one_message():
    run = run_of(DROPPED, examples.drifted)
    sent = message(run, NoticeKind.DRIFT, NoticeKind.QUALITY_DROPPED)
    assert sent.title.startswith("Drift in dogs, and the model is worse")
    assert "The 2 most unusual images:" in sent.body
    assert "The images on which the model did worst:" in sent.body


def test_a_message_of_the_verdict_has_a_line_about_the_model():
    body = message(run_of(HOLDS, examples.drifted), NoticeKind.DRIFT).body
    assert "Model: AP50 0.83 ± 0.08 on 310 labelled images, 0.84 before" in body.split("\n")
    assert "worst" not in body


def test_a_recovery_has_the_scores_and_neither_classes_nor_images():
    sent = message(run_of(HOLDS), NoticeKind.QUALITY_RECOVERED, since="2025-03-07T00:00:00Z")
    assert sent.title.startswith("Model recovered: dogs - AP50 0.83")
    assert "Scores: AP50 0.83 ± 0.08, 0.84 before" in sent.body
    assert "window that ended 7 Mar 2025, 00:00 UTC" in sent.body
    assert "truck" not in sent.body
    assert "images/worst" not in sent.body


def test_beside_the_reference_it_is_not_called_before():
    quality = detector_quality(
        DROPPED,
        basis=QualityBasis.REFERENCE,
        before=None,
        detection=detection(
            0.55, before=None, before_confidences=None, reference=detector_scores(0.86, 1000, 1000)
        ),
    )
    run = dataclasses.replace(run_of(DROPPED), model_quality=quality)
    body = message(run, NoticeKind.QUALITY_DROPPED).body
    assert "AP50 0.55 ± 0.08, 0.86 in the reference;" in body
    assert "Mean score of all boxes: 0.77\n" in body
    assert " before" not in body.split("Scores:")[1].split("Report")[0]


def test_scores_that_were_cut_are_said():
    whole = detection(0.55)
    cut = dataclasses.replace(whole.newest_confidences, cut=0.5)
    body = message(
        run_of(DROPPED, detection=dataclasses.replace(whole, newest_confidences=cut)),
        NoticeKind.QUALITY_REMINDER,
    ).body
    assert "No box has a score below 0.5, and many lie just above it" in body


def test_what_is_not_known_leaves_no_empty_line_of_it():
    bare = detection(0.55, newest=None, newest_confidences=None, before=None, classes=(), worst=())
    body = message(run_of(DROPPED, detection=bare), NoticeKind.QUALITY_DROPPED).body
    for said in ("Scores:", "Mean score", "classes", "images on which", "None", "nan"):
        assert said not in body
    assert "\n\n\n" not in body


def test_a_class_with_another_name_on_either_side_is_named_with_the_way_out():
    classes = (
        box_class("lorry", 0.0, true_boxes=60, predicted_boxes=0, known=False),
        box_class("truck", None, true_boxes=0, predicted_boxes=58),
    )
    body = message(
        run_of(DROPPED, detection=detection(0.5, classes=classes)), NoticeKind.QUALITY_DROPPED
    ).body
    assert 'labels.classes = { "lorry" = "truck" }' in body


@pytest.mark.parametrize("text", ["<!channel> @everyone [x](https://evil.example) `rm` <script>"])
def test_names_from_outside_are_harmless_and_leave_the_numbers(text):
    classes = (
        box_class(text * 4, 0.2, before=0.9, true_boxes=60),
        box_class(text, 0.0, true_boxes=60, predicted_boxes=0, known=False),
        box_class(f"{text} ", None, true_boxes=0, predicted_boxes=60),
    )
    worst = (worst_image(0, image=text * 4), worst_image(1, image=""))
    found = detection(0.5, classes=classes, worst=worst)
    sent = message(
        run_of(DROPPED, detection=found, headline=text * 9, summary=text),
        NoticeKind.QUALITY_DROPPED,
    )
    for part in (sent.title, sent.body.replace(LINK, "")):
        for forbidden in ("<", ">", "@", "`", "](", "https:"):
            assert forbidden not in part
    assert len(sent.title) <= LONGEST_TITLE
    assert "AP50 0.20 [0.10, 1.00], 0.90 before, on 60 true boxes" in sent.body
    assert "none of 5 true boxes found; 2 predicted boxes match none" in sent.body
    assert "\n2. id-1: 1 of 5 true boxes found" in sent.body
