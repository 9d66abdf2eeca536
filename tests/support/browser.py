"""A real browser: pages are opened in headless Chromium, read back, measured and pictured."""

from __future__ import annotations

import html
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)
# 0 is what Chromium calls the dark scheme.
DARK = "--blink-settings=preferredColorScheme=0"
LIMIT_S = 90
# Runs in a page around the one under test, which forbids scripts of its own.
_PROBE = """
const look = page => {
  const report = {};
  const root = page.documentElement;
  report.scroll_width = root.scrollWidth;
  report.client_width = root.clientWidth;
  report.text = page.body.innerText;
  report.styled = getComputedStyle(page.querySelector("main")).maxWidth !== "none";
  report.scripts = page.querySelectorAll("script").length;
  report.handlers = [...page.querySelectorAll("*")].filter(
    element => [...element.attributes].some(one => /^on/i.test(one.name))).length;
  report.headings = [...page.querySelectorAll("h1,h2,h3,h4")].map(one => Number(one.tagName[1]));
  report.broken_pictures = [...page.images].filter(one => !one.naturalWidth).length;
  report.pictures = page.images.length;
  report.loaded = [...root.querySelectorAll("[src],link[href]")]
    .map(one => one.getAttribute("src") || one.getAttribute("href"))
    .filter(url => !url.startsWith("data:"));
  const right = root.clientWidth + 1;
  const wide = [...page.querySelectorAll("body *")].filter(
    one => one.getBoundingClientRect().right > right && !one.closest(".unseen, .skip"));
  report.too_wide = wide.map(one => one.tagName + "." + one.getAttribute("class")).slice(0, 8);
  return report;
};
addEventListener("load", () => {
  const frames = [...document.querySelectorAll("iframe")];
  const answer = JSON.stringify(frames.map(frame => look(frame.contentDocument)));
  document.querySelector("#answer").textContent = answer;
});
"""


@dataclass(frozen=True)
class OpenedPage:
    """What a page looks like from inside the browser, and what the browser complained about.

    `at_widths` holds one set of facts per width that was asked for.
    """

    at_widths: tuple[dict[str, Any], ...]
    complaints: tuple[str, ...]


def browser() -> str:
    """Return the browser's path; without one the test is skipped, and fails where CI is set."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path is not None:
            return path
    message = f"no browser: install one of {', '.join(BROWSERS)} to test the pages"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def open_page(page: bytes, folder: Path, *widths_px: int, open_details: bool = False) -> OpenedPage:
    """Open a page at some widths and return what it holds; with all its folds open if asked."""
    text = page.decode("utf-8")
    if open_details:
        text = text.replace("<details>", "<details open>").replace("<details ", "<details open ")
    frames = "".join(
        f"<iframe style='border:0;width:{width}px;height:800px' srcdoc=\"{html.escape(text)}\">"
        "</iframe>"
        for width in widths_px
    )
    path = folder / "frame.html"
    path.write_text(
        f"<!doctype html><meta charset=utf-8>{frames}<pre id=answer></pre>"
        f"<script>{_PROBE}</script>",
        encoding="utf-8",
    )
    finished = _chromium("--dump-dom", path.as_uri())
    answer = finished.stdout.partition('<pre id="answer">')[2].partition("</pre>")[0]
    assert answer, f"the page did not load: {finished.stderr[-2000:]}"
    complaints = tuple(line for line in finished.stderr.splitlines() if "CONSOLE" in line)
    return OpenedPage(at_widths=tuple(json.loads(html.unescape(answer))), complaints=complaints)


def picture_page(path: Path, target: Path, size_px: tuple[int, int], *, dark: bool = False) -> None:
    """Write a PNG of the top of a page as a screen of that size shows it."""
    width, height = size_px
    extra = [DARK] if dark else []
    _chromium(f"--screenshot={target}", f"--window-size={width},{height}", *extra, path.as_uri())
    assert target.exists(), "the browser wrote no picture"


def _chromium(*arguments: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [browser(), *FLAGS, f"--user-data-dir={profile}", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
