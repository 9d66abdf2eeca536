"""What a message says of the model's quality, alone and beside the verdict."""

import dataclasses

import pytest

from reports.findings.model_quality.quality import QualityState
from reports.findings.model_quality.scores import WrongImage
from reports.findings.runs import Notice, NoticeKind
from reports.telling.forms.plain_text import LONGEST_TITLE
from reports.telling.message import message_of
from tests.support import findings as examples
from tests.support.labelled_runs import labelled_run

LINK = "https://storage.example.com/b/report.html"
HEADLINE = "Images are darker and blurrier than the reference"
DROPPED = QualityState.DROPPED


def run_of(state, example=examples.drifted, **values):
    run = dataclasses.replace(example(), headline=HEADLINE)
    return labelled_run(run, state, **values)


def message(run, *kinds, since=""):
    notices = [Notice(kind=kind, since=since or run.window.end) for kind in kinds]
    return message_of(run, *notices, link=LINK, pictures={})


def test_a_drop_alone_says_by_how_much_on_which_labels_and_what_was_wrong():
    run = run_of(DROPPED, examples.steady)
    sent = message(run, NoticeKind.QUALITY_DROPPED)
    assert sent.title == "Worse model in dogs - Accuracy 0.81 ± 0.02 on 310 labels, 0.93 before"
    assert sent.body.split("\n") == [
        run.model_quality.summary,
        "",
        f"The verdict of this run is steady: {HEADLINE}.",
        "",
        "The wrong answers that the model was most sure of:",
        "1. images/wrong 0.jpg: beagle, called boxer, confidence 0.99",
        "2. images/wrong 1.jpg: beagle, called boxer, confidence 0.98",
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
        "Labels: 310 of 1,240 predictions between 5 Mar 2025, 00:00 UTC and 12 Mar 2025, 00:00 UTC",
        "",
        f"Report: {LINK}",
    ]


def test_drift_and_drop_are_one_message_with_both_sentences():
    run = run_of(DROPPED)
    sent = message(run, NoticeKind.DRIFT, NoticeKind.QUALITY_DROPPED)
    assert sent.title == f"Drift in dogs, and the model is worse - {HEADLINE}"
    lines = sent.body.split("\n")
    assert lines[0] == run.model_quality.summary
    assert "What changed:" in lines
    assert "The 2 most unusual images:" in lines
    assert "The wrong answers that the model was most sure of:" in lines
    assert (sent.kind, sent.also) == (NoticeKind.DRIFT, NoticeKind.QUALITY_DROPPED)


@pytest.mark.parametrize(
    ("kinds", "opening"),
    [
        ([NoticeKind.QUALITY_REMINDER], "Still a worse model in dogs - Accuracy"),
        ([NoticeKind.QUALITY_RECOVERED], "Model recovered: dogs - Accuracy"),
        (
            [NoticeKind.REMINDER, NoticeKind.QUALITY_REMINDER],
            "Still drift in dogs, and the model is still worse - Images",
        ),
        (
            [NoticeKind.RECOVERED, NoticeKind.QUALITY_RECOVERED],
            "Recovered: dogs, and the model is as good as before again - Images",
        ),
    ],
)
def test_the_title_says_what_happened_to_both(kinds, opening):
    assert message(run_of(DROPPED), *kinds).title.startswith(opening)


def test_a_message_of_the_verdict_has_a_line_about_the_model():
    run = run_of(QualityState.HOLDS)
    lines = message(run, NoticeKind.DRIFT).body.split("\n")
    assert "Model: accuracy 0.92 ± 0.02 on 310 labels, 0.93 before" in lines
    assert run.model_quality.summary not in lines
    unlabelled = message(examples.drifted(), NoticeKind.DRIFT).body
    assert "Model:" not in unlabelled


def test_a_recovery_says_since_when_it_was_worse_and_shows_no_wrong_answer():
    run = run_of(QualityState.HOLDS, examples.steady)
    sent = message(run, NoticeKind.QUALITY_RECOVERED, since="2025-03-07T00:00:00Z")
    assert (
        "The model was called worse first by the run of the window that ended "
        "7 Mar 2025, 00:00 UTC" in sent.body
    )
    assert "images/wrong 0.jpg" not in sent.body
    assert not sent.still_open


def test_labels_and_names_from_outside_are_harmless():
    text = "<!channel> @everyone [x](https://evil.example) `rm` <script>"
    wrong = WrongImage(
        image=text, id="1", timestamp="2025-03-10T09:00:00Z", true=text, predicted=text,
        confidence=None,
    )  # fmt: skip
    run = run_of(DROPPED, headline=text * 9, summary=text, wrong=(wrong,))
    sent = message(run, NoticeKind.QUALITY_DROPPED)
    for part in (sent.title, sent.body.replace(LINK, "")):
        for forbidden in ("<", ">", "@", "`", "](", "https:"):
            assert forbidden not in part
    assert len(sent.title) <= LONGEST_TITLE


def test_in_a_job_without_images_a_wrong_row_is_named_by_its_id():
    wrong = dataclasses.replace(run_of(DROPPED).model_quality.wrong[0], image="")
    sent = message(run_of(DROPPED, wrong=(wrong,)), NoticeKind.QUALITY_DROPPED)
    assert "1. id-0: beagle, called boxer, confidence 0.99" in sent.body
