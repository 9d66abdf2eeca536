"""A message as Slack's blocks: what it shows, within Slack's limits, whatever the log holds."""

import dataclasses
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.findings.runs import Notice, NoticeKind
from reports.telling.content import Fact, MessageContent, NamedImage, NumberedList, Tone
from reports.telling.forms.slack_blocks import slack_blocks
from reports.telling.message import message_of, trial_message
from reports.words.advice import Step
from reports.words.harmless_text import harmless
from reports.words.moved import moved_in_words
from tests.support import findings as examples

LINK = "https://storage.example.com/b/report.html?a=1&b=2"
ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")


def assert_slack_takes(blocks):
    """Check blocks against the limits in Slack's reference of blocks."""
    json.dumps(blocks)
    assert 0 < len(blocks) <= 50
    for block in blocks:
        assert block["type"] in {"header", "section", "actions"}
        texts = [block["text"]] if "text" in block else []
        if block["type"] == "header":
            assert block["text"]["type"] == "plain_text"
            assert len(block["text"]["text"]) <= 150
        elif block["type"] == "actions":
            assert 1 <= len(block["elements"]) <= 25
            for button in block["elements"]:
                texts.append(button["text"])
                assert button["type"] == "button"
                assert len(button["text"]["text"]) <= 75
                assert len(button["url"]) <= 3000
                assert button["url"].startswith("https://")
        else:
            assert texts or block["fields"]
            assert all(len(text["text"]) <= 3000 for text in texts)
            assert len(block.get("fields", ())) <= 10
            for field in block.get("fields", ()):
                texts.append(field)
                assert len(field["text"]) <= 2000
        for text in texts:
            assert text["text"].strip()
            assert "<" not in text["text"]
            assert ">" not in text["text"]
            assert not ENTITY.search(text["text"])


def content(**values):
    values = {
        "opening": "Drift in dogs",
        "headline": "h",
        "tone": Tone.ALARM,
        "link": LINK,
    } | values
    return MessageContent(**values)


def drift(run, **values):
    run = dataclasses.replace(run, headline="Images are darker than the reference", **values)
    notice = Notice(kind=NoticeKind.DRIFT, since=run.window.end)
    return message_of(run, notice, link=LINK, pictures={}).content


def test_a_drift_has_a_header_what_moved_both_images_what_to_do_and_a_button():
    run = examples.drifted()
    blocks = slack_blocks(drift(run, affected=1870))
    assert_slack_takes(blocks)
    assert blocks[0]["text"]["text"] == "Drift in dogs"
    assert blocks[1]["text"]["text"].split("\n") == [
        "*Images are darker than the reference*",
        "At least 1,870 of 5,190 images differ from the reference.",
    ]
    assert [field["text"] for field in blocks[3]["fields"]] == [
        f"*{one.title}*\n{harmless(one.words, 99)}" for one in moved_in_words(run)
    ]
    first, second = (f"`{one.image}`: darker, blurrier" for one in run.offenders[:2])
    assert blocks[4]["text"]["text"] == (f"*The 2 most unusual images*\n1. {first}\n2. {second}")
    steps = blocks[5]["text"]["text"]
    assert steps.startswith("*What to do*\n1. Check model_version 7 first")
    assert f"`drift accept JOB.toml {run.run_id}`" in steps
    assert blocks[-1] == {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "text": {"type": "plain_text", "text": "Open the report", "emoji": False},
                "url": LINK,
                "style": "primary",
            }
        ],
    }


def test_hostile_names_stay_within_the_limits_and_are_no_markup():
    run = examples.hostile()
    assert_slack_takes(slack_blocks(drift(run, verdict=run.verdict)))


@pytest.mark.parametrize("link", ["gs://bucket/report.html", "/mnt/bucket/report.html"])
def test_an_address_that_no_browser_opens_is_text_and_no_button(link):
    blocks = slack_blocks(content(link=link))
    assert_slack_takes(blocks)
    assert blocks[-1]["text"]["text"] == f"Report: `{link}`"


def test_a_signed_link_that_is_too_long_for_a_button_is_text():
    blocks = slack_blocks(content(link=f"https://example.com/{'x' * 3000}"))
    assert_slack_takes(blocks)
    assert blocks[-1]["type"] == "section"


def test_lines_that_do_not_fit_are_left_out_whole():
    steps = tuple(Step(words=f"{number} {'&' * 500}", command="drift x") for number in range(9))
    blocks = slack_blocks(content(steps=steps))
    assert_slack_takes(blocks)
    text = blocks[-2]["text"]["text"]
    assert text.count("`") % 2 == 0
    assert text.endswith("`drift x`")


TEXT = st.text(alphabet="&<>*_`~ \u00e9ab.", min_size=1, max_size=60).map(
    lambda text: f"a{text * 90}"
)
FACTS = st.lists(st.builds(Fact, name=TEXT, words=TEXT), max_size=12).map(tuple)


@given(
    content=st.builds(
        MessageContent,
        opening=TEXT,
        headline=TEXT,
        tone=st.just(Tone.ALARM),
        link=st.sampled_from([LINK, "gs://b/r.html"]),
        link_words=TEXT,
        paragraphs=st.lists(TEXT, max_size=6).map(tuple),
        moved=FACTS,
        facts=FACTS,
        steps=st.lists(st.builds(Step, words=TEXT, command=TEXT), max_size=8).map(tuple),
        images=st.lists(st.builds(NamedImage, name=TEXT, words=TEXT), max_size=3).map(tuple),
        lists=st.lists(
            st.builds(NumberedList, heading=TEXT, lines=st.lists(TEXT, max_size=3).map(tuple)),
            max_size=60,
        ).map(tuple),
    )
)
def test_no_content_makes_blocks_that_slack_refuses(content):
    assert_slack_takes(slack_blocks(content))


def test_the_test_message_is_blocks_too():
    assert_slack_takes(slack_blocks(trial_message("dogs", link=LINK, with_picture=True).content))
