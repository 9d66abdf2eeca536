"""Sending, to real servers on loopback: what arrives, and what becomes of what does not."""

import base64
import io
import logging
import time

import pytest
from apprise.plugins import pagerduty, slack
from PIL import Image

from reports.findings.runs import NoticeKind
from reports.telling.apprise_sender import scheme_of, send, split_urls
from reports.telling.message import Message, Picture, trial_message
from tests.support.receivers import mail, make_certificate, web, web_server
from tests.support.server_process import free_port

__all__ = ["mail", "web"]

SECRET = "s3cr3t-t0ken"


def jpeg(colour):
    out = io.BytesIO()
    Image.new("RGB", (12, 8), colour).save(out, "JPEG")
    return out.getvalue()


MESSAGE = Message(
    title="Drift in dogs - Images are darker than the reference",
    body="Images are darker: mean down 1.1 sigma.\n\nWindow: 8 Mar to 15 Mar\n"
    "1. images/a_b_c.jpg: dark\n\nReport: https://example.com/a_b/report.html?x=1&y=2",
    kind=NoticeKind.DRIFT,
    pictures=(
        Picture(name="unusual-1.jpg", data=jpeg("red")),
        Picture(name="unusual-2.jpg", data=jpeg("blue")),
    ),
)


def test_a_mail_has_the_title_as_its_subject_plain_text_and_the_pictures(mail):
    (delivery,) = send([mail.url], MESSAGE)
    assert (delivery.delivered, delivery.service, delivery.position) == (True, "mailto", 1)
    (received,) = mail.mails
    assert received["Subject"] == MESSAGE.title
    assert received["To"] == "team@example.com"
    body = received.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n").strip() == MESSAGE.body
    assert received.get_body(("html",)) is None
    attached = list(received.iter_attachments())
    assert [part.get_filename() for part in attached] == ["unusual-1.jpg", "unusual-2.jpg"]
    assert [part.get_content_type() for part in attached] == ["image/jpeg"] * 2
    assert [part.get_content() for part in attached] == [one.data for one in MESSAGE.pictures]


def test_a_webhook_gets_title_body_kind_and_pictures(web):
    (delivery,) = send([web.url("hook")], MESSAGE)
    assert delivery.delivered
    (request,) = web.requests
    sent = request.json
    assert (sent["title"], sent["message"], sent["type"]) == (
        MESSAGE.title,
        MESSAGE.body,
        "warning",
    )
    assert [one["filename"] for one in sent["attachments"]] == ["unusual-1.jpg", "unusual-2.jpg"]
    assert base64.b64decode(sent["attachments"][1]["base64"]) == MESSAGE.pictures[1].data


def test_a_message_without_pictures_has_no_attachments(web):
    message = Message(title="t", body="b", kind=NoticeKind.RECOVERED)
    send([web.url("hook")], message)
    assert web.requests[0].json["attachments"] == []
    assert web.requests[0].json["type"] == "success"


def test_a_chat_server_of_ones_own_gets_plain_text(web):
    (delivery,) = send([web.url("3ccdd113474722377935511fc85d3dd4", "mmost")], MESSAGE)
    assert delivery.delivered
    (request,) = web.requests
    assert request.path == "/hooks/3ccdd113474722377935511fc85d3dd4"
    assert MESSAGE.title in request.json["text"]
    assert "images/a_b_c.jpg: dark" in request.json["text"]
    assert "https://example.com/a_b/report.html?x=1&y=2" in request.json["text"]


def test_slack_gets_the_text_as_it_is(web, monkeypatch):
    monkeypatch.setattr(slack.NotifySlack, "webhook_url", f"http://127.0.0.1:{web.port}/services")
    url = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#dogs"
    (delivery,) = send([url], MESSAGE)
    assert delivery.delivered
    (request,) = web.requests
    (attachment,) = request.json["attachments"]
    assert attachment["title"] == MESSAGE.title
    # As Slack asks for it; it shows an ampersand.
    assert attachment["text"] == MESSAGE.body.replace("&", "&amp;")
    assert b"github" not in request.body


def test_teams_gets_lines_that_stay_apart_and_a_link_without_backslashes(tmp_path, monkeypatch):
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with web_server(certificate) as server:
        (delivery,) = send([f"workflows://localhost:{server.port}/flow/{SECRET}"], MESSAGE)
    assert delivery.delivered, delivery.problem
    (request,) = server.requests
    blocks = request.json["attachments"][0]["content"]["body"]
    texts = {block["id"]: block["text"] for block in blocks if block.get("id")}
    assert texts["title"] == MESSAGE.title
    assert texts["body"].split("\n\n") == [line for line in MESSAGE.body.split("\n") if line]


