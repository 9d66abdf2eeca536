"""A message about a run says what the model sees, where that says something."""

import dataclasses

from reports.findings.answers import State
from reports.findings.run import RunFindings
from reports.findings.runs import Notice, NoticeKind
from reports.telling.message import Message, message_of
from tests.support.findings import HOSTILE_LABELS
from tests.support.model_view_findings import SEEN, no_view, novel_images


def message_about(run: RunFindings, kind: NoticeKind = NoticeKind.DRIFT) -> Message:
    notice = Notice(kind=kind, since=run.window.end)
    return message_of(run, notice, link="https://example.org/report", pictures={})


def test_new_images_are_one_line_with_their_number() -> None:
    lines = message_about(novel_images()).body.splitlines()

    assert (
        "Model's view: 611 of 5,190 images show things that the reference does not. Accuracy "
        "cannot be estimated on them." in lines
    )


def test_a_missing_view_is_told() -> None:
    body = message_about(no_view(), NoticeKind.RECOVERED).body

    assert "Model's view: missing, see the report" in body


def test_a_quiet_view_is_not_told() -> None:
    run = novel_images()
    view = tuple(dataclasses.replace(one, state=State.STEADY) for one in run.view)

    assert "Model's view" not in message_about(dataclasses.replace(run, view=view)).body


def test_a_hostile_class_is_harmless() -> None:
    group = dataclasses.replace(
        SEEN.novel[0], size=611, predicted=HOSTILE_LABELS[1], predicted_share=1.0
    )
    run = dataclasses.replace(novel_images(), model_view=dataclasses.replace(SEEN, novel=(group,)))
    body = message_about(run).body

    assert "the model calls most of them" in body
    assert "<img" not in body
