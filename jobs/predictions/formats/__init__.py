"""The readers of logs: one per format, and what text formats share."""
