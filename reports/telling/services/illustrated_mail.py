"""Mail with pictures inside: Apprise knows the server and the people, the mail's parts are ours.

Apprise would make the text of an HTML mail from its HTML, without the addresses of links.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from email import message_from_string
from email.message import EmailMessage
from email.policy import SMTP

from apprise import NotifyFormat
from apprise.exception import AppriseImproperlyConfigured
from apprise.plugins.email import NotifyEmail
from apprise.plugins.email.base import PGPMode
from apprise.plugins.email.common import AppriseEmailException
from apprise.plugins.email.common import EmailMessage as AddressedMail
from apprise.plugins.email.smtp import AppriseSMTPController, SMTPSecureMode

from reports.telling.content import MessageContent
from reports.telling.forms.mail import mail_html, picture_id
from reports.telling.message import Picture

_FAILURES = (
    OSError,
    smtplib.SMTPException,
    RuntimeError,
    AppriseEmailException,
    AppriseImproperlyConfigured,
)
# Of seven bits a character, which every server takes.
_ENCODING = "quoted-printable"


class IllustratedMail(NotifyEmail):
    """Mail addresses that are sent HTML with pictures, and the same as plain text."""

    content: MessageContent | None = None
    pictures: Sequence[Picture] = ()

    def send(self, body: str, title: str = "", **options: object) -> bool:  # type: ignore[override]
        """Send a mail to every recipient.

        Where a URL asks for plain text (``?format=text``), or for PGP, which takes one part alone,
        it is the mail that Apprise makes.
        """
        content = self.content
        asks_for_text = self.resolve_format(NotifyFormat.HTML) is NotifyFormat.TEXT
        if content is None or asks_for_text or self.pgp_mode != PGPMode.NONE:
            return bool(super().send(body, title, **options))
        self.throttle()
        try:
            return self._send_all(self._addressed(body, title), mail_html(content))
        except _FAILURES as error:
            # In Apprise's words, from which the reason is read.
            self.logger.warning("Connection error while submitting email")
            self.logger.debug("Socket Exception: %s", error)
            return False

    def _addressed(self, body: str, title: str) -> list[AddressedMail]:
        """Return a mail of plain text for each recipient, with all its headers."""
        made = NotifyEmail.prepare_emails(
            subject=title,
            body=body,
            notify_format=NotifyFormat.TEXT,
            from_addr=self.from_addr,
            to=self.targets,
            cc=self.cc,
            bcc=self.bcc,
            reply_to=self.reply_to,
            smtp_host=self.smtp_host,
            headers={"X-Application": self.app_id, **self.headers},
            names=self.names,
            tzinfo=self.tzinfo,
        )
        return list(made)

    def _send_all(self, mails: Sequence[AddressedMail], html: str) -> bool:
        waiting = [mail for mail in mails if not self.is_delivered(mail.recipient)]
        with AppriseSMTPController(
            host=self.smtp_host,
            port=self.port or 0,
            secure_mode=self.secure_mode or SMTPSecureMode.INSECURE,
            user=self.user,
            password=self.password,
            verify_certificate=self.verify_certificate,
            socket_connect_timeout=self.socket_connect_timeout,
        ) as server:
            # Every recipient is tried, also after one that was refused.
            sent = [self._sent(server, mail, html) for mail in waiting]
        return all(sent)

    def _sent(self, server: AppriseSMTPController, mail: AddressedMail, html: str) -> bool:
        whole = illustrated(mail.body, html, self.pictures).as_string()
        if server.sendmail(str(self.from_addr[1]), mail.to_addrs, whole):
            self.mark_delivered(mail.recipient)
            return True
        self.logger.warning("Sending email to %s failed.", mail.recipient)
        return False


def illustrated(plain: str, html: str, pictures: Sequence[Picture]) -> EmailMessage:
    """Return a mail of plain text as one of text and, beside it, of HTML with its pictures."""
    mail = message_from_string(plain, EmailMessage, policy=SMTP)
    text = mail.get_content()
    mail.clear_content()
    mail.set_content(text, cte=_ENCODING)
    page = EmailMessage(policy=SMTP)
    page.set_content(html, subtype="html", cte=_ENCODING)
    for picture in pictures:
        page.add_related(
            picture.data,
            maintype="image",
            subtype="jpeg",
            cid=f"<{picture_id(picture.name)}>",
            filename=picture.name,
            disposition="inline",
        )
    del page["MIME-Version"]
    mail.make_alternative()
    mail.attach(page)
    return mail