@pytest.mark.parametrize(
    ("kind", "action"),
    [(NoticeKind.DRIFT, "trigger"), (NoticeKind.RECOVERED, "resolve")],
)
def test_a_pager_opens_an_incident_and_closes_the_same_one(web, monkeypatch, kind, action):
    here = f"http://127.0.0.1:{web.port}/enqueue"
    for region in pagerduty.PAGERDUTY_API_LOOKUP:
        monkeypatch.setitem(pagerduty.PAGERDUTY_API_LOOKUP, region, here)
    message = Message(title=f"{kind} in dogs", body="b", kind=kind)
    send(["pagerduty://integrationkey@apikey?action=map&dedup=drift-dogs"], message)
    (request,) = web.requests
    assert (request.json["event_action"], request.json["dedup_key"]) == (action, "drift-dogs")


def test_one_dead_url_does_not_stop_the_others(web, mail):
    urls = [
        f"json://127.0.0.1:{free_port()}/{SECRET}",
        web.url(f"gone/{SECRET}"),
        web.url("hook"),
        mail.url,
        f"nothing-like-it://{SECRET}",
        SECRET,
    ]
    web.answers["/gone"] = 404
    deliveries = send(urls, MESSAGE)
    assert [one.delivered for one in deliveries] == [False, False, True, True, False, False]
    assert [one.position for one in deliveries] == [1, 2, 3, 4, 5, 6]
    assert [one.service for one in deliveries] == [
        *["json"] * 3,
        "mailto",
        "nothing-like-it",
        "unknown",
    ]
    assert "could not be reached" in deliveries[0].problem
    assert deliveries[1].problem == "the service answered with HTTP 404"
    assert "no such URL" in deliveries[4].problem
    assert len(web.at("/hook")) == len(mail.mails) == 1


def test_no_word_of_a_url_is_logged_or_printed_however_much_is_logged(web, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    web.answers["/bad"] = 500
    urls = [
        web.url(f"good/{SECRET}"),
        web.url(f"bad/{SECRET}"),
        f"json://user:{SECRET}@127.0.0.1:{free_port()}/x",
        f"slack://{SECRET}",
        f"mailto://user:{SECRET}@127.0.0.1:{free_port()}?to=a@example.com",
        f"nonsense://{SECRET}",
    ]
    deliveries = send(urls, MESSAGE)
    assert [one.delivered for one in deliveries] == [True, False, False, False, False, False]
    printed = "".join(capfd.readouterr())
    assert SECRET not in caplog.text + printed + repr(deliveries)
    assert "127.0.0.1" not in caplog.text + printed + repr(deliveries)


def test_a_service_that_never_answers_takes_no_longer_than_the_limit(web):
    web.delay_s = 3.0
    started = time.monotonic()
    (delivery,) = send([web.url("slow")], MESSAGE, timeout_s=0.5)
    assert time.monotonic() - started < 2.5
    assert not delivery.delivered
    assert delivery.problem == "there was no answer within 0.5 s"


@pytest.mark.parametrize(
    "text",
    [
        "json://a/x,json://b/y",
        "json://a/x , json://b/y",
        '"json://a/x json://b/y"',
        "'json://a/x'\n'json://b/y'",
        "# the team\njson://a/x\n  # on call\njson://b/y",
    ],
)
def test_urls_as_people_write_them_are_told_apart(text):
    assert split_urls(text) == ("json://a/x", "json://b/y")


def test_a_comma_inside_a_url_stays():
    text = "slack://a/b/c  mailto://x?to=a@example.com,b@example.com\n\tjson://h/p;q\n"
    assert split_urls(text) == (
        "slack://a/b/c",
        "mailto://x?to=a@example.com,b@example.com",
        "json://h/p;q",
    )
    assert split_urls(" \n") == ()


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("Slack://a/b", "slack"),
        ("https://hooks.example.com/secret", "https"),
        ("T0/B0/secret", "unknown"),
        ("://secret", "unknown"),
        (f"{'x' * 60}://", "unknown"),
    ],
)
def test_only_the_scheme_of_a_url_is_shown(url, scheme):
    assert scheme_of(url) == scheme


def test_a_test_message_carries_a_picture_that_opens(web):
    send([web.url("hook")], trial_message("dogs", link="gs://b/index.html", with_picture=True))
    sent = web.requests[0].json
    assert "dogs" in sent["title"]
    assert "gs://b/index.html" in sent["message"]
    picture = Image.open(io.BytesIO(base64.b64decode(sent["attachments"][0]["base64"])))
    assert picture.format == "JPEG"
    assert max(picture.size) <= 160
