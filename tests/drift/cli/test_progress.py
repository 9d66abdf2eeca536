import os
import pty
import time

from drift.cli.progress import image_progress


def test_the_bar_says_that_it_gets_ready_until_the_first_image_is_done(monkeypatch) -> None:
    terminal, written_to = pty.openpty()
    os.set_blocking(terminal, False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with os.fdopen(written_to, "w") as stderr:
        monkeypatch.setattr("sys.stderr", stderr)
        with image_progress() as show:
            show(0, 250)
            before = _shown_after_a_refresh(terminal)
            show(7, 250)
            after = _shown_after_a_refresh(terminal)
    os.close(terminal)
    assert "getting ready" in before
    assert "0/250" in before
    newest = after.rpartition("\r")[2]
    assert "images" in newest
    assert "7/250" in newest
    assert "getting ready" not in newest


def _shown_after_a_refresh(terminal: int) -> str:
    """Return what the bar wrote; it is drawn anew ten times a second."""
    time.sleep(0.4)
    return os.read(terminal, 1_000_000).decode()
