"""``report.html``: one run."""
