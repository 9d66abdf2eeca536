"""Slack in blocks: Apprise knows addresses, channels and files, the message itself is ours."""

from __future__ import annotations

from apprise.plugins.slack import NotifySlack

from reports.telling.content import MessageContent
from reports.telling.forms.plain_text import title_of
from reports.telling.forms.slack_blocks import escaped, slack_blocks


class SlackInBlocks(NotifySlack):
    """A Slack address that is sent blocks; its workflows and templates get what they ask for."""

    content: MessageContent | None = None

    def _send(self, url: str, payload: dict[str, object], **options: object) -> object:  # type: ignore[override]
        """Post a request of Apprise; the message has our blocks in place of its text."""
        if self.content is not None and "attachments" in payload and not self.template:
            kept = {key: payload[key] for key in payload.keys() - {"attachments", "mrkdwn"}}
            # The text is what a phone shows of it.
            text = escaped(title_of(self.content))
            payload = {**kept, "text": text, "blocks": slack_blocks(self.content)}
        return super()._send(url, payload, **options)
