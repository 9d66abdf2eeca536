"""The forms of a message: plain text, a mail with pictures, Slack's blocks."""
