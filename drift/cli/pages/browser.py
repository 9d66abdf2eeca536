"""Showing a page that lies on this machine."""

from __future__ import annotations

from pathlib import Path

import click


def show(page: Path) -> None:
    """Open a page in the browser; where none can be started, say so on stderr."""
    import webbrowser  # noqa: PLC0415 - it looks for browsers when it is imported

    if not webbrowser.open(page.as_uri()):
        click.echo("No browser could be started here: open the path above in one.", err=True)
