"""``index.html``: all runs of a job."""
