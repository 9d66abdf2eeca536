"""What each service is sent: Slack blocks, mail HTML with pictures, a short text where it is short.

Real servers on loopback take it.
"""

import dataclasses
import io
import json

import pytest
from apprise.plugins import pagerduty, slack
from PIL import Image

from reports.findings.runs import Notice, NoticeKind
from reports.telling.apprise_sender import send
from reports.telling.forms.mail import picture_id
from reports.telling.message import message_of
from tests.support import findings as examples
from tests.support.receivers import mail, make_certificate, web, web_server
from tests.support.server_process import free_port

__all__ = ["mail", "web"]

LINK = "https://storage.example.com/b/report.html?a=1&b=2"
HOOK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
BOT = "slack://xoxb-1234-1234-4ddbc191d40ee098cbaae6f3523ada2d/#drift"


def jpeg(colour):
    out = io.BytesIO()
    Image.new("RGB", (12, 8), colour).save(out, "JPEG")
    return out.getvalue()


def drift():
    run = dataclasses.replace(
        examples.drifted(), headline="Images are dark & blurry, caf\u00e9 only", affected=1870
    )
    shown = zip(run.offenders, ("red", "blue"), strict=False)
    pictures = {one.image: jpeg(colour) for one, colour in shown}
    notice = Notice(kind=NoticeKind.DRIFT, since=run.window.end)
    return message_of(run, notice, link=LINK, pictures=pictures)


@pytest.fixture
def slack_here(web, monkeypatch):
    """Lead Slack's addresses to a server on loopback."""
    here = f"http://127.0.0.1:{web.port}"
    monkeypatch.setattr(slack.NotifySlack, "webhook_url", f"{here}/services")
    monkeypatch.setattr(slack.NotifySlack, "api_url", f"{here}/api/{{}}")
    monkeypatch.setattr(slack.NotifySlack, "request_rate_per_sec", 0)
    return web


def test_a_mail_is_html_with_the_pictures_inside_beside_the_same_as_text(mail):
    message = drift()
    (delivery,) = send([f"{mail.url}&cc=boss@example.com"], message)
    assert delivery.delivered, delivery.problem
    (received,) = mail.mails
    assert received["Subject"] == message.title
    assert (received["To"], received["Cc"]) == ("team@example.com", "boss@example.com")
    assert received.get_content_type() == "multipart/alternative"
    text, page = received.iter_parts()
    assert text.get_content().replace("\r\n", "\n").strip() == message.body
    html, *pictures = page.iter_parts()
    assert html.get_content_type() == "text/html"
    assert "caf\u00e9 only" in html.get_content()
    assert [one["Content-ID"] for one in pictures] == [
        f"<{picture_id(one.name)}>" for one in message.pictures
    ]
    assert [one.get_content() for one in pictures] == [one.data for one in message.pictures]
    for one in message.pictures:
        assert f'src="cid:{picture_id(one.name)}"' in html.get_content()


def test_every_recipient_gets_a_mail_of_its_own(mail):
    (delivery,) = send([mail.url.replace("team@", "a@example.com,b@")], drift())
    assert delivery.delivered
    assert [one["To"] for one in mail.mails] == ["a@example.com", "b@example.com"]
    assert len({one["Message-ID"] for one in mail.mails}) == 2


def test_a_mail_address_can_ask_for_plain_text(mail):
    message = drift()
    send([f"{mail.url}&format=text"], message)
    (received,) = mail.mails
    assert received.get_body(("html",)) is None
    body = received.get_body(("plain",)).get_content()
    assert body.replace("\r\n", "\n").strip() == message.body


def test_a_mail_server_that_is_not_there_is_told_as_such():
    url = f"mailto://127.0.0.1:{free_port()}?from=drift@example.com&to=team@example.com"
    (delivery,) = send([url], drift())
    assert delivery.problem.startswith("the service could not be reached")


def test_a_recipient_that_is_refused_keeps_the_mail_from_no_other(mail):
    mail.refused = {"a@example.com"}
    (delivery,) = send([mail.url.replace("team@", "a@example.com,b@")], drift())
    assert delivery.problem == "the mail server did not take the mail"
    assert [one["To"] for one in mail.mails] == ["b@example.com"]


