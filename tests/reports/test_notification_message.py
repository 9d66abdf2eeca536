"""The message: what it says, and that nothing from outside is markup in it."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.findings.images import Offender
from reports.findings.remarks import Remark, RemarkWeight
from reports.findings.runs import Notice, NoticeKind
from reports.telling.forms.plain_text import LONGEST_TITLE
from reports.telling.message import message_of
from reports.words.advice import steps
from reports.words.harmless_text import harmless, shortened
from reports.words.moved import moved_in_words
from tests.support import findings as examples
from tests.support import normal_days

LINK = "https://storage.example.com/b/report.html?a=1&b=2"
END = examples.drifted().window.end


def message(run, kind=NoticeKind.DRIFT, *, since=END, pictures=None):
    notice = Notice(kind=kind, since=since)
    return message_of(run, notice, link=LINK, pictures=pictures or {})


def drifted(**values):
    values = {"headline": "Images are darker and blurrier than the reference", **values}
    return dataclasses.replace(examples.drifted(), **values)


def test_the_message_of_a_drift_reads_as_it_is_meant_to():
    run = drifted(affected=1870)
    sent = message(run)
    first, second = run.offenders[:2]
    usual = [one for one in steps(run) if not one.is_rare]
    assert sent.title == "Drift in dogs - Images are darker and blurrier than the reference"
    assert sent.body.split("\n") == [
        "At least 1,870 of 5,190 images differ from the reference.",
        "",
        "What changed:",
        *(f"- {one.title}: {harmless(one.words, 99)}" for one in moved_in_words(run)),
        "",
        "The 2 most unusual images:",
        f"1. {first.image}: darker, blurrier",
        f"2. {second.image}: darker, blurrier",
        "",
        "What to do:",
        *(
            f"{number}. {one.words} {one.command}".rstrip()
            for number, one in enumerate(usual, start=1)
        ),
        "",
        "Window: 8 Mar, 00:00 to 15 Mar 2025, 00:00 UTC",
        "Images: 5,190 of 5,210 logged",
        "",
        f"Report: {LINK}",
    ]
    assert len(moved_in_words(run)) > 1
    assert 1 < len(usual) < len(steps(run))


def test_the_message_of_a_level_says_how_far_and_what_to_do():
    run = normal_days.drifted_from_days()
    sent = message(run, NoticeKind.LEVEL, since="2025-03-01T00:00:00Z")
    assert sent.title == f"Not like the reference: dogs - {run.level.summary.rstrip('.')}"
    lines = sent.body.split("\n")
    assert lines[0] == "This is told once, and is no alarm."
    assert any("Settle the drift first." in line for line in lines)
    assert run.summary in lines
    assert "Since the window that ended 1 Mar 2025, 00:00 UTC" in lines
    assert not sent.pictures


def test_a_long_cause_does_not_push_out_what_drifted():
    cause = Remark(
        code="odd", text="Why. " * 139, weight=RemarkWeight.CAUSE, headline="It is known why"
    )
    run = drifted(summary=f"{cause.text} Images are darker: by 2 sigma.", remarks=(cause,))
    lines = message(run).body.split("\n")
    assert lines[0] == "What changed:"
    assert f"1. {cause.text.strip()}" in lines


@pytest.mark.parametrize(
    ("kind", "opening"),
    [
        (NoticeKind.DRIFT, "Drift in dogs - "),
        (NoticeKind.REMINDER, "Still drift in dogs - "),
        (NoticeKind.RECOVERED, "Recovered: dogs - "),
        (NoticeKind.INCONCLUSIVE, "Inconclusive: dogs - "),
    ],
)
def test_the_title_begins_with_what_happened_and_to_which_job(kind, opening):
    assert message(drifted(), kind).title.startswith(opening)


def test_a_title_without_a_headline_is_the_summary_up_to_its_numbers():
    assert message(drifted(headline="")).title == (
        "Drift in dogs - Images are darker and blurrier than the reference"
    )


def test_a_reminder_says_since_when():
    body = message(drifted(), NoticeKind.REMINDER, since="2025-03-10T00:00:00Z").body
    assert "Since the window that ended 10 Mar 2025, 00:00 UTC" in body


def test_a_recovery_says_when_the_drift_began_and_shows_no_image():
    run = dataclasses.replace(examples.steady(), offenders=examples.drifted().offenders)
    sent = message(
        run,
        NoticeKind.RECOVERED,
        since="2025-03-10T00:00:00Z",
        pictures={run.offenders[0].image: b"jpeg"},
    )
    assert "The drift began with the window that ended 10 Mar 2025, 00:00 UTC" in sent.body
    assert run.offenders[0].image not in sent.body
    assert sent.pictures == ()


def test_the_two_worst_images_are_attached_under_names_of_ours():
    run = drifted()
    pictures = {one.image: one.image.encode() for one in run.offenders}
    sent = message(run, pictures=pictures)
    assert [one.name for one in sent.pictures] == ["unusual-1.jpg", "unusual-2.jpg"]
    assert [one.data for one in sent.pictures] == [one.image.encode() for one in run.offenders[:2]]


def test_without_thumbnails_nothing_is_attached_and_the_number_of_a_picture_is_its_line():
    run = drifted()
    assert message(run).pictures == ()
    second = message(run, pictures={run.offenders[1].image: b"jpeg"})
    assert [one.name for one in second.pictures] == ["unusual-2.jpg"]


def test_a_single_unusual_image_is_one():
    body = message(drifted(offenders=examples.drifted().offenders[:1])).body
    assert "The most unusual image:\n1. " in body


HOSTILE = (
    "<!channel> <!everyone|x> <@U123> <https://evil.example|click>",
    "@everyone @here @channel @all @room",
    "[click](https://evil.example) ![x](http://evil.example/p.png) [a]: http://evil",
    "<script>alert(1)</script><img src=x onerror=alert(2)> <at>all</at>",
    "```\nrm -rf\n```",
    "https://evil.example www.evil.example mailto:a@evil.example file://host/x",
    "\\\\evil\\share\\x.jpg",
    "[a].gg [a]://evil www.(evil) mailto:[evil]",
    "line\r\nBcc: victim@example.com\r\n\r\nnew body",
    "\u202egpj.exe\u202c \x00 \x1b[31m \ud800 \u2028",
    "a" * 3000,
)


def assert_harmless(text):
    for forbidden in ("<", ">", "@", "`", "|", "\\", "\r", "\n", "\x1b", "\u202e", "\ud800"):
        assert forbidden not in text, text
    assert "](" not in text
    assert "][" not in text
    assert "]:" not in text.replace("[:]", "")
    assert "www." not in text.lower()
    assert "mailto:" not in text.lower()
    for part in text.split("://")[:-1]:
        assert part.lower().endswith(("gs", "s3"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_holds_no_markup_mention_or_address(text):
    assert_harmless(harmless(text, 300))


@given(st.text(alphabet="<>@`|\\[](): wgs3:/.\n\u202eé", max_size=60))
def test_no_text_holds_markup_mention_or_address(text):
    assert_harmless(harmless(text, 100))


@pytest.mark.parametrize(
    "text",
    [
        "images/20250314_0911_IMG 0042.JPG",
        "gs://uploads/in/a_b-c (1).jpg",
        "share of breed 'beagle' 31% to 47%; brightness 3.4 \N{GREEK SMALL LETTER SIGMA} below",
        "Hund's größtes Bild #3 *neu* [roh].png",
        "画像/犬 🐶.webp",
    ],
)
def test_ordinary_names_stay_as_they_are(text):
    assert harmless(text, 300) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("camera 'example.com' is darker", "camera 'example[.]com' is darker"),
        ("foo.co.uk/x and xn--a.xn--p1ai", "foo[.]co[.]uk/x and xn--a[.]xn--p1ai"),
        ("evil.example.com.jpg, a.jpg.zip", "evil[.]example[.]com.jpg, a[.]jpg[.]zip"),
        (
            "例子.中国 and \U0001f436.ws and a\u3002com",
            "例子[.]中国 and \U0001f436[.]ws and a[.]com",
        ),
        ("set images.most_lost, or window.last.", "set images.most_lost, or window.last."),
        ("images/a.jpg: 1.34 sigma. 犬\u3002猫", "images/a.jpg: 1.34 sigma. 犬\u3002猫"),
        ("reports.path.zip", "reports[.]path[.]zip"),
    ],
)
def test_a_bare_domain_is_no_link_while_names_of_images_and_keys_stay(text, shown):
    assert harmless(text, 300) == shown


def test_hostile_names_and_labels_reach_no_part_of_the_message():
    run = drifted(
        summary=f"Images: {HOSTILE[0]} {HOSTILE[2]}",
        headline=HOSTILE[7],
        offenders=tuple(
            Offender(image=name, id="1", timestamp="2025-03-14T09:00:00Z", score=9, because=name)
            for name in HOSTILE[1:3]
        ),
    )
    sent = message(run, pictures={HOSTILE[1]: b"jpeg"})
    assert_harmless(sent.title)
    *lines, last = sent.body.split("\n")
    assert last == f"Report: {LINK}"
    for line in lines:
        assert_harmless(line)
    assert len(sent.title) <= LONGEST_TITLE
    assert [one.name for one in sent.pictures] == ["unusual-1.jpg"]


def test_what_is_too_long_is_cut_after_a_word():
    assert shortened("one two three", 13) == "one two three"
    assert shortened("one two three", 9) == "one two…"
    assert shortened("x" * 20, 10) == "x" * 9 + "…"
