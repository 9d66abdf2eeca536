"""A message as a mail's HTML: it needs nothing from elsewhere, and holds no markup of others."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from reports.findings.answers import Verdict
from reports.findings.runs import Notice, NoticeKind
from reports.telling.forms.mail import mail_html, picture_id
from reports.telling.message import message_of, trial_message
from reports.words.harmless_text import harmless
from reports.words.moved import moved_in_words
from tests.support import findings as examples

LINK = "https://storage.example.com/b/report.html?a=1&b=2"


class Elements(HTMLParser):
    """What a page consists of."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data

    def of(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def mail_of(run, kind=NoticeKind.DRIFT, *, link=LINK, pictures=None):
    notice = Notice(kind=kind, since=run.window.end)
    return mail_html(message_of(run, notice, link=link, pictures=pictures or {}).content)


def test_a_drift_shows_both_pictures_what_moved_what_to_do_and_a_link():
    run = dataclasses.replace(examples.drifted(), affected=1870)
    pictures = {one.image: b"jpeg" for one in run.offenders}
    page = Elements(mail_of(run, pictures=pictures))
    assert [one["src"] for one in page.of("img")] == [
        f"cid:{picture_id(f'unusual-{number}.jpg')}" for number in (1, 2)
    ]
    assert [one["href"] for one in page.of("a")] == [LINK]
    for said in (
        "At least 1,870 of 5,190 images differ from the reference.",
        *(f"{one.title}: {harmless(one.words, 99)}" for one in moved_in_words(run)),
        f"drift accept JOB.toml {run.run_id}",
        run.offenders[0].image,
        "Images: 5,190 of 5,210 logged",
    ):
        assert said in page.text


def test_without_pictures_the_images_are_named():
    run = examples.drifted()
    page = Elements(mail_of(run))
    assert not page.of("img")
    assert run.offenders[1].image in page.text


def test_nothing_is_loaded_from_elsewhere():
    run = examples.drifted()
    html = mail_of(run, pictures={one.image: b"jpeg" for one in run.offenders}, link="gs://b/r")
    assert "://" not in html.replace("gs://b/r", "")
    assert not re.search(r"(?i)<(?:script|link|iframe|object|form)|url\(|@import", html)


def test_an_address_that_no_browser_opens_is_text():
    page = Elements(mail_of(examples.drifted(), link="gs://b/report.html"))
    assert not page.of("a")
    assert "Report: gs://b/report.html" in page.text


def test_names_from_outside_are_text():
    run = examples.hostile()
    page = Elements(mail_of(dataclasses.replace(run, headline="<script>alert(1)</script>")))
    names = {tag for tag, _ in page.tags}
    assert names.isdisjoint({"script", "img"})
    assert all(not key.startswith("on") for _, attributes in page.tags for key in attributes)
    assert len(page.of("style")) == 1


@pytest.mark.parametrize(
    ("run", "kind", "colour"),
    [
        (examples.drifted(), NoticeKind.DRIFT, "#a83a07"),
        (examples.inconclusive(), NoticeKind.INCONCLUSIVE, "#5a45a3"),
        (examples.steady(), NoticeKind.RECOVERED, "#57616d"),
    ],
)
def test_its_colour_says_whether_it_is_an_alarm(run, kind, colour):
    assert f"border-top:6px solid {colour}" in mail_of(run, kind)


def test_an_inconclusive_run_says_what_is_missing():
    run = examples.inconclusive()
    assert run.verdict is Verdict.INCONCLUSIVE
    text = Elements(mail_of(run, NoticeKind.INCONCLUSIVE)).text
    assert "What is missing" in text
    assert "about 88 are needed" in text


def test_the_test_message_has_its_picture():
    sent = trial_message("dogs", link=LINK, with_picture=True)
    page = Elements(mail_html(sent.content))
    assert page.of("img")[0]["src"] == f"cid:{picture_id(sent.pictures[0].name)}"