def test_teams_gets_all_of_a_text_that_is_longer_than_apprise_thinks(tmp_path, monkeypatch):
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    message = drift()
    content = dataclasses.replace(message.content, paragraphs=("why " * 300,))
    with web_server(certificate) as server:
        url = f"workflows://localhost:{server.port}/flow/secret"
        (delivery,) = send([url], dataclasses.replace(message, body="why " * 300, content=content))
    assert delivery.delivered, delivery.problem
    assert server.requests[0].body.count(b"why ") >= 299


def test_a_slack_webhook_gets_blocks_and_a_line_for_phones(slack_here):
    message = drift()
    (delivery,) = send([HOOK], message)
    assert delivery.delivered, delivery.problem
    (request,) = slack_here.requests
    sent = request.json
    assert sent["text"] == message.title.replace("&", "&amp;")
    assert "attachments" not in sent
    assert sent["blocks"][0]["type"] == "header"
    assert sent["blocks"][-1]["elements"][0]["url"] == LINK


def test_a_slack_bot_posts_blocks_to_its_channel_and_then_the_pictures(slack_here):
    here = f"http://127.0.0.1:{slack_here.port}"
    slack_here.replies = {
        "/api/chat.postMessage": lambda _: (200, b'{"ok": true, "channel": "C1"}'),
        "/api/files.getUploadURLExternal": lambda _: (
            200,
            json.dumps({"ok": True, "file_id": "F1", "upload_url": f"{here}/upload"}).encode(),
        ),
        "/upload": lambda _: (200, b"OK - 1"),
        "/api/files.completeUploadExternal": lambda _: (200, b'{"ok": true, "files": [{}]}'),
    }
    message = drift()
    (delivery,) = send([BOT], message)
    assert delivery.delivered, delivery.problem
    (posted,) = slack_here.at("/api/chat.postMessage")
    assert posted.json["channel"] == "#drift"
    assert posted.json["blocks"][0]["text"]["text"] == "Drift in dogs"
    uploaded = slack_here.at("/upload")
    assert len(uploaded) == 2
    assert message.pictures[1].data in uploaded[1].body


@pytest.mark.parametrize(
    ("url", "path", "refusal"),
    [
        (HOOK, "/services", (400, b"invalid_blocks")),
        (BOT, "/api/chat.postMessage", (200, b'{"ok": false, "error": "invalid_blocks"}')),
    ],
)
def test_where_slack_refuses_the_blocks_it_gets_the_text(slack_here, url, path, refusal):
    taken = (200, b"ok" if url == HOOK else b'{"ok": true, "channel": "C1"}')
    slack_here.replies = {path: lambda body: refusal if b'"blocks"' in body else taken}
    message = dataclasses.replace(drift(), pictures=())
    (delivery,) = send([url], message)
    assert delivery.delivered, delivery.problem
    refused, sent = slack_here.requests
    assert "blocks" in refused.json
    assert LINK.replace("&", "&amp;") in sent.json["attachments"][0]["text"]


def test_another_refusal_is_told_and_not_sent_twice(slack_here):
    slack_here.replies = {"/services": lambda _: (403, b"action_prohibited")}
    (delivery,) = send([HOOK], drift())
    assert delivery.problem == "the service answered with HTTP 403"
    assert len(slack_here.requests) == 1


def test_a_pager_that_takes_little_gets_a_text_that_fits_with_what_to_do_and_the_link(
    web, monkeypatch
):
    here = f"http://127.0.0.1:{web.port}/enqueue"
    for region in pagerduty.PAGERDUTY_API_LOOKUP:
        monkeypatch.setitem(pagerduty.PAGERDUTY_API_LOOKUP, region, here)
    message = drift()
    paragraphs = tuple(f"{one} {'why ' * 130}" for one in message.content.paragraphs)
    content = dataclasses.replace(message.content, paragraphs=paragraphs)
    send(["pagerduty://integrationkey@apikey"], dataclasses.replace(message, content=content))
    (request,) = web.requests
    summary = request.json["payload"]["summary"]
    assert len(summary) <= 1024
    assert "What to do:" in summary
    assert summary.endswith(f"Report: {LINK}")
    assert "most unusual" not in summary
